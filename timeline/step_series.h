// A step function over an integer axis (rows, passes, nanoseconds), and what a picture needs of it:
// the least and the most in each column of pixels, exactly, whatever the zoom.
//
// No Qt. A pyramid of minima and maxima over blocks of points makes a query cost what the picture is
// wide, not what the series is long; no maximum of a single point is ever lost.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace kvf {

// What a series holds while x is in [edges[i], edges[i + 1]): the value with which it enters counts,
// for a step holds; so do values of no width (a next point at the same x). Empty where the series has
// not begun or is over.
struct StepColumn {
  bool empty = true;
  std::int64_t entry = 0;  // held when the column begins
  std::int64_t min = 0;    // of all that is held in it
  std::int64_t max = 0;    //
  std::int64_t last = 0;   // held when the column ends
  std::int64_t max_point =
      0;  // the first point in the column, or that it enters with, of value max
  friend bool operator==(const StepColumn&, const StepColumn&) = default;
};

// Points in the order of x, equal x allowed: of those all count, the last holds. Immutable.
class StepSeries {
 public:
  StepSeries() = default;
  // The last value holds until `end`, at least the last x. Throws std::invalid_argument for x that
  // descend, lengths that differ, or an end before the last point.
  StepSeries(std::vector<std::int64_t> xs, std::vector<std::int64_t> values, std::int64_t end);

  std::int64_t points() const { return static_cast<std::int64_t>(xs_.size()); }
  bool empty() const { return xs_.empty(); }
  std::int64_t begin() const;  // the first x; 0 if empty
  std::int64_t end() const { return end_; }
  std::int64_t x(std::int64_t point) const { return xs_[static_cast<std::size_t>(point)]; }
  std::int64_t value(std::int64_t point) const { return values_[static_cast<std::size_t>(point)]; }

  // The point whose value holds at x: the last one at or before it; -1 before the first.
  std::int64_t point_at(std::int64_t x) const;
  // The first point at or after x; points() if there is none.
  std::int64_t first_point_from(std::int64_t x) const;

  // The point of the greatest value in [first, last), the first of several. -1 if there is none.
  std::int64_t max_point(std::int64_t first, std::int64_t last) const;

  // columns[i] is of [edges[i], edges[i + 1]): edges ascend, one more than columns. Cost: the
  // columns times the depth of the pyramid.
  void columns(std::span<const std::int64_t> edges, std::span<StepColumn> columns) const;

 private:
  std::vector<std::int64_t> xs_;
  std::vector<std::int64_t> values_;
  std::int64_t end_ = 0;
  // The pyramid: see step_series.cpp.
  struct Level {
    std::vector<std::int64_t> min, max;
  };
  std::vector<Level> levels_;
};

}  // namespace kvf
