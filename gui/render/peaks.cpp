#include "gui/render/peaks.h"

#include <QFontMetricsF>
#include <algorithm>
#include <cmath>

#include "gui/render/columns.h"
#include "gui/render/words.h"

namespace kvf::gui {

std::optional<PeakInView> peak_of(const SeriesOnAxis& on, const Interval& range, TrackUnit unit,
                                  std::size_t columns) {
  const std::vector<std::int64_t> edges = column_edges(range, 1);
  StepColumn column;
  columns_of(on, edges, {&column, 1});
  if (column.empty) return {};
  PeakInView peak;
  peak.point = column.max_point;
  peak.value = column.max;
  peak.text = value_in_short(unit, peak.value);
  if (peak.point != kNotRead) {
    peak.x = std::max(on.steps.x(peak.point), edges[0]);
    return peak;
  }
  // Of what is not read the place is known as well as it is drawn, if its piece is within a column.
  const double seen = range.width() / static_cast<double>(std::max<std::size_t>(columns, 1));
  for (const OutlinePiece& piece : on.outline) {
    if (piece.max != peak.value || piece.end < edges[0] || piece.begin > edges[1]) continue;
    if (static_cast<double>(piece.end) - static_cast<double>(piece.begin) > seen) return {};
    peak.x = std::max(piece.begin, edges[0]);
    return peak;
  }
  return {};
}

std::vector<PeakLabel> together(std::vector<PeakLabel> peaks) {
  std::stable_sort(peaks.begin(), peaks.end(), [](const PeakLabel& a, const PeakLabel& b) {
    return a.value != b.value ? a.value > b.value : a.x < b.x;
  });
  std::vector<PeakLabel> places;
  for (auto first = peaks.begin(); first != peaks.end();) {
    const auto last = std::find_if(first, peaks.end(), [&](const PeakLabel& other) {
      return other.value != first->value || other.x != first->x;
    });
    const auto others = last - first - 1;
    if (others == 1) first->who += " and " + first[1].who;
    if (others > 1) first->who += " and " + std::to_string(others) + " more";
    places.push_back(std::move(*first));
    first = last;
  }
  return places;
}

namespace {

constexpr double kSize = 9;
constexpr double kReach = 1.2 * kSize / 2 + 1;  // of a diamond, with its rim

// Above the point or below it, then beside it, near ones first; all within the plot.
std::vector<QPointF> places_near(QPointF at, QSizeF size, const QRectF& plot) {
  // A label far away would be taken for another's; a high one may be as far as it is high.
  constexpr double kFar = 40, kStep = 4;
  const double far = std::max(kFar, size.height());
  std::vector<QPointF> places;
  const auto add = [&](double left, double top) {
    places.emplace_back(
        std::clamp(left, plot.left(), std::max(plot.left(), plot.right() - size.width())),
        std::clamp(top, plot.top(), std::max(plot.top(), plot.bottom() - size.height())));
  };
  for (double away = 0; away <= far; away += kStep) {
    for (const double top : {at.y() - kReach - away - size.height(), at.y() + kReach + away}) {
      add(at.x() + away, top);
      add(at.x() - away - size.width(), top);
      add(at.x() - size.width() / 2, top);
    }
    add(at.x() + kReach + away, at.y() - size.height() / 2);
    add(at.x() - kReach - away - size.width(), at.y() - size.height() / 2);
  }
  return places;
}

}  // namespace

void paint_peaks(QPainter& painter, const Frame& frame, const Scale& scale,
                 std::vector<PeakLabel> peaks, LabelPlacer labels) {
  peaks = together(std::move(peaks));
  painter.setFont(letters(Letters::small));
  const QFontMetricsF metrics(painter.font());
  const auto place_of = [&](const PeakLabel& peak) {
    return QPointF(frame.layout.pixel_of(static_cast<double>(peak.x)),
                   scale.y_of(static_cast<double>(peak.value)));
  };
  for (const PeakLabel& peak : peaks) labels.avoid_point(place_of(peak), kReach);
  for (const PeakLabel& peak : peaks) {
    const QPointF at = place_of(peak);
    const QString who = peak.who.empty() ? QString() : qt(peak.who) + QStringLiteral("  ");
    const QStringList lines = (who + qt(peak.text)).split(QLatin1Char('\n'));
    double width = 0;
    for (const QString& line : lines) width = std::max(width, metrics.horizontalAdvance(line));
    const QSizeF size(width + 6, metrics.height() * static_cast<double>(lines.size()));
    const auto box =
        labels.place_for(size, at, places_near(at, size, frame.plot.adjusted(2, 1, -2, -1)));
    if (!box) continue;
    // One that had to go far away says whose it is.
    const QLineF leader(at, nearest(*box, at));
    if (leader.length() > kReach + kSize) {
      painter.setPen(QPen(peak.mark.line, 1));
      painter.drawLine(leader);
    }
    // What lies behind it shows through.
    QColor ground = frame.colours().lane;
    ground.setAlphaF(0.7F);
    painter.fillRect(*box, ground);
    for (qsizetype i = 0; i < lines.size(); ++i) {
      painter.setPen(i == 0 ? frame.colours().text : frame.colours().faint);
      painter.drawText(QPointF(box->left() + 3, box->top() + metrics.ascent() +
                                                    metrics.height() * static_cast<double>(i)),
                       lines[i]);
    }
  }
  for (auto peak = peaks.rbegin(); peak != peaks.rend(); ++peak) {
    Mark diamond = peak->mark;
    diamond.shape = Shape::diamond;
    draw_shape(painter, place_of(*peak), kSize, diamond, frame.colours().lane);
  }
}

}  // namespace kvf::gui
