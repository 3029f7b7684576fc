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

// The cache had no tensor been there twice: of each, the larger one counts.
class WithoutCopies {
 public:
  explicit WithoutCopies(std::size_t groups) : tensors_(2 * groups) {}

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

// All rows are fed: this is prompt + max_new_tokens - 1 of generate().
Tokens length_of(const Schedule& schedule) { return schedule.plan.rows(); }

void play(const Schedule& schedule, input::CacheKind cache, const BufferSink& sink) {
  if (cache == input::CacheKind::contiguous) {
    contiguous_buffers(schedule, sink);
  } else {
    static_buffers(schedule, length_of(schedule), sink);
  }
}

// A batch of equal sequences is a tensor that is so many times as large: one KV set each.
Schedule batch_of(Schedule schedule, std::int64_t sequences) {
  for (Group& group : schedule.groups) group.copies *= sequences;
  return schedule;
}

// Buffers that the search for the smallest room may play: some ten seconds.
constexpr std::int64_t kMostSearched = 100'000'000;
constexpr std::int64_t kLeastTries = 3;

// Whether `room` is enough. Counts the buffers played.
bool works(const Schedule& schedule, input::CacheKind cache, const Below& below, Bytes room,
           std::int64_t& played) {
  Memory memory(below, room);
  const std::int64_t passes = schedule.plan.passes();
  try {
    play(schedule, cache, [&](const CacheBuffer& event) {
      ++played;
      if (event.pass < passes) memory(event);
    });
  } catch (const std::bad_alloc&) {
    return false;
  }
  return true;
}

// What levels.reserved has at its peak is enough, for the allocator would not notice the limit.
void find_needed(BufferLevels& levels, const Schedule& schedule, input::CacheKind cache,
                 const Below& below) {
  levels.needed = Bytes(levels.reserved.peak());
  if (below.allocator == input::AllocatorKind::driver) return;
  const Bytes step = below.granularity;  // segments are made of it
  std::int64_t enough = levels.needed / step;
  std::int64_t too_little = (levels.cache.peak() + step.count() - 1) / step.count() - 1;
  if (!levels.fits) too_little = std::max(too_little, *below.room / step);
  std::int64_t played = 0;
  std::int64_t stride = 1;  // mostly a little more is enough
  for (std::int64_t tries = 0; enough - too_little > 1; ++tries) {
    if (played > kMostSearched && tries >= kLeastTries) break;
    const std::int64_t middle = too_little + std::min(stride, (enough - too_little) / 2);
    if (works(schedule, cache, below, step.times(middle), played)) {
      enough = middle;
    } else {
      too_little = middle;
      stride *= 2;
    }
  }
  levels.needed = step.times(enough);
  levels.needed_within = step.times(enough - too_little - 1);
}

BufferLevels play_in(Memory&& memory, const Schedule& schedule, input::CacheKind cache) {
  const std::int64_t passes = schedule.plan.passes();
  WithoutCopies without(schedule.groups.size());
  Passes in_cache(passes);
  Passes without_copies(passes);
  Passes reserved(passes);
  BufferLevels levels;
  BufferPeak peak;
  play(schedule, cache, [&](const CacheBuffer& event) {
    for (Passes* level : {&in_cache, &without_copies, &reserved}) level->advance(event.pass);
    if (event.pass >= passes) return;  // the cache is released
    memory(event);
    without.see(event);
    peak.see(event);
    in_cache.see(event.held);
    without_copies.see(without.sum());
    reserved.see(memory.reserved());
  });
  levels.cache = in_cache.finish();
  levels.without_copies = without_copies.finish();
  levels.reserved = reserved.finish();
  levels.peak_pass = peak.pass;
  levels.given_back = memory.given_back();
  return levels;
}

}  // namespace

BufferLevels buffer_levels(const Schedule& schedule, std::int64_t sequences, input::CacheKind cache,
                           const Below& below) {
  const Schedule batch = batch_of(schedule, sequences);
  BufferLevels levels;
  try {
    levels = play_in(Memory(below, below.room), batch, cache);
  } catch (const std::bad_alloc&) {
    levels = play_in(Memory(below, std::nullopt), batch, cache);
    levels.fits = false;
  }
  if (below.room) find_needed(levels, batch, cache, below);
  return levels;
}

LevelColumn cache_level(const Schedule& schedule, std::int64_t sequences, input::CacheKind cache) {
  const Schedule batch = batch_of(schedule, sequences);
  LevelColumn column;
  const HeldSink add = [&](Bytes past, Bytes most, Bytes after) {
    column.add(past.count(), most.count(), after.count());
  };
  if (cache == input::CacheKind::contiguous) {
    contiguous_held(batch, add);
  } else {
    static_held(batch, length_of(batch), add);
  }
  return column;
}

Bytes reserved_for(Bytes tensor, const Below& below) {
  if (tensor == Bytes{}) return tensor;
  Memory memory(below, std::nullopt);
  CacheBuffer event;
  event.bytes = tensor;
  memory(event);
  return memory.reserved();
}

void check_static(const Schedule& schedule) { static_buffers(schedule, length_of(schedule), {}); }

}  // namespace kvf
