// A column of a chunk as bytes: stretches in which the values go up or down by equal steps.
//
// Each stretch is three little-endian 64-bit integers: passes, first value, step. Counts of caches
// are nearly always of this kind, so that thousands of decode passes take 24 bytes; values without
// any order take 12 bytes each (a stretch of two) instead of 8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace kvf {

class ColumnEncoder {
 public:
  // Appends values, none of them below 0.
  void append(std::span<const std::int64_t> values);

  // Of all values since the last take(); 0 if there were none.
  std::int64_t min() const { return min_; }
  std::int64_t max() const { return max_; }

  // The bytes of all values since the last call.
  std::vector<std::byte> take();

 private:
  struct Stretch {
    std::int64_t passes, first, step;
  };
  std::vector<Stretch> stretches_;
  std::int64_t last_ = 0;
  std::int64_t min_ = 0;
  std::int64_t max_ = 0;
};

// Appends the values of `bytes` to `values`. Throws std::runtime_error, saying what is wrong,
// unless they are exactly `passes` values, none below 0 and none too large; then `values` is left
// with some of them.
void decode_column(std::span<const std::byte> bytes, std::int64_t passes,
                   std::vector<std::int64_t>& values);

}  // namespace kvf
