// The buffers that CUPTI fills: zeroed, 16-byte aligned, used again and again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <vector>

namespace kvf::capture {

struct FreeBuffer {
  void operator()(std::uint8_t* buffer) const { std::free(buffer); }
};
// From calloc, so that one which CUPTI hands back late can be freed by anybody.
using Buffer = std::unique_ptr<std::uint8_t, FreeBuffer>;

// For all threads.
class BufferPool {
 public:
  explicit BufferPool(std::size_t bytes) : bytes_(bytes) {}

  std::size_t bytes() const { return bytes_; }

  // Null if there is no memory.
  Buffer take() {
    {
      const std::lock_guard lock(mutex_);
      if (!free_.empty()) {
        Buffer buffer = std::move(free_.back());
        free_.pop_back();
        return buffer;
      }
    }
    return Buffer(static_cast<std::uint8_t*>(std::calloc(bytes_, 1)));
  }

  // One of another size is freed: CUPTI may hand back what an earlier collector gave it.
  void give_back(Buffer buffer, std::size_t bytes) {
    if (bytes != bytes_) return;
    std::memset(buffer.get(), 0, bytes_);
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(buffer));
  }

 private:
  const std::size_t bytes_;
  std::mutex mutex_;
  std::vector<Buffer> free_;
};

}  // namespace kvf::capture
