// Lines and fills of a lane, a column of pixels at a time.
//
// On pixels they are written into an image of the lane, which is drawn once: ten thousand rectangles of a
// pixel's width would cost several times as much. Elsewhere each is a path.
#pragma once

#include <QImage>
#include <QPainter>
#include <span>

#include "gui/render/frame.h"

namespace kvf::gui {

// One column of a fill, from y to y.
struct FilledColumn {
  double top = 0, bottom = 0;
  bool empty = true;
};

// What is drawn later covers what was drawn before; dry() puts all of it into the picture.
class Ink {
 public:
  Ink(QPainter& painter, const Frame& frame);

  // The line of a series. On pixels a dash leaves gaps only where the line is about level, so that no
  // peak falls into one.
  void line(const Scale& scale, std::span<const StepColumn> columns, const Mark& mark);
  // What lies between top and bottom in each column, in the colour of the mark, with its hatch.
  void fill(std::span<const FilledColumn> columns, const Mark& mark);
  void dry();

 private:
  bool on_pixels() const { return !layer_.isNull(); }
  int row_of(double y) const;  // of the layer, within it
  void line_on_pixels(const Scale& scale, std::span<const StepColumn> columns, const Mark& mark);
  void line_as_path(const Scale& scale, std::span<const StepColumn> columns, const Mark& mark);
  void fill_on_pixels(std::span<const FilledColumn> columns, const Mark& mark);
  void fill_as_path(std::span<const FilledColumn> columns, const Mark& mark);

  QPainter& painter_;
  const Frame& frame_;
  double ratio_ = 1;  // pixels a unit of the painter
  QImage layer_;      // null: paths
};

}  // namespace kvf::gui
