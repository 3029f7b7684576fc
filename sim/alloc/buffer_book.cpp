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

void check_has_tensors(const Schedule& schedule) {
  if (schedule.nominal_streaming) {
    throw std::invalid_argument("a nominal share of streaming heads has no tensors");
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
  ++pass_;
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    set_live(group, {});
    for (const CachePart part : {CachePart::key, CachePart::value}) {
      while (!groups_[group].buffers[part == CachePart::value].empty()) free_oldest(group, part);
    }
  }
}

void BufferBook::tell(CacheBuffer::Kind kind, const Buffer& buffer, std::size_t group,
                      CachePart part) {
  sink_(
      {kind, buffer.number, buffer.bytes, pass_, group, groups_[group].layer, part, live_, held_});
}

HeldBook::HeldBook(const Schedule& schedule, const HeldSink& sink) : sink_(sink) {
  for (const Group& group : schedule.groups) {
    const PartBytes bytes = part_bytes(schedule, group);
    parts_.push_back({bytes.key, 0, {}});
    parts_.push_back({bytes.value, 0, {}});
  }
}

void HeldBook::end_pass() {
  sink_(past_, most_, now_);
  past_ = most_ = now_;
}

}  // namespace kvf
