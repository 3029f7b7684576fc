// Lines and fills of steps, a column of pixels at a time.
#pragma once

#include <QPainter>
#include <span>

#include "gui/render/frame.h"

namespace kvf::gui {

// The line of a series. On pixels a dash leaves gaps only where the line is about level, so that no
// peak falls into one.
void draw_steps(QPainter& painter, const Frame& frame, const Scale& scale,
                std::span<const StepColumn> columns, const Mark& mark);

// One column of a fill, from y to y.
struct FilledColumn {
  double top = 0, bottom = 0;
  bool empty = true;
};
// What lies between top and bottom in each column, in the colour of the mark, with its hatch.
void fill_columns(QPainter& painter, const Frame& frame, std::span<const FilledColumn> columns,
                  const Mark& mark);

}  // namespace kvf::gui
