#include "gui/render/columns.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace kvf::gui {
namespace {

std::int64_t rounded_up(double x) {
  constexpr double kMost = 9.2e18;  // inside of int64, whose own limits are no doubles
  return static_cast<std::int64_t>(std::ceil(std::clamp(x, -kMost, kMost)));
}

void columns_of_outline(const std::vector<OutlinePiece>& outline,
                        std::span<const std::int64_t> edges, std::span<StepColumn> columns) {
  auto piece = outline.begin();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    StepColumn& column = columns[i] = {};
    const std::int64_t begin = edges[i];
    const std::int64_t end = std::max(edges[i + 1], begin + 1);
    piece =
        std::find_if(piece, outline.end(), [&](const OutlinePiece& p) { return p.end > begin; });
    for (auto in = piece; in != outline.end() && in->begin < end; ++in) {
      column.min = column.empty ? in->min : std::min(column.min, in->min);
      column.max = column.empty ? in->max : std::max(column.max, in->max);
      column.empty = false;
    }
    column.entry = column.last = column.max;
    column.max_point = kNotRead;
  }
}

// A column without an integer x in it shows what is held since the one before.
void columns_of_steps(const StepSeries& steps, std::span<const std::int64_t> edges,
                      std::span<StepColumn> columns, StepSeries::MaxPoint max_point) {
  steps.columns(edges, columns, StepSeries::Edges::near, max_point);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (edges[i] < edges[i + 1]) continue;
    StepColumn& column = columns[i] = {};
    if (edges[i] == std::numeric_limits<std::int64_t>::min()) continue;
    const std::int64_t before = edges[i] - 1;
    if (before >= steps.end() || !steps.holds_at(before)) continue;
    const std::int64_t point = steps.point_at(before);
    column.empty = false;
    column.entry = column.min = column.max = column.last = steps.value(point);
    column.max_point = point;
  }
}

}  // namespace

std::vector<std::int64_t> column_edges(const Interval& range, std::size_t columns) {
  std::vector<std::int64_t> edges(columns + 1);
  const double step = range.width() / static_cast<double>(std::max<std::size_t>(columns, 1));
  for (std::size_t i = 0; i <= columns; ++i) {
    edges[i] = rounded_up(range.begin + step * static_cast<double>(i));
  }
  return edges;
}

void columns_of(const SeriesOnAxis& series, std::span<const std::int64_t> edges,
                std::span<StepColumn> columns, StepSeries::MaxPoint max_point) {
  if (series.outline.empty()) return columns_of_steps(series.steps, edges, columns, max_point);
  columns_of_outline(series.outline, edges, columns);
  if (series.steps.empty()) return;
  std::vector<StepColumn> read(columns.size());
  columns_of_steps(series.steps, edges, read, max_point);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!read[i].empty) columns[i] = read[i];
  }
}

}  // namespace kvf::gui
