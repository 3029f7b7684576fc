#include "sim/alloc/buffer_book.h"

#include <stdexcept>

#include "models/dtype.h"

namespace kvf {

PartBytes part_bytes(const Schedule& schedule, const Group& group) {
  std::int64_t layer = 0;
  for (const LayerRun& run : schedule.shape.all_runs()) {
    layer += run.count;
    if (group.layer >= layer) continue;
    const std::int64_t width = run.is_latent() ? run.rope : run.value_width;
    const std::int64_t value = dtype(schedule.shape.dtype).bytes(width).count();
    const std::int64_t sets = group.heads.count() * group.copies;
    // What a policy takes from entries (think) it takes from the keys.
    return {BytesPerToken(sets * (group.bytes.count() - value)), BytesPerToken(sets * value)};
  }
  throw std::logic_error("a group of a layer that the model does not have");
}

void play_layers(const Schedule& schedule,
                 const std::function<void(std::span<const GroupCall>)>& layer) {
  if (schedule.nominal_streaming) {
    throw std::invalid_argument("a nominal share of streaming heads has no tensors");
  }
  struct Player {
    RuleState state;
    GroupCall call;
  };
  std::vector<Player> players;
  for (std::size_t r = 0; r < schedule.rules.size(); ++r) {
    players.push_back({initial_state(schedule.rules[r]), {}});
    players.back().call.window = schedule.window(r);
  }
  std::vector<GroupCall> calls;
  for (const PassRun& run : schedule.plan.runs) {
    for (std::int64_t i = 0; i < run.count; ++i) {
      const Pass pass = schedule.plan.pass(run, i);
      for (std::size_t r = 0; r < players.size(); ++r) {
        GroupCall& call = players[r].call;
        call.pass = pass.index;
        call.seen = pass.position;
        call.past = call.after;
        call.size = call.past + pass.rows + pass.appended;
        call.after = keep(schedule.rules[r], players[r].state, pass, call.size);
        call.live = live(schedule.rules[r], pass, call.after);
      }
      for (std::size_t g = 0; g < schedule.groups.size(); ++g) {
        if (g > 0 && schedule.groups[g].layer != schedule.groups[g - 1].layer) {
          layer(calls);
          calls.clear();
        }
        calls.push_back(players[schedule.groups[g].rule].call);
        calls.back().group = g;
      }
      if (!calls.empty()) layer(calls);
      calls.clear();
    }
  }
}

BufferBook::BufferBook(const Schedule& schedule, const BufferSink& sink) : sink_(sink) {
  for (const Group& group : schedule.groups) {
    groups_.push_back({part_bytes(schedule, group), group.layer, {}, {}});
  }
}

void BufferBook::alloc(std::size_t group, CachePart part, Tokens entries) {
  const Bytes bytes = entries * groups_[group].bytes.of(part);
  if (bytes == Bytes{}) return;
  const Buffer buffer{next_++, bytes};
  groups_[group].buffers[part == CachePart::value].push_back(buffer);
  held_ += bytes;
  tell(CacheBuffer::Kind::alloc, buffer, group, part);
}

void BufferBook::free_oldest(std::size_t group, CachePart part) { free(group, part, true); }
void BufferBook::free_newest(std::size_t group, CachePart part) { free(group, part, false); }

void BufferBook::free(std::size_t group, CachePart part, bool oldest) {
  std::vector<Buffer>& buffers = groups_[group].buffers[part == CachePart::value];
  if (buffers.empty()) return;
  const auto place = oldest ? buffers.begin() : buffers.end() - 1;
  const Buffer buffer = *place;
  buffers.erase(place);
  held_ -= buffer.bytes;
  tell(CacheBuffer::Kind::free, buffer, group, part);
}

void BufferBook::set_live(std::size_t group, Tokens entries) {
  Cells& cells = groups_[group];
  const auto bytes = [&](Tokens tokens) {
    return tokens * cells.bytes.key + tokens * cells.bytes.value;
  };
  live_ += bytes(entries);
  live_ -= bytes(cells.live);
  cells.live = entries;
}

void BufferBook::release_all() {
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    set_live(group, {});
    for (const CachePart part : {CachePart::key, CachePart::value}) {
      while (!groups_[group].buffers[part == CachePart::value].empty()) free_oldest(group, part);
    }
  }
}

void BufferBook::tell(CacheBuffer::Kind kind, const Buffer& buffer, std::size_t group,
                      CachePart part) {
  sink_({kind, buffer.number, buffer.bytes, pass, group, groups_[group].layer, part, live_, held_});
}

}  // namespace kvf
