#include "gui/render/map_image.h"

#include <QPaintEngine>
#include <algorithm>
#include <cmath>

namespace kvf::gui {
namespace {

constexpr double kGap = 14;     // between two items of a legend
constexpr double kSwatch = 18;  // wide
constexpr double kScale = 90;   // wide
constexpr double kBeside = 5;   // between a swatch and its words
constexpr int kMostPixels = 8192;

int pixels(double length, double scale) {
  return std::clamp(static_cast<int>(std::lround(length * scale)), 1, kMostPixels);
}

}  // namespace

MapImage::MapImage(QPainter& painter, const QRectF& plot) : painter_(painter), plot_(plot) {
  double scale = std::abs(painter.deviceTransform().m11());
  // Vectors are looked at closely.
  const QPaintEngine* engine = painter.paintEngine();
  if (engine != nullptr && engine->type() != QPaintEngine::Raster) scale = std::max(scale, 2.0);
  zoom_ = scale < 1.75 ? 0 : scale < 3.5 ? 1 : 2;
  image_ = QImage(pixels(plot.width(), scale), pixels(plot.height(), scale), QImage::Format_RGB32);
}

void MapImage::draw() {
  painter_.save();
  painter_.setRenderHint(QPainter::SmoothPixmapTransform, false);
  painter_.drawImage(plot_, image_);
  painter_.restore();
}

LegendLine::LegendLine(QPainter& painter, QPointF from, double width, Theme theme)
    : painter_(painter), palette_(palette(theme)), at_(from), right_(from.x() + width) {
  painter_.save();
  painter_.setFont(letters(Letters::small));
}

bool LegendLine::take(double width, const QString& text) {
  const double end = at_.x() + width + QFontMetricsF(painter_.font()).horizontalAdvance(text);
  if (end > right_) right_ = at_.x();
  return end <= right_;
}

void LegendLine::put(const QString& text, double x) {
  const double width = QFontMetricsF(painter_.font()).horizontalAdvance(text);
  painter_.setPen(palette_.text);
  painter_.drawText(QRectF(x, at_.y(), width + 1, kHeight), Qt::AlignVCenter | Qt::AlignLeft, text);
  at_.setX(x + width + kGap);
}

void LegendLine::words(const QString& text) {
  if (take(0, text)) put(text, at_.x());
}

void LegendLine::swatch(const MapFill& fill, const QString& text) {
  if (!take(kSwatch + kBeside, text)) return;
  const QRectF box(at_.x(), at_.y() + 2, kSwatch, kHeight - 4);
  MapImage image(painter_, box);
  for (int y = 0; y < image.height(); ++y) {
    write_fill(image.line(y), 0, image.width(), y, fill, image.zoom());
  }
  image.draw();
  painter_.setPen(palette_.axis);
  painter_.setBrush(Qt::NoBrush);
  painter_.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5));
  put(text, at_.x() + kSwatch + kBeside);
}

void LegendLine::scale(const QString& least, const QString& most) {
  if (!take(kScale + 2 * kBeside, least + most)) return;
  put(least, at_.x());
  const QRectF box(at_.x() - kGap + kBeside, at_.y() + 3, kScale, kHeight - 6);
  MapImage image(painter_, box);
  for (int y = 0; y < image.height(); ++y) {
    for (int x = 0; x < image.width(); ++x) {
      image.line(y)[x] = share_colour((x + 0.5) / image.width());
    }
  }
  image.draw();
  put(most, box.right() + kBeside);
}

}  // namespace kvf::gui
