#include "gui/render/device_limit.h"

#include <QFontMetricsF>
#include <algorithm>
#include <cmath>
#include <utility>

#include "gui/render/words.h"

namespace kvf::gui {
namespace {

// What holds this share of it is about to meet it.
constexpr double kNearLimit = 0.8;

}  // namespace

std::optional<std::int64_t> limit_of(const std::vector<LaneSeries>& shown) {
  for (const LaneSeries& one : shown) {
    if (one.series->unit != TrackUnit::bytes || !one.run->device_limit) continue;
    const auto limit = static_cast<double>(*one.run->device_limit);
    const bool counts = one.series->name == "device" || one.series->name == "reserved";
    const bool near =
        one.series->peak && static_cast<double>(*one.series->peak) >= kNearLimit * limit;
    if (counts || near) return one.run->device_limit;
  }
  return {};
}

std::string room_left(std::int64_t peak, std::optional<std::int64_t> limit) {
  constexpr double kNear = 0.02;
  if (!limit) return "";
  const auto left = static_cast<double>(*limit) - static_cast<double>(peak);
  if (std::abs(left) > kNear * static_cast<double>(*limit)) return "";
  return left < 0 ? ", " + short_bytes(peak - *limit) + " too much"
                  : ", " + short_bytes(*limit - peak) + " left";
}

void paint_limit(QPainter& painter, const Frame& frame, const Scale& scale,
                 const std::vector<LaneSeries>& shown, Cover cover, LabelPlacer& labels) {
  const std::optional<std::int64_t> limit = limit_of(shown);
  if (!limit) return labels.avoid(std::move(cover));
  labels.avoid(cover);
  const QRectF& plot = frame.plot;
  const Mark mark = gui::mark(Component::device_limit, frame.view.theme);
  const double y = std::round(scale.y_of(static_cast<double>(*limit)));
  std::string words = short_bytes(*limit) + " on the GPU";
  for (const LaneSeries& one : shown) {
    if (one.run->device_limit && !one.run->device_name.empty()) {
      words = one.run->device_name + ": " + short_bytes(*limit);
      break;
    }
  }
  const bool in_view = y >= plot.top();
  if (!in_view) words += ", above this scale";
  if (in_view) {
    painter.setPen(mark.pen(2));
    painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y));
    cover.add({plot.left(), y - 1, plot.width(), 2});
  }
  painter.setFont(letters(Letters::small));
  const QFontMetricsF metrics(painter.font());
  const QSizeF size(metrics.horizontalAdvance(qt(words)) + 6, metrics.height());
  // To the left if it can be: peaks are rather at the end.
  std::vector<QPointF> places;
  const double above = y - size.height() - 2, below = std::max(y, plot.top()) + 2;
  for (const double top : {above, below}) {
    if (top < plot.top()) continue;
    for (double x = plot.left() + 3; x + size.width() < plot.right(); x += 24) {
      places.emplace_back(x, top);
    }
  }
  if (const auto box = labels.place(size, places)) {
    painter.fillRect(*box, frame.colours().lane);
    painter.setPen(mark.line);
    painter.drawText(QPointF(box->left() + 3, box->top() + metrics.ascent()), qt(words));
  }
  labels.avoid(std::move(cover));  // with the line, which is no hindrance to its own words
}

}  // namespace kvf::gui
