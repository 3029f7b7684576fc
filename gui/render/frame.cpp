#include "gui/render/frame.h"

#include <QFontMetricsF>
#include <QPaintEngine>
#include <algorithm>

#include "gui/view/lane_series.h"

namespace kvf::gui {

std::vector<const Run*> Frame::runs() const { return runs_of(document, lane); }

double Scale::y_of(double value) const {
  return plot.bottom() - (value - low) / (high - low) * plot.height();
}

double Scale::value_of(double y) const {
  return low + (plot.bottom() - y) / plot.height() * (high - low);
}

Scale scale_of(const QRectF& plot, TrackUnit unit, double low, double high) {
  constexpr double kAir = 0.08;  // of the height, for labels at peaks
  Scale scale;
  scale.plot = plot;
  scale.kind = unit == TrackUnit::bytes ? TickKind::bytes : TickKind::count;
  scale.low = std::min(0.0, low < 0 ? low + low * kAir : low);
  scale.high = std::max(0.0, high > 0 ? high + (high - scale.low) * kAir : high);
  if (!(scale.high > scale.low)) scale.high = scale.low + 1;
  return scale;
}

Ticks value_ticks(const Scale& scale, double letters) {
  constexpr double kLeast = 12;  // between two labels
  constexpr double kApart = 50;  // from tick to tick; steps are up to 2.5 times as long
  constexpr double kInALane = 5;
  const double height = scale.plot.height();
  const double gap = std::max(kLeast, std::min(kApart, height / kInALane) - letters);
  const auto with = [&](double apart) {
    return ticks_that_fit(
        scale.kind, scale.low, scale.high, height, [&](std::string_view) { return letters; },
        apart);
  };
  Ticks ticks = with(gap);
  if (ticks.major.size() < 2) ticks = with(1);  // one alone is no scale
  return ticks;
}

void paint_scale(QPainter& painter, const Frame& frame, const Scale& scale) {
  const QFont font = letters(Letters::small);
  const QFontMetricsF metrics(font);
  const Ticks ticks = value_ticks(scale, metrics.height());
  const QRectF& plot = scale.plot;
  const auto line = [&](double value, const QColor& colour) {
    painter.fillRect(QRectF(plot.left(), std::round(scale.y_of(value)), plot.width(), 1), colour);
  };
  painter.setFont(font);
  for (const Tick& tick : ticks.major) {
    line(tick.at, tick.at == 0 ? frame.colours().axis : frame.colours().grid);
    painter.setPen(frame.colours().text);
    const QRectF box(0, scale.y_of(tick.at) - metrics.height() / 2, plot.left() - 8,
                     metrics.height());
    // Where a lane is cut by scrolling, none is cut with it.
    const bool cut = (box.top() < frame.seen.top() && plot.top() < frame.seen.top()) ||
                     (box.bottom() > frame.seen.bottom() && plot.bottom() > frame.seen.bottom());
    if (!cut) text_in(painter, box, Qt::AlignRight | Qt::AlignVCenter, qt(tick.label));
  }
}

void text_in(QPainter& painter, const QRectF& box, Qt::Alignment where, const QString& text) {
  const QFontMetricsF metrics(painter.font());
  painter.drawText(box, static_cast<int>(where) | Qt::TextSingleLine,
                   metrics.elidedText(text, Qt::ElideRight, box.width() + 0.5));
}

QImage* pixels_of(const QPainter& painter) {
  if (painter.device()->devType() != QInternal::Image) return nullptr;
  auto* image = static_cast<QImage*>(painter.device());
  return image->format() == QImage::Format_RGB32 ? image : nullptr;
}

}  // namespace kvf::gui
