#include "timeline/ascending.h"

#include <algorithm>
#include <bit>
#include <stdexcept>
#include <utility>

namespace kvf {
namespace {

constexpr int kBits = 4;
constexpr std::size_t kBlock = 1 << kBits;

}  // namespace

Ascending::Ascending(std::vector<std::int64_t> numbers) : numbers_(std::move(numbers)) {
  if (!std::is_sorted(numbers_.begin(), numbers_.end())) {
    throw std::invalid_argument("numbers that should ascend do not");
  }
  const std::vector<std::int64_t>* below = &numbers_;
  while (below->size() > kBlock) {
    std::vector<std::int64_t> level;
    level.reserve((below->size() + kBlock - 1) / kBlock);
    for (std::size_t i = 0; i < below->size(); i += kBlock) level.push_back((*below)[i]);
    levels_.push_back(std::move(level));
    below = &levels_.back();
  }
}

std::int64_t Ascending::coarse(std::int64_t i) const {
  const auto place = static_cast<std::size_t>(i);
  const auto level =
      std::min(static_cast<std::size_t>(std::countr_zero(place) / kBits), levels_.size());
  return level == 0 ? numbers_[place] : levels_[level - 1][place >> (level * kBits)];
}

std::int64_t Ascending::first_from(std::int64_t x, std::int64_t slack) const {
  std::size_t from = 0;
  std::size_t to = levels_.empty() ? numbers_.size() : levels_.back().size();
  std::size_t stride = 1;
  for (std::size_t level = 0; level < levels_.size(); ++level) stride *= kBlock;
  for (std::size_t level = levels_.size();; --level, stride /= kBlock) {
    const std::vector<std::int64_t>& numbers = level == 0 ? numbers_ : levels_[level - 1];
    const auto at = [&](std::size_t i) { return numbers.begin() + static_cast<std::ptrdiff_t>(i); };
    const auto found =
        static_cast<std::size_t>(std::lower_bound(at(from), at(to), x) - numbers.begin());
    // Without a slack there may be equal ones before it.
    const bool near = slack > 0 && found < numbers.size() &&
                      static_cast<std::uint64_t>(numbers[found]) - static_cast<std::uint64_t>(x) <=
                          static_cast<std::uint64_t>(slack);
    if (level == 0 || found == 0 || near) return static_cast<std::int64_t>(found * stride);
    // It lies behind the beginning of the block before, or is that of this one.
    const std::size_t below = level == 1 ? numbers_.size() : levels_[level - 2].size();
    from = (found - 1) * kBlock + 1;
    to = std::min(found * kBlock, below);
  }
}

}  // namespace kvf
