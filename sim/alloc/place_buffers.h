// Where the buffers of a cache lie: one sink for each kind of memory below.
#pragma once

#include <vector>

#include "sim/alloc/cache_buffers.h"
#include "sim/alloc/caching_allocator.h"
#include "sim/alloc/device_memory.h"

namespace kvf {

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

}  // namespace kvf
