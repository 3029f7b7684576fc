// What a lane names, looked up in the document.
//
// No Qt.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "gui/document/document.h"
#include "gui/view/view_state.h"

namespace kvf::gui {

// Pointers into the document; none is null.
struct LaneSeries {
  const Run* run = nullptr;
  const Series* series = nullptr;
  const SeriesOnAxis* on = nullptr;
};

// Whether the run has a series of that name on the axis.
bool has_series(const Run& run, std::string_view name, Axis axis);

// Makes it a lane of the two runs, B less A: a residual if one of them was measured, of which what was
// expected comes first.
void compare(Lane& lane, const Document& document, const std::array<std::string, 2>& pair);

// The runs of the lane that are in the document, in its order.
std::vector<const Run*> runs_of(const Document& document, const Lane& lane);

// Of each run of the lane the series of that name on the axis; runs without it are left out.
std::vector<LaneSeries> series_of(const Document& document, Axis axis, const Lane& lane);

}  // namespace kvf::gui
