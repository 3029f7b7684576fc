#include "models/engines/caching_blocks.h"

#include <algorithm>

namespace kvf {
namespace {

constexpr std::int64_t kMiB = std::int64_t{1} << 20;
constexpr std::int64_t kUnit = 512;
constexpr std::int64_t kMostSmall = kMiB;
constexpr std::int64_t kSmallSegment = 2 * kMiB;
constexpr std::int64_t kMostShared = 10 * kMiB;  // below it
constexpr std::int64_t kLargeSegment = 20 * kMiB;

std::int64_t rounded(std::int64_t size, std::int64_t unit) {
  return (size + unit - 1) / unit * unit;
}

}  // namespace

void CachingBlocks::allocate(std::int64_t size) {
  if (size <= 0) return;
  size = std::max(rounded(size, kUnit), kUnit);
  const bool is_small = size <= kMostSmall;
  std::vector<std::int64_t>& free = is_small ? small_ : large_;
  auto best = free.end();
  for (auto block = free.begin(); block != free.end(); ++block) {
    if (*block >= size && (best == free.end() || *block < *best)) best = block;
  }
  std::int64_t block = 0;
  if (best != free.end()) {
    block = *best;
    free.erase(best);
  } else {
    block = is_small             ? kSmallSegment
            : size < kMostShared ? kLargeSegment
                                 : rounded(size, kSmallSegment);
    reserved_ += block;
  }
  const std::int64_t left = block - size;
  if (is_small ? left >= kUnit : left > kMostSmall) {
    free.push_back(left);
    block = size;
  }
  allocated_ += block;
}

}  // namespace kvf
