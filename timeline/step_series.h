// A step function over an integer axis (rows, passes, nanoseconds), and what a picture needs of it:
// the least and the most in each column of pixels, exactly, whatever the zoom.
//
// No Qt. A pyramid of minima and maxima over blocks of points makes a query cost what the picture is
// wide, not what the series is long; no maximum of a single point is ever lost.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "timeline/ascending.h"
#include "timeline/min_max_pyramid.h"

namespace kvf {

// What a series holds while x is in [edges[i], edges[i + 1]): the value with which it enters counts,
// for a step holds, unless a point lies on the edge itself; so do values of no width (a next point at
// the same x). Empty where the series has not begun, in gaps, and where it is over. Points at the very
// end of the series, which have no width, are also in a last column that ends there: no other one could
// have them.
struct StepColumn {
  bool empty = true;
  std::int64_t entry = 0;      // held when it begins; the first value if the series begins in it
  std::int64_t min = 0;        // of all that is held in it
  std::int64_t max = 0;        //
  std::int64_t last = 0;       // held when it ends
  std::int64_t max_point = 0;  // of value max: the first point in it, or that it enters with
  friend bool operator==(const StepColumn&, const StepColumn&) = default;
};

// Points in the order of x, equal x allowed: of those all count, the last holds. Immutable, and a copy
// shares the points.
class StepSeries {
 public:
  // Series over the same points share their x, and one series on several axes shares its values.
  using Xs = std::shared_ptr<const Ascending>;
  using Values = std::shared_ptr<const MinMaxPyramid>;

  StepSeries() = default;
  // The last value holds until `end`, at least the last x. The points `gaps` (ascending) hold at no x:
  // from there on there is nothing until the next point. Throws std::invalid_argument for x that
  // descend, lengths that differ, or an end before the last point.
  StepSeries(std::vector<std::int64_t> xs, std::vector<std::int64_t> values, std::int64_t end);
  StepSeries(Xs xs, Values values, std::int64_t end, std::vector<std::int64_t> gaps = {});

  std::int64_t points() const { return xs_ ? xs_->size() : 0; }
  bool empty() const { return points() == 0; }
  std::int64_t begin() const { return empty() ? 0 : xs_->front(); }  // the first x; 0 if empty
  std::int64_t end() const { return end_; }
  std::int64_t x(std::int64_t point) const { return (*xs_)[point]; }
  std::int64_t value(std::int64_t point) const { return (*values_)[point]; }

  // Whether point i of one is where point i of the other is, because they share them.
  bool shares_points_with(const StepSeries& other) const { return xs_ && xs_ == other.xs_; }

  // Whether nothing is held from this point on.
  bool gap_behind(std::int64_t point) const {
    return !gaps_.empty() && std::binary_search(gaps_.begin(), gaps_.end(), point);
  }
  // Whether something is held at x: from the first point to the end but for gaps, and in the last point.
  bool holds_at(std::int64_t x) const;
  // The point whose value holds at x, if any does: the last one at or before it; -1 before the first.
  std::int64_t point_at(std::int64_t x) const;
  // The first point at or after x; points() if there is none.
  std::int64_t first_point_from(std::int64_t x) const;

  // The point of the greatest value in [first, last), the first of several. -1 if there is none.
  std::int64_t max_point(std::int64_t first, std::int64_t last) const;

  // columns[i] is of [edges[i], edges[i + 1]): edges ascend, one more than columns; a column between
  // equal edges has what is held there. Cost: the columns times the depth of the pyramid. Throws
  // std::invalid_argument for edges that descend or are not one more than the columns.
  //
  // For a picture of many points a column: with `Edges::near` an edge between two columns may lie up
  // to an eighth of the narrower one further right, where a block of points begins. Every point still
  // counts, and no peak is lost; the outermost edges are exact.
  //
  // Looking for each max_point costs as much again: `MaxPoint::unwanted` leaves it kUnknown where it
  // would have to be looked for.
  enum class Edges { exact, near };
  enum class MaxPoint { wanted, unwanted };
  static constexpr std::int64_t kUnknown = -1;
  void columns(std::span<const std::int64_t> edges, std::span<StepColumn> columns,
               Edges which = Edges::exact, MaxPoint max_point = MaxPoint::wanted) const;

 private:
  void add_end(std::int64_t left, StepColumn& column) const;

  Xs xs_;
  Values values_;
  std::int64_t end_ = 0;
  std::vector<std::int64_t> gaps_;  // points
};

// found - expected, at every x at which either changes, only where both are, up to the first gap. Of
// values of no width, those at an x at which both have as many points are paired in their order; where
// the numbers differ only what holds from there on is compared. Throws OverflowError for a difference
// past 64 bits.
StepSeries difference(const StepSeries& found, const StepSeries& expected);

}  // namespace kvf
