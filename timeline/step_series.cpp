#include "timeline/step_series.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "models/units.h"

namespace kvf {
namespace {

[[noreturn]] void refuse(const std::string& why) {
  throw std::invalid_argument("step series: " + why);
}

template <class Values>
bool descends(const Values& values) {
  return !std::is_sorted(values.begin(), values.end());
}

// std::lower_bound from `from` on, looking about `guess` first: in steps that double.
std::int64_t first_at_or_after(const std::vector<std::int64_t>& xs, std::int64_t from,
                               std::int64_t guess, std::int64_t x) {
  const std::int64_t size = std::ssize(xs);
  const auto before = [&](std::int64_t i) { return xs[static_cast<std::size_t>(i)] < x; };
  std::int64_t low = from;   // all before it are before x
  std::int64_t high = size;  // none from it on is
  guess = std::clamp(guess, from, size);
  if (guess < size && before(guess)) {
    low = guess + 1;
    for (std::int64_t step = 1; low + step < size; step *= 2) {
      if (!before(low + step)) {
        high = low + step;
        break;
      }
      low += step + 1;
    }
  } else {
    high = guess;
    for (std::int64_t step = 1; high - step >= from; step *= 2) {
      if (before(high - step)) {
        low = high - step + 1;
        break;
      }
      high -= step;
    }
  }
  return std::lower_bound(xs.begin() + low, xs.begin() + high, x) - xs.begin();
}

}  // namespace

StepSeries::StepSeries(std::vector<std::int64_t> xs, std::vector<std::int64_t> values,
                       std::int64_t end)
    : StepSeries(std::make_shared<const std::vector<std::int64_t>>(std::move(xs)),
                 std::make_shared<const MinMaxPyramid>(std::move(values)), end) {}

StepSeries::StepSeries(Xs xs, Values values, std::int64_t end)
    : xs_(std::move(xs)), values_(std::move(values)), end_(end) {
  if (std::ssize(*xs_) != values_->size()) {
    refuse(std::to_string(xs_->size()) + " x, " + std::to_string(values_->size()) + " values");
  }
  if (descends(*xs_)) refuse("x descends");
  if (!xs_->empty() && end_ < xs_->back()) refuse("it ends before its last point");
}

std::int64_t StepSeries::first_point_from(std::int64_t x) const {
  return empty() ? 0 : std::lower_bound(xs_->begin(), xs_->end(), x) - xs_->begin();
}

std::int64_t StepSeries::point_at(std::int64_t x) const {
  return empty() ? -1 : std::upper_bound(xs_->begin(), xs_->end(), x) - xs_->begin() - 1;
}

bool StepSeries::holds_at(std::int64_t x) const {
  return !empty() && begin() <= x && (x < end_ || x == xs_->back());
}

std::int64_t StepSeries::max_point(std::int64_t first, std::int64_t last) const {
  first = std::max<std::int64_t>(first, 0);
  last = std::min(last, points());
  return first < last ? values_->of(first, last).first_max : -1;
}

void StepSeries::columns(std::span<const std::int64_t> edges, std::span<StepColumn> columns) const {
  if (edges.size() != columns.size() + 1) refuse("edges are not one more than columns");
  if (descends(edges)) refuse("edges descend");
  std::int64_t first = first_point_from(edges[0]);
  std::int64_t points_before = 0;  // of the column to the left
  for (std::size_t i = 0; i < columns.size(); ++i) {
    StepColumn& column = columns[i] = StepColumn{};
    const std::int64_t left = edges[i];
    if (left == edges[i + 1]) {
      if (!holds_at(left)) continue;
      const std::int64_t point = point_at(left);
      const std::int64_t held = value(point);
      column = {false, held, held, held, held, point};
      continue;
    }
    // Neighbouring columns often have about as many points.
    const std::int64_t last =
        empty() ? 0 : first_at_or_after(*xs_, first, first + points_before, edges[i + 1]);
    // The point before holds on, unless one lies on the edge or the series is over.
    const bool enters = first > 0 && left < end_ && (first == points() || x(first) > left);
    const std::int64_t begin = enters ? first - 1 : first;
    if (begin < last) {
      const MinMaxPyramid::Extremes found = values_->of(begin, last);
      std::int64_t entry = begin;
      if (!enters && x(first) == left) {  // of several points on the edge the last one holds
        const auto behind = std::upper_bound(xs_->begin() + first, xs_->begin() + last, left);
        entry = behind - xs_->begin() - 1;
      }
      column = {false, value(entry), found.min, found.max, value(last - 1), found.first_max};
    }
    points_before = last - first;
    first = last;
  }
}

StepSeries difference(const StepSeries& found, const StepSeries& expected) {
  std::vector<std::int64_t> xs;
  std::vector<std::int64_t> values;
  if (found.empty() || expected.empty()) return {};
  const auto add = [&](std::int64_t x, std::int64_t of_found, std::int64_t of_expected) {
    std::int64_t less = 0;
    if (__builtin_sub_overflow(found.value(of_found), expected.value(of_expected), &less)) {
      throw OverflowError("a difference of two series is past 64 bits");
    }
    xs.push_back(x);
    values.push_back(less);
  };
  // From where both are; each step is to the next x at which one of them has a point.
  std::int64_t x = std::max(found.begin(), expected.begin());
  std::int64_t f = found.first_point_from(x);
  std::int64_t e = expected.first_point_from(x);
  const auto end_of = [](const StepSeries& series, std::int64_t from, std::int64_t at) {
    while (from < series.points() && series.x(from) == at) ++from;
    return from;
  };
  while (found.holds_at(x) && expected.holds_at(x)) {
    const std::int64_t f_end = end_of(found, f, x);
    const std::int64_t e_end = end_of(expected, e, x);
    if (f_end - f == e_end - e) {
      for (; f < f_end; ++f, ++e) add(x, f, e);
    } else {
      add(x, f_end - 1, e_end - 1);
    }
    f = f_end;
    e = e_end;
    if (f == found.points() && e == expected.points()) break;
    x = f == found.points()      ? expected.x(e)
        : e == expected.points() ? found.x(f)
                                 : std::min(found.x(f), expected.x(e));
  }
  const std::int64_t end = xs.empty() ? 0 : std::min(found.end(), expected.end());
  return {std::move(xs), std::move(values), end};
}

}  // namespace kvf
