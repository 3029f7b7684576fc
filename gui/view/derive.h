// Runs that come from two others: what one holds more than the other, pass by pass or moment by moment.
//
// No Qt.
#pragma once

#include <string>
#include <vector>

#include "gui/document/document.h"
#include "gui/view/lane_series.h"
#include "gui/view/view_state.h"

namespace kvf::gui {

// The id of the run that a lane of a difference or a residual shows; "" for other lanes.
std::string derived_id(const Lane& lane);

// The document with all such runs that the view's lanes show, made of those of its runs that have been
// read. Cost: their points, once; what is there stays.
Document with_derived(const Document& document, const ViewState& view);

// The runs whose data a lane shows: those that it names, and the one that is made of them.
std::vector<const Run*> runs_behind(const Document& document, const Lane& lane);

// What a lane draws: its series (lane_series.h), of a difference that of the derived run. Where there is no
// such run, for there are not two or with_derived() has not made it, nothing.
std::vector<LaneSeries> drawn_series(const Document& document, Axis axis, const Lane& lane);

}  // namespace kvf::gui
