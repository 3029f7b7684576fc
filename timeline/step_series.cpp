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

// How far an edge between columns of these edges may move; their differences may be past 64 bits.
std::int64_t slack_at(std::span<const std::int64_t> edges, std::size_t edge) {
  constexpr std::uint64_t kPart = 8;
  const auto width = [&](std::size_t column) {
    return static_cast<std::uint64_t>(edges[column + 1]) -
           static_cast<std::uint64_t>(edges[column]);
  };
  return edge + 1 == edges.size()
             ? 0
             : static_cast<std::int64_t>(std::min(width(edge - 1), width(edge)) / kPart);
}

}  // namespace

StepSeries::StepSeries(std::vector<std::int64_t> xs, std::vector<std::int64_t> values,
                       std::int64_t end)
    : StepSeries(std::make_shared<const Ascending>(std::move(xs)),
                 std::make_shared<const MinMaxPyramid>(std::move(values)), end) {}

StepSeries::StepSeries(Xs xs, Values values, std::int64_t end, std::vector<std::int64_t> gaps)
    : xs_(std::move(xs)), values_(std::move(values)), end_(end), gaps_(std::move(gaps)) {
  if (xs_->size() != values_->size()) {
    refuse(std::to_string(xs_->size()) + " x, " + std::to_string(values_->size()) + " values");
  }
  if (xs_->size() > 0 && end_ < xs_->back()) refuse("it ends before its last point");
}

std::int64_t StepSeries::first_point_from(std::int64_t x) const {
  return empty() ? 0 : xs_->first_from(x);
}

std::int64_t StepSeries::point_at(std::int64_t x) const {
  return empty() ? -1 : std::upper_bound(xs_->begin(), xs_->end(), x) - xs_->begin() - 1;
}

bool StepSeries::holds_at(std::int64_t x) const {
  const bool covered = !empty() && begin() <= x && (x < end_ || x == xs_->back());
  return covered && (gaps_.empty() || !gap_behind(point_at(x)));
}

std::int64_t StepSeries::max_point(std::int64_t first, std::int64_t last) const {
  first = std::max<std::int64_t>(first, 0);
  last = std::min(last, points());
  return first < last ? values_->first_max(values_->of(first, last)) : -1;
}

void StepSeries::columns(std::span<const std::int64_t> edges, std::span<StepColumn> columns,
                         Edges which, MaxPoint max_point) const {
  if (edges.size() != columns.size() + 1) refuse("edges are not one more than columns");
  if (!std::is_sorted(edges.begin(), edges.end())) refuse("edges descend");
  std::int64_t first = first_point_from(edges[0]);
  std::int64_t before = first > 0 ? value(first - 1) : 0;  // what the point before `first` holds
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
    const std::int64_t slack = which == Edges::near ? slack_at(edges, i + 1) : 0;
    const std::int64_t last = empty() ? 0 : xs_->first_from(edges[i + 1], slack);
    // The point before holds on, unless one lies on the edge, there is a gap, or the series is over.
    const bool enters = first > 0 && left < end_ && !gap_behind(first - 1) &&
                        (first == points() || xs_->coarse(first) > left);
    if (first < last) {
      const MinMaxPyramid::Extremes found = values_->of(first, last);
      column = {false,
                0,
                found.min,
                found.max,
                values_->coarse(last - 1),
                max_point == MaxPoint::wanted ? values_->first_max(found) : kUnknown};
    }
    if (enters) {
      if (column.empty) column = {false, before, before, before, before, first - 1};
      column.entry = before;
      column.min = std::min(column.min, before);
      if (before >= column.max) {
        column.max = before;
        column.max_point = first - 1;
      }
    } else if (first < last) {
      // Of several points on the edge the last one holds.
      const auto behind = std::upper_bound(xs_->begin() + first, xs_->begin() + last, left);
      const std::int64_t on_edge = behind - xs_->begin() - 1;
      column.entry = value(std::max(first, on_edge));
    }
    if (first < last) before = column.last;
    first = last;
  }
  if (!columns.empty() && !empty() && edges.back() == end_) {
    add_end(edges[columns.size() - 1], columns.back());
  }
}

// The points at the very end, for a column from `left` to there.
void StepSeries::add_end(std::int64_t left, StepColumn& column) const {
  const std::int64_t first = first_point_from(end_);
  const std::int64_t most = max_point(first, points());
  if (most < 0) return;
  const std::int64_t least = values_->of(first, points()).min;
  const bool first_there = column.empty;
  if (first_there || value(most) > column.max) {
    column.max = value(most);
    column.max_point = most;
  } else if (left == end_ && value(most) == column.max) {
    column.max_point = most;
  }
  column.min = first_there ? least : std::min(column.min, least);
  column.last = value(points() - 1);
  if (first_there) column.entry = left == end_ ? column.last : value(first);
  column.empty = false;
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
