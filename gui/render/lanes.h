// The lanes of curves, one function a kind.
#pragma once

#include <QPainter>
#include <cstdint>
#include <optional>
#include <vector>

#include "gui/render/frame.h"

namespace kvf::gui {

void paint_lines(QPainter& painter, const Frame& frame);
void paint_stack(QPainter& painter, const Frame& frame);
// Differences and residuals: above zero in one colour, below it in another.
void paint_difference(QPainter& painter, const Frame& frame);
// Occupancy, heads, attention.
void paint_map(QPainter& painter, const Frame& frame);

// The values that a lane's scale goes from and to, whatever of it is shown.
Scale scale_of_lane(const Frame& frame);

}  // namespace kvf::gui
