#include "sim/memory/buffer_levels.h"

#include <algorithm>
#include <new>
#include <utility>
#include <vector>

#include "sim/alloc/caching_allocator.h"
#include "sim/alloc/contiguous_cache.h"
#include "sim/alloc/device_memory.h"
#include "sim/alloc/place_buffers.h"
#include "sim/alloc/static_cache.h"

namespace kvf {
namespace {

// The memory below, of one of the two kinds.
class Memory {
 public:
  explicit Memory(const Below& below, std::optional<Bytes> room)
      : driver_({below.granularity, room}),
        caching_(driver_),
        in_caching_(caching_),
        on_driver_(driver_),
        is_caching_(below.allocator == input::AllocatorKind::caching) {}
  Memory(const Memory&) = delete;  // its parts point at each other
  Memory& operator=(const Memory&) = delete;

  // Throws std::bad_alloc where it is full.
  void operator()(const CacheBuffer& event) {
    if (is_caching_) {
      in_caching_(event);
    } else {
      on_driver_(event);
    }
  }
  Bytes reserved() const { return is_caching_ ? caching_.now().reserved : driver_.used(); }
  std::int64_t given_back() const { return caching_.retries(); }

 private:
  DeviceMemory driver_;
  CachingAllocator caching_;
  BuffersInCachingAllocator in_caching_;
  BuffersOnDevice on_driver_;
  bool is_caching_;
};

// Of each tensor of the cache the larger one, while a copy of it is there.
class Settled {
 public:
  explicit Settled(std::size_t groups) : tensors_(2 * groups) {}

  void see(const CacheBuffer& event) {
    std::vector<Bytes>& copies = tensors_[2 * event.group + (event.part == CachePart::value)];
    sum_ -= largest(copies);
    if (event.kind == CacheBuffer::Kind::alloc) {
      copies.push_back(event.bytes);
    } else {
      copies.erase(std::find(copies.begin(), copies.end(), event.bytes));
    }
    sum_ += largest(copies);
  }
  Bytes sum() const { return sum_; }

 private:
  static Bytes largest(const std::vector<Bytes>& copies) {
    return copies.empty() ? Bytes{} : *std::max_element(copies.begin(), copies.end());
  }
  std::vector<std::vector<Bytes>> tensors_;
  Bytes sum_;
};

// One level, event by event.
class Passes {
 public:
  explicit Passes(std::int64_t passes) : passes_(passes) {}

  // Ends the passes before `pass`.
  void advance(std::int64_t pass) {
    for (; pass_ < std::min(pass, passes_); ++pass_) {
      column_.add(past_, most_, now_);
      past_ = most_ = now_;
    }
  }
  void see(Bytes bytes) {
    now_ = bytes.count();
    most_ = std::max(most_, now_);
  }
  LevelColumn finish() {
    advance(passes_);
    return std::move(column_);
  }

 private:
  std::int64_t passes_;
  std::int64_t pass_ = 0;
  std::int64_t past_ = 0, most_ = 0, now_ = 0;
  LevelColumn column_;
};

void play(const Schedule& schedule, input::CacheKind cache, const BufferSink& sink) {
  if (cache == input::CacheKind::contiguous) {
    contiguous_buffers(schedule, sink);
  } else {
    // All rows are fed: this is prompt + max_new_tokens - 1 of generate().
    static_buffers(schedule, schedule.plan.rows(), sink);
  }
}

BufferLevels play_in(Memory&& memory, const Schedule& schedule, input::CacheKind cache) {
  const std::int64_t passes = schedule.plan.passes();
  Settled settled(schedule.groups.size());
  Passes tensors(passes);
  Passes without_copies(passes);
  Passes reserved(passes);
  BufferLevels levels;
  BufferPeak peak;
  play(schedule, cache, [&](const CacheBuffer& event) {
    for (Passes* level : {&tensors, &without_copies, &reserved}) level->advance(event.pass);
    if (event.pass >= passes) return;  // the cache is released
    memory(event);
    settled.see(event);
    peak.see(event);
    tensors.see(event.held);
    without_copies.see(settled.sum());
    reserved.see(memory.reserved());
  });
  levels.tensors = tensors.finish();
  levels.settled = without_copies.finish();
  levels.reserved = reserved.finish();
  levels.peak_pass = peak.pass;
  levels.given_back = memory.given_back();
  return levels;
}

}  // namespace

BufferLevels buffer_levels(const Schedule& schedule, std::int64_t sequences, input::CacheKind cache,
                           const Below& below) {
  // A batch of equal sequences is a tensor that is so many times as large: one KV set each.
  Schedule batch = schedule;
  for (Group& group : batch.groups) group.copies *= sequences;
  try {
    return play_in(Memory(below, below.room), batch, cache);
  } catch (const std::bad_alloc&) {
    BufferLevels levels = play_in(Memory(below, std::nullopt), batch, cache);
    levels.fits = false;
    return levels;
  }
}

Bytes reserved_for(Bytes tensor, const Below& below) {
  if (tensor == Bytes{}) return tensor;
  Memory memory(below, std::nullopt);
  CacheBuffer event;
  event.bytes = tensor;
  memory(event);
  return memory.reserved();
}

void check_static(const Schedule& schedule) { static_buffers(schedule, schedule.plan.rows(), {}); }

}  // namespace kvf
