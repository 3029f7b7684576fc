#include "sim/alloc/place_buffers.h"

#include <new>

namespace kvf {

void BuffersOnDevice::operator()(const CacheBuffer& event) {
  if (event.kind == CacheBuffer::Kind::free) {
    memory_.free(event.bytes);
  } else if (!memory_.allocate(event.bytes)) {
    throw std::bad_alloc();
  }
}

void BuffersInCachingAllocator::operator()(const CacheBuffer& event) {
  if (event.kind == CacheBuffer::Kind::free) {
    allocator_.free(handles_.at(event.buffer));
    return;
  }
  const auto handle = allocator_.allocate(event.bytes);
  if (!handle) throw std::bad_alloc();
  handles_.resize(event.buffer + 1);
  handles_[event.buffer] = *handle;
}

}  // namespace kvf
