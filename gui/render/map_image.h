// What the painters of maps share: an image for a plot, and the line of a legend.
#pragma once

#include <QImage>
#include <QPainter>
#include <QRectF>
#include <QString>
#include <functional>

#include "gui/render/map_colours.h"

namespace kvf::gui {

// An image for a plot, with a pixel for each of the device that the painter draws on.
class MapImage {
 public:
  MapImage(QPainter& painter, const QRectF& plot);
  int width() const { return image_.width(); }
  int height() const { return image_.height(); }
  // Pixels of the device to one of a pattern, as a power of two.
  int zoom() const { return zoom_; }
  QRgb* line(int y) { return reinterpret_cast<QRgb*>(image_.scanLine(y)); }
  void draw();

 private:
  QPainter& painter_;
  QRectF plot_;
  QImage image_;
  int zoom_ = 0;
};

// The middle of pixel x of `width` that lie over a plot, in the plot's coordinates.
inline double pixel_middle(double begin, double length, int x, int width) {
  return begin + length * (x + 0.5) / width;
}

// One line of swatches with words, from the left, as far as there is room.
class LegendLine {
 public:
  LegendLine(QPainter& painter, QPointF from, double width, Theme theme);
  ~LegendLine() { painter_.restore(); }
  LegendLine(const LegendLine&) = delete;
  LegendLine& operator=(const LegendLine&) = delete;

  void words(const QString& text);
  void swatch(const MapFill& fill, const QString& text);
  // The scale of shares, with what its ends stand for.
  void scale(const QString& least, const QString& most);

  static constexpr double kHeight = 16;

 private:
  // Whether there is room; if not, nothing more is drawn.
  bool take(double width, const QString& text);
  void put(const QString& text, double x);

  QPainter& painter_;
  const Palette& palette_;
  QPointF at_;
  double right_;
};

}  // namespace kvf::gui
