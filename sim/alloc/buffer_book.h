// What contiguous and static caches share: the passes of a schedule, and books of buffers.
//
// A cache is played into a book. One tells of each buffer; the other only keeps what they hold, for a
// million passes of a model have a hundred million buffers.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <functional>
#include <span>
#include <vector>

#include "models/rule.h"
#include "sim/alloc/cache_buffers.h"

namespace kvf {

// What one pass does to the cells of a group.
struct GroupCall {
  std::int64_t pass = 0;
  std::size_t group = 0;
  Tokens seen;  // tokens of the sequence before the pass
  Tokens past;
  Tokens size;                         // past + rows + appended
  Tokens after;                        // what stays
  Tokens live;                         // of that, what is not masked
  const WindowRule* window = nullptr;  // of a layer that slides
};

// Throws std::invalid_argument where only a nominal share of the heads streams: no tensor holds that.
void check_has_tensors(const Schedule& schedule);

// Every pass, layer by layer: layer(std::span<const GroupCall>) of the groups of the layer.
template <class Layer>
void play_layers(const Schedule& schedule, Layer&& layer) {
  check_has_tensors(schedule);
  std::vector<RuleState> states;
  std::vector<GroupCall> rules;  // the call of each rule in this pass
  for (std::size_t r = 0; r < schedule.rules.size(); ++r) {
    states.push_back(initial_state(schedule.rules[r]));
    rules.emplace_back().window = schedule.window(r);
  }
  const std::vector<Group>& groups = schedule.groups;
  std::vector<GroupCall> calls(groups.size());
  for (const PassRun& run : schedule.plan.runs) {
    for (std::int64_t i = 0; i < run.count; ++i) {
      const Pass pass = schedule.plan.pass(run, i);
      for (std::size_t r = 0; r < rules.size(); ++r) {
        GroupCall& call = rules[r];
        call.pass = pass.index;
        call.seen = pass.position;
        call.past = call.after;
        call.size = call.past + pass.rows + pass.appended;
        call.after = keep(schedule.rules[r], states[r], pass, call.size);
        call.live = live(schedule.rules[r], pass, call.after);
      }
      for (std::size_t g = 0; g < groups.size(); ++g) {
        calls[g] = rules[groups[g].rule];
        calls[g].group = g;
      }
      for (std::size_t first = 0, end = 0; first < groups.size(); first = end) {
        while (end < groups.size() && groups[end].layer == groups[first].layer) ++end;
        layer(std::span<const GroupCall>(calls).subspan(first, end - first));
      }
    }
  }
}

// Numbers buffers and keeps the sums for the caches.
class BufferBook {
 public:
  BufferBook(const Schedule& schedule, const BufferSink& sink);

  void begin_pass(std::int64_t pass) { pass_ = pass; }
  // Empty tensors have no buffer.
  void alloc(std::size_t group, CachePart part, Tokens entries);
  void free_oldest(std::size_t group, CachePart part);
  void free_newest(std::size_t group, CachePart part);
  // Entries of one cell that are kept and not masked, from the next event on.
  void set_live(std::size_t group, Tokens entries);
  // After the last pass.
  void release_all();

 private:
  struct Buffer {
    std::size_t number;
    Bytes bytes;
  };
  struct Cells {
    PartBytes bytes;
    std::int64_t layer;
    Tokens live;
    std::vector<Buffer> buffers[2];  // of each part; more than one while it is copied
  };
  void free(std::size_t group, CachePart part, bool oldest);
  void tell(CacheBuffer::Kind kind, const Buffer& buffer, std::size_t group, CachePart part);

  const BufferSink& sink_;
  std::vector<Cells> groups_;
  std::int64_t pass_ = 0;
  std::size_t next_ = 0;
  Bytes live_;
  Bytes held_;
};

// The same calls; what all buffers hold, pass by pass.
class HeldBook {
 public:
  HeldBook(const Schedule& schedule, const HeldSink& sink);

  void begin_pass(std::int64_t pass) {
    if (pass == pass_) return;
    if (pass_ >= 0) end_pass();
    pass_ = pass;
  }
  void alloc(std::size_t group, CachePart part, Tokens entries) {
    Part& p = part_of(group, part);
    const Bytes bytes = entries * p.bytes;
    if (bytes == Bytes{}) return;
    assert(p.count < p.buffers.size());
    p.buffers[p.count++] = bytes;
    now_ += bytes;
    most_ = std::max(most_, now_);
  }
  void free_oldest(std::size_t group, CachePart part) {
    Part& p = part_of(group, part);
    if (p.count == 0) return;
    now_ -= p.buffers[0];
    p.buffers[0] = p.buffers[1];
    --p.count;
  }
  void free_newest(std::size_t group, CachePart part) {
    Part& p = part_of(group, part);
    if (p.count > 0) now_ -= p.buffers[--p.count];
  }
  void set_live(std::size_t, Tokens) {}
  void release_all() {
    if (pass_ >= 0) end_pass();
  }

 private:
  struct Part {
    BytesPerToken bytes;
    std::size_t count = 0;
    std::array<Bytes, 2> buffers;  // the second while the first is copied
  };
  Part& part_of(std::size_t group, CachePart part) {
    return parts_[2 * group + (part == CachePart::value)];
  }
  void end_pass();

  const HeldSink& sink_;
  std::vector<Part> parts_;
  std::int64_t pass_ = -1;
  Bytes past_, most_, now_;
};

}  // namespace kvf
