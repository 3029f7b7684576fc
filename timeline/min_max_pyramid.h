// Values in their order, and the least and the most of any stretch of them without looking at each.
//
// Blocks of 16 values have their minimum, maximum and last value, 16 blocks theirs, and so on: a fifth
// more memory, and a stretch of ten million values is found by looking at a few hundred numbers. (Blocks of 4 are
// twice as fast to ask, but take five times as long to make and as much memory again.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace kvf {

// Immutable: threads and series share it.
class MinMaxPyramid {
 public:
  MinMaxPyramid() = default;
  explicit MinMaxPyramid(std::vector<std::int64_t> values);

  std::int64_t size() const { return static_cast<std::int64_t>(values_.size()); }
  std::int64_t operator[](std::int64_t i) const { return values_[static_cast<std::size_t>(i)]; }

  // The same, read where few others lie if i is the last of a block of 16, 256, ...
  std::int64_t coarse(std::int64_t i) const;

  class Extremes {
   public:
    std::int64_t min = 0;
    std::int64_t max = 0;

   private:
    friend class MinMaxPyramid;
    std::size_t level = 0, begin = 0;  // from where on max is for the first time; level 0: values
  };
  // Of the values [first, last), of which there must be one.
  Extremes of(std::int64_t first, std::int64_t last) const;
  // Where the max of such a stretch is for the first time: a way down the pyramid more.
  std::int64_t first_max(const Extremes& stretch) const;

 private:
  // Block b of levels_[k] is of the values from b * 16^(k + 1) on.
  struct Level {
    std::vector<std::int64_t> min, max, last;
  };
  const std::vector<std::int64_t>& maxima(std::size_t level) const {
    return level == 0 ? values_ : levels_[level - 1].max;
  }

  std::vector<std::int64_t> values_;
  std::vector<Level> levels_;
};

}  // namespace kvf
