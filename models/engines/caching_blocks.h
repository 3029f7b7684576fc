// What PyTorch's caching allocator counts as allocated while tensors are made and none is freed.
#pragma once

#include <cstdint>
#include <vector>

namespace kvf {

// A pool that only grows. Sizes are bytes.
//
// The rules of c10's CUDACachingAllocator with its default settings: a request is rounded to 512;
// up to 1 MiB it is cut from segments of 2 MiB, below 10 MiB from segments of 20 MiB, else it gets
// a segment of its own, rounded to 2 MiB. The smallest free block that is large enough is taken, and
// what is left of it split off only if it is more than 1 MiB (512 bytes in the small pool): an
// unsplit tail counts as allocated.
class CachingBlocks {
 public:
  void allocate(std::int64_t size);
  std::int64_t allocated() const { return allocated_; }
  std::int64_t reserved() const { return reserved_; }

 private:
  std::vector<std::int64_t> small_;  // free blocks
  std::vector<std::int64_t> large_;
  std::int64_t allocated_ = 0;
  std::int64_t reserved_ = 0;
};

}  // namespace kvf
