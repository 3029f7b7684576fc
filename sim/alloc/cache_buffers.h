// The buffers of a KV cache as it allocates and frees them, pass by pass: what the caches below say
// and an allocator hears.
//
//   Schedule -- contiguous_buffers(), static_buffers() --> CacheBuffer events
//            -- BuffersOnDevice, BuffersInCachingAllocator --> driver's memory, segments
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "models/rule.h"
#include "models/schedule.h"
#include "sim/alloc/caching_allocator.h"

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
  CachePart part = CachePart::key;
  // What the cache holds now: entries that are kept and not masked, and buffers.
  // Always live <= held.
  Bytes live;
  Bytes held;
  friend bool operator==(const CacheBuffer&, const CacheBuffer&) = default;
};
using BufferSink = std::function<void(const CacheBuffer&)>;

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

// Each buffer by itself, in whole granules: cudaMalloc. Throws std::bad_alloc where it is full.
class BuffersOnDevice {
 public:
  explicit BuffersOnDevice(DeviceMemory& memory) : memory_(memory) {}
  void operator()(const CacheBuffer& event);

 private:
  DeviceMemory& memory_;
};

// Blocks of PyTorch's allocator. Throws std::bad_alloc where it is full.
class BuffersInCachingAllocator {
 public:
  explicit BuffersInCachingAllocator(CachingAllocator& allocator) : allocator_(allocator) {}
  void operator()(const CacheBuffer& event);

 private:
  CachingAllocator& allocator_;
  std::vector<CachingAllocator::Handle> handles_;  // by buffer
};

namespace detail {

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
// Every pass, layer by layer: the groups of the layer.
void play_layers(const Schedule& schedule,
                 const std::function<void(std::span<const GroupCall>)>& layer);

// Numbers buffers and keeps the sums for the caches.
class BufferBook {
 public:
  BufferBook(const Schedule& schedule, const BufferSink& sink);

  std::int64_t pass = 0;
  // Empty tensors have no buffer.
  void alloc(std::size_t group, CachePart part, Tokens entries);
  void free_oldest(std::size_t group, CachePart part);
  // Entries of one cell that are kept and not masked, from the next event on.
  void set_live(std::size_t group, Tokens entries);
  void release_all();

 private:
  struct Buffer {
    std::size_t number;
    Bytes bytes;
  };
  struct Cells {
    PartBytes bytes;
    Tokens live;
    std::vector<Buffer> buffers[2];  // of each part; more than one while it is copied
  };
  void tell(CacheBuffer::Kind kind, const Buffer& buffer, std::size_t group, CachePart part);

  const BufferSink& sink_;
  std::vector<Cells> groups_;
  std::size_t next_ = 0;
  Bytes live_;
  Bytes held_;
};

}  // namespace detail
}  // namespace kvf
