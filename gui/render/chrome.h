// What surrounds the lanes: the axis, the phases, the lines of phases and markers behind the curves.
#pragma once

#include <QPainter>

#include "gui/document/document.h"
#include "gui/render/frame.h"
#include "gui/render/render.h"
#include "gui/view/view_state.h"

namespace kvf::gui {

// The run whose phases are shown: the first one of the lane in focus that has some on the axis, else of
// any lane; nullptr if none has.
const Run* run_with_phases(const Document& document, const ViewState& view);

// Shades every other phase, and draws markers, in the plot of a lane.
void paint_phase_bands(QPainter& painter, const Frame& frame);
// Names of the phases above the lanes.
void paint_phase_names(QPainter& painter, const Document& document, const ViewState& view,
                       const Layout& layout);
// Ticks, labels and the name of the axis, below the lanes.
void paint_axis(QPainter& painter, const ViewState& view, const Layout& layout);

}  // namespace kvf::gui
