#include "timeline/min_max_pyramid.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <limits>
#include <utility>

namespace kvf {
namespace {

constexpr int kBits = 4;
constexpr std::size_t kBlock = 1 << kBits;

using Values = std::vector<std::int64_t>;

// The most found so far, and the stretch of a level of the pyramid that it is in; level 0: the values.
struct Most {
  std::int64_t max = 0;
  std::size_t level = 0;
  std::size_t begin = 0;
  bool found = false;
};

}  // namespace

MinMaxPyramid::MinMaxPyramid(Values values) : values_(std::move(values)) {
  const Values* min = &values_;
  const Values* max = &values_;
  const Values* last = &values_;
  while (min->size() > kBlock) {
    Level level;
    const std::size_t size = (min->size() + kBlock - 1) / kBlock;
    level.min.reserve(size);
    level.max.reserve(size);
    level.last.reserve(size);
    for (std::size_t begin = 0; begin < min->size(); begin += kBlock) {
      const std::size_t end = std::min(begin + kBlock, min->size());
      std::int64_t least = (*min)[begin];
      std::int64_t most = (*max)[begin];
      for (std::size_t i = begin + 1; i < end; ++i) {
        least = std::min(least, (*min)[i]);
        most = std::max(most, (*max)[i]);
      }
      level.min.push_back(least);
      level.max.push_back(most);
      level.last.push_back((*last)[end - 1]);
    }
    levels_.push_back(std::move(level));
    min = &levels_.back().min;
    max = &levels_.back().max;
    last = &levels_.back().last;
  }
}

std::int64_t MinMaxPyramid::coarse(std::int64_t i) const {
  const auto place = static_cast<std::size_t>(i);
  const auto level =
      std::min(static_cast<std::size_t>(std::countr_zero(place + 1) / kBits), levels_.size());
  return level == 0 ? values_[place] : levels_[level - 1].last[place >> (level * kBits)];
}

MinMaxPyramid::Extremes MinMaxPyramid::of(std::int64_t from, std::int64_t to) const {
  assert(0 <= from && from < to && to <= size());
  auto first = static_cast<std::size_t>(from);
  auto last = static_cast<std::size_t>(to);
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  Most left;   // found from the left inwards: an earlier place is before a later one
  Most right;  // found from the right inwards: it is behind
  const auto look = [&](std::size_t level, std::size_t begin, std::size_t end, bool at_left) {
    if (begin == end) return;
    const Values& min = level == 0 ? values_ : levels_[level - 1].min;
    const Values& max = maxima(level);
    // Where it is, is for first_max(): that would be a branch for each value here.
    std::int64_t most = max[begin];
    for (std::size_t i = begin; i < end; ++i) {
      least = std::min(least, min[i]);
      most = std::max(most, max[i]);
    }
    if (at_left && (!left.found || most > left.max)) left = {most, level, begin, true};
    if (!at_left && (!right.found || most >= right.max)) right = {most, level, begin, true};
  };
  for (std::size_t level = 0;; ++level) {
    // What does not fill a block is looked at here, the blocks between one level up.
    const std::size_t inner_first = (first + kBlock - 1) / kBlock;
    const std::size_t inner_last = last / kBlock;
    if (level == levels_.size() || inner_first >= inner_last) {
      look(level, first, last, true);
      break;
    }
    look(level, first, inner_first * kBlock, true);
    look(level, inner_last * kBlock, last, false);
    first = inner_first;
    last = inner_last;
  }
  const Most& most = right.found && right.max > left.max ? right : left;
  Extremes found;
  found.min = least;
  found.max = most.max;
  found.level = most.level;
  found.begin = most.begin;
  return found;
}

std::int64_t MinMaxPyramid::first_max(const Extremes& stretch) const {
  std::size_t place = stretch.begin;
  for (std::size_t level = stretch.level;; --level) {
    const Values& max = maxima(level);
    while (max[place] != stretch.max) ++place;
    if (level == 0) return static_cast<std::int64_t>(place);
    place *= kBlock;
  }
}

}  // namespace kvf
