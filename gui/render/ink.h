// Lines and fills of a lane, a column of pixels at a time.
//
// On pixels they are written there: ten thousand rectangles of a pixel's width, or an image of the lane that
// is laid over the picture, would cost several times as much. Elsewhere each is a path.
#pragma once

#include <QPainter>
#include <cstdint>
#include <span>
#include <vector>

#include "gui/render/frame.h"

namespace kvf::gui {

// One column of a fill, from y to y.
struct FilledColumn {
  double top = 0, bottom = 0;
  bool empty = true;
};

// A fill covers what was there before it. Lines are drawn by dry(), all at once, and cover all fills. Only what
// scrolling leaves in sight of the lane is touched.
class Ink {
 public:
  Ink(QPainter& painter, const Frame& frame);

  // The line of a series. On pixels a dash leaves gaps only where the line is about level, so that no
  // peak falls into one. Lines that coincide are seen in turns; of those that only overlap in a column
  // the shorter are on top.
  void line(const Scale& scale, std::span<const StepColumn> columns, const Mark& mark);
  // What lies between top and bottom in each column, in the colour of the mark, with its hatch.
  void fill(std::span<const FilledColumn> columns, const Mark& mark);
  void dry();

 private:
  bool on_pixels() const { return pixels_ != nullptr; }
  int row_of(double y) const;  // of the plot, within it
  // The rows of the plot that a line takes in a column.
  struct Rows {
    int top = 0, bottom = 0;
    int height() const { return bottom - top; }
    friend bool operator==(const Rows&, const Rows&) = default;
  };
  bool is_level(const Rows& rows) const;  // about, so that it may have gaps
  struct Line {
    Mark mark;
    std::vector<Rows> rows;           // of each column
    std::vector<StepColumn> columns;  // for a path
    Scale scale;                      //
  };
  struct Piece {
    Rows rows;
    std::size_t line = 0;
  };
  // What the lines are in column i, the longest first, equal ones in their order.
  void pieces_of(std::size_t i, std::vector<Piece>& pieces) const;
  // A jump, a column wide, is made as wide as it is on a screen of fewer dots.
  void widen_jumps(std::vector<Rows>& rows) const;
  void lines_on_pixels();
  // Calls `colour(row)` for each row that is in sight, from the top, for the pixel there.
  template <class Colour>
  void write(std::size_t column, const Rows& rows, Colour&& colour);
  void lines_as_paths();
  // But in the columns where it is `hidden`.
  void line_as_path(const Line& line, const std::vector<bool>& hidden);
  void fill_on_pixels(std::span<const FilledColumn> columns, const Mark& mark);
  void fill_as_path(std::span<const FilledColumn> columns, const Mark& mark);

  QPainter& painter_;
  const Frame& frame_;
  double ratio_ = 1;  // pixels a unit of the painter
  int unit_ = 1;      // as whole pixels
  // The upper left pixel of the plot; nullptr: paths.
  QRgb* pixels_ = nullptr;
  qsizetype stride_ = 0;     // from one row of pixels to the next
  Rows rows_;                // of the plot, that are in sight
  std::size_t columns_ = 0;  // that the picture has
  // Of the rows of the plot: their places in a hatch, which comes again. Empty until something is filled.
  std::vector<std::uint8_t> hatch_of_row_;
  std::vector<Line> lines_;
};

}  // namespace kvf::gui
