// From x to columns of pixels: what a lane draws of a series, whatever the zoom.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gui/document/document.h"
#include "gui/view/view_state.h"
#include "timeline/step_series.h"

namespace kvf::gui {

// The first x of each of `columns` columns that share the interval evenly, and the first behind them.
std::vector<std::int64_t> column_edges(const Interval& range, std::size_t columns);

// The max_point of a column that only the outline tells of.
inline constexpr std::int64_t kNotRead = -1;

// What the series holds in each column: of its points and, where they are not read, of its outline,
// whose pieces count in every column that they touch. What lies at the very end of the series is in a
// last column that ends there. Lines do not want the points of maxima.
void columns_of(const SeriesOnAxis& series, std::span<const std::int64_t> edges,
                std::span<StepColumn> columns,
                StepSeries::MaxPoint max_point = StepSeries::MaxPoint::wanted);

}  // namespace kvf::gui
