// PyTorch's caching allocator for CUDA, as a model: which segments it takes from the driver, and
// what of them is in use.
//
//   round     a request is rounded up to 512 B (or to a step between two powers of two, if set)
//   pool      small: at most 1 MiB, from segments of 2 MiB. Large: below 10 MiB from segments of
//             20 MiB, from 10 MiB on from one of its own, rounded up to 2 MiB. A stream has its own.
//   find      the smallest free block of the pool and stream that is large enough, the one with the
//             lowest address of several; else a new segment
//   split     what is left of a block becomes a free block if it is at least 512 B (small pool) or
//             more than 1 MiB (large pool); else it is part of the allocation
//   free      the block joins free neighbours; a segment stays reserved
//   no room   cached segments without any block in use go back to the driver, then it tries again
// Not modelled: expandable segments, garbage_collection_threshold, private pools of CUDA graphs,
// and roundup_power2_divisions that differ by size.
// Source: the documented behaviour of PyTorch 2.x, "CUDA memory management"; checked by replaying
// recorded allocations (tests/caching_allocator_replay_test.cpp).
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <vector>

#include "models/units.h"
#include "sim/alloc/device_memory.h"
#include "sim/alloc/free_blocks.h"

namespace kvf {

class CachingAllocator {
 public:
  enum class Pool : std::uint8_t { small, large };

  // As in PYTORCH_CUDA_ALLOC_CONF.
  struct Settings {
    // Blocks of at least this size are neither split nor lent to smaller requests; more than 20 MiB.
    Bytes max_split_size = Bytes::max();
    // Steps between two powers of two to which requests are rounded up; a power of two, 0: none.
    std::int64_t roundup_power2_divisions = 0;
  };
  // What the driver is asked for. This, not the blocks, is what CUPTI and nsys see.
  struct SegmentEvent {
    enum class Kind : std::uint8_t { alloc, free };
    Kind kind = Kind::alloc;
    Address address = 0;
    Bytes bytes;
    std::int64_t stream = 0;
    friend bool operator==(const SegmentEvent&, const SegmentEvent&) = default;
  };
  using Sink = std::function<void(const SegmentEvent&)>;

  // The figures of torch.cuda.memory_stats().
  struct Figures {
    Bytes requested;  // by those that are active
    Bytes allocated;  // blocks that are allocated
    Bytes active;     // and those that wait for another stream
    Bytes reserved;   // segments
    friend bool operator==(const Figures&, const Figures&) = default;
  };
  // An allocation. Another one has another handle, also in the same place.
  struct Handle {
    std::uint32_t block = 0;
    std::uint32_t serial = 0;
    friend bool operator==(const Handle&, const Handle&) = default;
  };
  // What was there when a recording began. Blocks in order, without gaps.
  struct KnownBlock {
    Bytes bytes;
    Bytes requested;  // 0: a free block
  };

  // `memory` must outlive this. Throws std::invalid_argument for settings that PyTorch refuses.
  explicit CachingAllocator(DeviceMemory& memory) : CachingAllocator(memory, Settings{}) {}
  CachingAllocator(DeviceMemory& memory, const Settings& settings, Sink sink = {});

  // `bytes` > 0. nullopt: does not fit, not even without the cached segments.
  std::optional<Handle> allocate(Bytes bytes, std::int64_t stream = 0);
  // Throw std::logic_error for what is not allocated, or not waiting.
  void free(Handle handle) {
    request_free(handle);
    complete_free(handle);
  }
  // The same in two steps, when other streams still use the block: it is no longer allocated, but
  // active until they are done.
  void request_free(Handle handle);
  void complete_free(Handle handle);
  // Completes what waits, and gives back all segments without a block in use.
  void empty_cache();

  // A segment as it was found; handles of its blocks, of free ones too. Throws
  // std::invalid_argument if the blocks are not as long as the segment.
  std::vector<Handle> adopt(Pool pool, std::int64_t stream, Address address, Bytes bytes,
                            const std::vector<KnownBlock>& blocks);

  Address address(Handle handle) const { return record(handle).address; }
  Bytes block_bytes(Handle handle) const { return record(handle).bytes; }
  const Figures& now() const { return now_; }
  const Figures& peak() const { return peak_; }  // each by itself
  void reset_peak() { peak_ = now_; }
  // Times that cached segments were given back for want of memory.
  std::int64_t retries() const { return retries_; }

  // The steps by themselves. Throw OverflowError.
  static Bytes rounded(Bytes bytes, const Settings& settings);
  static Bytes rounded(Bytes bytes) { return rounded(bytes, Settings{}); }
  static Pool pool_of(Bytes rounded);
  static Bytes segment_bytes(Bytes rounded);

 private:
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
  enum class State : std::uint8_t { unused, free, allocated, waiting };
  struct Record {
    Address address = 0;
    Bytes bytes;
    Bytes requested;
    std::int64_t stream = 0;
    std::uint32_t before = kNone;  // neighbours in the segment
    std::uint32_t after = kNone;
    std::uint32_t serial = 0;
    State state = State::unused;
    Pool pool = Pool::small;
    FreeBlocks::Place place;  // of a free block
  };

  FreeBlocks& free_blocks(Pool pool, std::int64_t stream) {
    return pool == Pool::small ? small_[stream] : large_[stream];
  }
  const Record& record(Handle handle) const;
  std::uint32_t index_of(Handle handle, State expected) const;
  bool whole(std::uint32_t block) const {  // a segment of its own
    return blocks_[block].before == kNone && blocks_[block].after == kNone;
  }
  std::uint32_t new_record();
  std::uint32_t find_free(Pool pool, std::int64_t stream, Bytes bytes);
  std::uint32_t take_segment(Pool pool, std::int64_t stream, Bytes bytes);
  bool give_back_oversized(Pool pool, std::int64_t stream, Bytes bytes);
  void give_back(std::uint32_t block);
  void split(std::uint32_t block, Bytes bytes);
  void merge(std::uint32_t block, std::uint32_t neighbour);
  void put_free(std::uint32_t block);
  void become_free(std::uint32_t block);
  void raise_peak();

  DeviceMemory& memory_;
  Settings settings_;
  Sink sink_;
  std::vector<Record> blocks_;
  std::vector<std::uint32_t> unused_;
  std::map<std::int64_t, FreeBlocks> small_;  // by stream
  std::map<std::int64_t, FreeBlocks> large_;
  Figures now_;
  Figures peak_;
  std::int64_t retries_ = 0;
};

}  // namespace kvf
