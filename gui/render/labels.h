// Places for texts in a picture, so that none lies over another or over what it would hide.
#pragma once

#include <QLineF>
#include <QPointF>
#include <QPolygonF>
#include <QRectF>
#include <QSizeF>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace kvf::gui {

// How much of a picture is drawn on: any number of shapes, each a few rectangles, and then what a label
// would cover is known at once.
class Cover {
 public:
  // Of a cell, which is covered or not; labels are wide and low.
  static constexpr double kCellWidth = 8, kCellHeight = 2;

  explicit Cover(const QRectF& area);
  void add(const QRectF& drawn);
  double covered(const QRectF& rect) const;  // in pixels, to the grain of a cell

 private:
  // Cells of the grid that a stretch touches: [first, last).
  struct Cells {
    std::size_t first = 0, last = 0;
  };
  Cells across(double left, double right) const;
  Cells down(double top, double bottom) const;
  void add_up() const;

  QRectF area_;
  std::size_t columns_ = 0, rows_ = 0;
  std::vector<int> begins_;  // shapes that begin in a cell, less those that have ended above it
  mutable std::vector<int> sums_;  // covered cells above and to the left; empty: not known
};

class LabelPlacer {
 public:
  explicit LabelPlacer(const QRectF& bounds) : bounds_(bounds) {}

  // What a label may not cover, and what it had better not.
  void avoid(const QRectF& rect) { taken_.push_back(rect); }
  // Of a point that has a label or may have one: a label nearer to it than to its own point would be
  // taken for its.
  void avoid_point(QPointF point, double radius);
  void avoid(const QPolygonF& line);
  void avoid(Cover drawn) { drawn_ = std::move(drawn); }

  // The first of the least bad places, which is avoided from now on; nothing if each covers what it
  // may not or is out of bounds.
  std::optional<QRectF> place(QSizeF size, std::span<const QPointF> top_left);
  // The same for a label of a point, which is rather not behind anything seen from there.
  std::optional<QRectF> place_for(QSizeF size, QPointF point, std::span<const QPointF> top_left);
  // Beside a point that is `radius` large, rather near than far.
  std::optional<QRectF> place_beside(QSizeF size, QPointF point, double radius);

 private:
  std::optional<QRectF> best(QSizeF size, std::span<const QPointF> top_left,
                             std::optional<QPointF> point);

  QRectF bounds_;
  std::vector<QRectF> taken_;
  std::vector<QPointF> points_;
  std::vector<QLineF> lines_;
  std::optional<Cover> drawn_;
};

// The point of the rectangle that is nearest.
QPointF nearest(const QRectF& rect, QPointF point);

// Places that are as near to the wanted ones as can be, at least `apart`, all in [least, most - apart]
// if they fit. In the order of `wanted`; of equal ones the first comes first.
std::vector<double> spread(std::span<const double> wanted, double apart, double least, double most);

}  // namespace kvf::gui
