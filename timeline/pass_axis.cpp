#include "timeline/pass_axis.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace kvf {

PassAxis::PassAxis(std::vector<std::int64_t> begins, std::int64_t end)
    : begins_(std::move(begins)), end_(end), passes_(static_cast<std::int64_t>(begins_.size())) {
  if (!std::is_sorted(begins_.begin(), begins_.end())) {
    throw std::invalid_argument("a pass begins before the one before it");
  }
  if (!begins_.empty() && end_ < begins_.back()) {
    throw std::invalid_argument("the axis ends before its last pass begins");
  }
}

std::int64_t PassAxis::begin(std::int64_t pass) const {
  if (pass >= passes_) return end_;
  return begins_.empty() ? pass : begins_[static_cast<std::size_t>(pass)];
}

std::int64_t PassAxis::first_from(double x) const {
  if (begins_.empty()) {
    return static_cast<std::int64_t>(std::ceil(std::clamp(x, 0.0, static_cast<double>(passes_))));
  }
  const auto found = std::lower_bound(
      begins_.begin(), begins_.end(), x,
      [](std::int64_t begin, double at) { return static_cast<double>(begin) < at; });
  return found - begins_.begin();
}

std::int64_t PassAxis::pass_at(double x) const {
  if (x >= static_cast<double>(end_)) return -1;
  return first_from(std::nextafter(x, HUGE_VAL)) - 1;
}

std::vector<PassColumn> PassAxis::columns(double begin, double end, std::int64_t count) const {
  std::vector<PassColumn> columns(static_cast<std::size_t>(std::max<std::int64_t>(count, 0)));
  const double width = (end - begin) / static_cast<double>(count);
  const auto last = static_cast<double>(end_);
  std::int64_t from = first_from(begin);
  double x = begin;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const double next = begin + width * static_cast<double>(i + 1);
    const std::int64_t until = next >= last ? passes_ : first_from(next);
    // Unless a pass begins where the column does, it enters with the one before.
    const bool begun = from < passes_ && static_cast<double>(this->begin(from)) <= x;
    columns[i] = x >= last ? PassColumn{passes_, passes_}
                           : PassColumn{begun || from == 0 ? from : from - 1, until};
    from = next >= last ? passes_ : until;
    x = next;
  }
  return columns;
}

}  // namespace kvf
