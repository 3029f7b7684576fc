// What surrounds the lanes: the axis, the phases, the lines of phases and markers behind the curves.
#pragma once

#include <QPainter>
#include <vector>

#include "gui/document/document.h"
#include "gui/render/frame.h"
#include "gui/render/render.h"
#include "gui/view/view_state.h"

namespace kvf::gui {

// The runs whose phases are marked: those of the lane in focus that have some on the axis, else of the
// first lane that has such; the phases shown are those of the first of them, and say so where others have
// other ones.
std::vector<const Run*> runs_with_phases(const Document& document, const ViewState& view);

// Shades every other phase, and draws markers, in the plot of a lane: those on which all of its runs that
// have any agree. One run's drawn behind the others would be taken for theirs.
void paint_phase_bands(QPainter& painter, const Frame& frame);
// Above the lanes: names of the phases, and marks of passes.
void paint_phases(QPainter& painter, const Document& document, const ViewState& view,
                  const Layout& layout);
// Ticks, labels and the name of the axis, below the lanes; on a ground of its own, for lanes may scroll.
void paint_axis(QPainter& painter, const ViewState& view, const Layout& layout, QSize size);

}  // namespace kvf::gui
