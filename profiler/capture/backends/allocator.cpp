#include "profiler/capture/backends/allocator.h"

#include <fmt/format.h>

#include <stdexcept>

namespace kvf::capture {

Block DeviceAllocator::allocate(Bytes bytes) {
  if (bytes < Bytes(1)) {
    throw std::invalid_argument(fmt::format("{}: a block of {} bytes", name(), bytes.count()));
  }
  if (capacity_ && bytes > *capacity_ - allocated_) {
    throw OutOfMemory(fmt::format("{}: a block of {} bytes", name(), bytes.count()),
                      fmt::format("{} of the {} bytes that it was given are allocated",
                                  allocated_.count(), capacity_->count()));
  }
  std::byte* const address = take(bytes);
  live_.emplace(address, bytes);
  allocated_ += bytes;
  return {address, bytes};
}

void DeviceAllocator::free(const std::byte* address) {
  const auto block = live_.find(const_cast<std::byte*>(address));
  if (block == live_.end()) {
    throw std::invalid_argument(
        fmt::format("{}: no block at {}: it was freed before or never given out", name(),
                    static_cast<const void*>(address)));
  }
  const auto [start, bytes] = *block;
  live_.erase(block);
  allocated_ -= bytes;
  give_back(start, bytes);
}

}  // namespace kvf::capture
