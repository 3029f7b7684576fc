// Places for texts in a picture, so that none lies over another or over what it would hide.
#pragma once

#include <QLineF>
#include <QPointF>
#include <QPolygonF>
#include <QRectF>
#include <QSizeF>
#include <optional>
#include <span>
#include <vector>

namespace kvf::gui {

class LabelPlacer {
 public:
  explicit LabelPlacer(const QRectF& bounds) : bounds_(bounds) {}

  // What a label may not cover, and what it had better not.
  void avoid(const QRectF& rect) { taken_.push_back(rect); }
  void avoid(const QPolygonF& line);

  // The first of the least bad places, which is avoided from now on; nothing if each covers what it
  // may not or is out of bounds.
  std::optional<QRectF> place(QSizeF size, std::span<const QPointF> top_left);
  // Beside a point that is `radius` large, rather near than far.
  std::optional<QRectF> place_beside(QSizeF size, QPointF point, double radius);

 private:
  QRectF bounds_;
  std::vector<QRectF> taken_;
  std::vector<QLineF> lines_;
};

// The point of the rectangle that is nearest.
QPointF nearest(const QRectF& rect, QPointF point);

// Places that are as near to the wanted ones as can be, at least `apart`, all in [least, most - apart]
// if they fit. In the order of `wanted`; of equal ones the first comes first.
std::vector<double> spread(std::span<const double> wanted, double apart, double least, double most);

}  // namespace kvf::gui
