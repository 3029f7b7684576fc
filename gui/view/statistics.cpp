#include "gui/view/statistics.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "gui/view/derive.h"

namespace kvf::gui {
namespace {

Area area_of(const StepSeries& steps, std::int64_t begin, std::int64_t end) {
  Area sum;
  std::int64_t point = steps.point_at(begin);
  std::int64_t from = begin;
  while (from < end) {
    const std::int64_t next = point + 1 < steps.points() ? steps.x(point + 1) : end;
    const std::int64_t to = std::min(next, end);
    if (!steps.gap_behind(point)) sum += Area(steps.value(point)).times(to - from);
    from = to;
    ++point;
  }
  return sum;
}

// A whole number, or the end of the series that it lies beyond.
std::int64_t whole_within(double x, const StepSeries& steps) {
  if (x <= static_cast<double>(steps.begin())) return steps.begin();
  if (x >= static_cast<double>(steps.end())) return steps.end();
  return std::clamp(static_cast<std::int64_t>(x), steps.begin(), steps.end());
}

bool is_listed(const std::vector<RangeStatistics>& rows, const Series* series) {
  return std::any_of(rows.begin(), rows.end(),
                     [series](const RangeStatistics& row) { return row.series == series; });
}

}  // namespace

std::vector<RangeStatistics> statistics(const Document& document, const ViewState& view,
                                        Interval range, bool with_area) {
  std::vector<RangeStatistics> rows;
  for (const Lane& lane : view.lanes) {
    for (const LaneSeries& shown : drawn_series(document, view.axis, lane)) {
      const StepSeries& steps = shown.on->steps;
      if (steps.empty() || is_listed(rows, shown.series)) continue;
      const std::int64_t begin = whole_within(std::floor(range.begin), steps);
      const std::int64_t end = whole_within(std::ceil(range.end), steps);
      // A series of one moment has no width, and is in a range that has it.
      const bool touches = range.begin <= static_cast<double>(steps.end()) &&
                           range.end >= static_cast<double>(steps.begin());
      if (!touches || (begin == end && steps.begin() < steps.end())) continue;
      const std::array<std::int64_t, 2> edges{begin, end};
      std::array<StepColumn, 1> column;
      steps.columns(edges, column);
      if (column[0].empty) continue;
      RangeStatistics row;
      row.run = shown.run;
      row.series = shown.series;
      row.start = column[0].entry;
      row.end = column[0].last;
      row.min = column[0].min;
      row.max = column[0].max;
      row.max_at = std::max(begin, steps.x(column[0].max_point));
      if (with_area) row.area = area_of(steps, begin, end);
      rows.push_back(row);
    }
  }
  return rows;
}

}  // namespace kvf::gui
