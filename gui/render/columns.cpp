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

// What both have, where `more` is behind `column` or beside it.
void add(StepColumn& column, const StepColumn& more) {
  if (more.empty) return;
  if (column.empty) {
    column = more;
    return;
  }
  column.min = std::min(column.min, more.min);
  column.last = more.last;
  if (more.max > column.max) {
    column.max = more.max;
    column.max_point = more.max_point;
  }
}

void add(StepColumn& column, const OutlinePiece& piece) {
  StepColumn more{false, piece.max, piece.min, piece.max, piece.max, kNotRead};
  if (!column.empty) more.last = std::max(column.last, piece.max);
  add(column, more);
}

// A piece counts in every column that it touches; one of no width where it lies.
void columns_of_outline(const SeriesOnAxis& series, std::span<const std::int64_t> edges,
                        std::span<StepColumn> columns) {
  const std::vector<OutlinePiece>& outline = series.outline;
  auto piece = outline.begin();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    StepColumn& column = columns[i] = {};
    const std::int64_t begin = edges[i];
    piece = std::find_if(piece, outline.end(), [&](const OutlinePiece& p) {
      return p.end > begin || (p.begin == p.end && p.begin == begin);
    });
    const auto reaches = [&](const OutlinePiece& p) {
      return p.begin < edges[i + 1] || p.begin == begin;
    };
    for (auto in = piece; in != outline.end() && reaches(*in); ++in) add(column, *in);
    column.entry = column.last = column.max;
  }
  // As of points: what lies at the very end of the series is in a last column that ends there.
  if (columns.empty() || edges.back() != series.end) return;
  for (auto in = outline.rbegin(); in != outline.rend() && in->end == series.end; ++in) {
    add(columns.back(), *in);
  }
  columns.back().entry = columns.back().last = columns.back().max;
}

// A column without an integer x in it shows what is held since the one before.
void columns_of_steps(const StepSeries& steps, std::span<const std::int64_t> edges,
                      std::span<StepColumn> columns, StepSeries::MaxPoint max_point) {
  steps.columns(edges, columns, StepSeries::Edges::near, max_point);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (edges[i] < edges[i + 1]) continue;
    const bool at_end = i + 1 == columns.size() && edges[i] == steps.end();
    const StepColumn end = at_end ? columns[i] : StepColumn{};
    StepColumn& column = columns[i] = {};
    if (edges[i] != std::numeric_limits<std::int64_t>::min()) {
      const std::int64_t before = edges[i] - 1;
      if (before < steps.end() && steps.holds_at(before)) {
        const std::int64_t point = steps.point_at(before);
        const std::int64_t held = steps.value(point);
        column = {false, held, held, held, held, point};
      }
    }
    add(column, end);
  }
}

}  // namespace

std::vector<std::int64_t> column_edges(const Interval& range, std::size_t columns) {
  std::vector<std::int64_t> edges(columns + 1);
  const double step = range.width() / static_cast<double>(std::max<std::size_t>(columns, 1));
  // The range's own end, which the sum of the steps may miss: something may lie on it.
  edges[columns] = rounded_up(columns == 0 ? range.begin : range.end);
  for (std::size_t i = 0; i < columns; ++i) {
    edges[i] = std::min(rounded_up(range.begin + step * static_cast<double>(i)), edges[columns]);
  }
  return edges;
}

void columns_of(const SeriesOnAxis& series, std::span<const std::int64_t> edges,
                std::span<StepColumn> columns, StepSeries::MaxPoint max_point) {
  if (series.outline.empty()) return columns_of_steps(series.steps, edges, columns, max_point);
  if (series.steps.empty()) return columns_of_outline(series, edges, columns);
  columns_of_steps(series.steps, edges, columns, max_point);
  // Beside what has been read there may be something that has not.
  std::vector<StepColumn> outlined(columns.size());
  columns_of_outline(series, edges, outlined);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const bool read = !columns[i].empty;
    const std::int64_t last = columns[i].last;
    add(columns[i], outlined[i]);
    if (read) columns[i].last = last;
  }
}

}  // namespace kvf::gui
