// The buffers of a KV cache as it allocates and frees them, pass by pass: what the caches below say
// and an allocator hears.
//
//   Schedule -- contiguous_buffers(), static_buffers() --> CacheBuffer events
//            -- BuffersOnDevice, BuffersInCachingAllocator --> driver's memory, segments
// (contiguous_cache.h, static_cache.h; place_buffers.h)
#pragma once

#include <cstdint>
#include <functional>

#include "models/schedule.h"

namespace kvf {

// Which of a layer's two tensors. Of latent attention: the latents, and their rotary part.
enum class CachePart : std::uint8_t { key, value };

struct CacheBuffer {
  enum class Kind : std::uint8_t { alloc, free };
  Kind kind = Kind::alloc;
  std::size_t buffer = 0;  // from 0, in the order of allocation; no number is used again
  Bytes bytes;
  std::int64_t pass = 0;  // one more than the last pass when the cache is released
  std::size_t group = 0;  // index into Schedule::groups
  std::int64_t layer = 0;
  CachePart part = CachePart::key;
  // What the cache holds now: entries that are kept and not masked, and buffers.
  // Always live <= held.
  Bytes live;
  Bytes held;
  friend bool operator==(const CacheBuffer&, const CacheBuffer&) = default;
};
using BufferSink = std::function<void(const CacheBuffer&)>;
// What all buffers hold when a pass begins, the most while it runs, and when it has ended.
using HeldSink = std::function<void(Bytes past, Bytes most, Bytes after)>;

// The most that a cache holds, and the first pass in which it does.
struct BufferPeak {
  Bytes held;
  std::int64_t pass = 0;
  void see(const CacheBuffer& event) {
    if (event.held > held) *this = {event.held, event.pass};
  }
  friend bool operator==(const BufferPeak&, const BufferPeak&) = default;
};

// Bytes of one token in the tensors of a group: all its heads, copies included.
struct PartBytes {
  BytesPerToken key;
  BytesPerToken value;
  BytesPerToken of(CachePart part) const { return part == CachePart::key ? key : value; }
};
PartBytes part_bytes(const Schedule& schedule, const Group& group);

}  // namespace kvf
