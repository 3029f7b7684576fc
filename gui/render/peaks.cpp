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

void paint_peaks(QPainter& painter, const Frame& frame, const Scale& scale,
                 std::vector<PeakLabel> peaks, std::vector<QRectF> taken) {
  constexpr double kSize = 9;
  std::stable_sort(peaks.begin(), peaks.end(),
                   [](const PeakLabel& a, const PeakLabel& b) { return a.value > b.value; });
  painter.setFont(letters(Letters::small));
  const QFontMetricsF metrics(painter.font());
  for (const PeakLabel& peak : peaks) {
    const QPointF at(frame.layout.pixel_of(static_cast<double>(peak.x)),
                     scale.y_of(static_cast<double>(peak.value)));
    Mark diamond = peak.mark;
    diamond.shape = Shape::diamond;
    draw_shape(painter, at, kSize, diamond, frame.colours().lane);

    const QStringList lines = qt(peak.text).split(QLatin1Char('\n'));
    double width = 0;
    for (const QString& line : lines) width = std::max(width, metrics.horizontalAdvance(line));
    QRectF box(at.x() + kSize, at.y() - metrics.height() - 2, width + 8,
               metrics.height() * static_cast<double>(lines.size()) + 4);
    if (box.right() > frame.plot.right()) box.moveRight(at.x() - kSize);
    box.moveLeft(std::max(box.left(), frame.plot.left() + 2));
    box.moveTop(std::clamp(box.top(), frame.plot.top() + 1,
                           std::max(frame.plot.top() + 1, frame.plot.bottom() - box.height())));
    const bool covers = std::any_of(taken.begin(), taken.end(),
                                    [&](const QRectF& other) { return other.intersects(box); });
    if (covers) continue;
    taken.push_back(box);
    painter.fillRect(box, frame.colours().lane);
    for (qsizetype i = 0; i < lines.size(); ++i) {
      painter.setPen(i == 0 ? frame.colours().text : frame.colours().faint);
      painter.drawText(QPointF(box.left() + 4, box.top() + 2 + metrics.ascent() +
                                                   metrics.height() * static_cast<double>(i)),
                       lines[i]);
    }
  }
}

}  // namespace kvf::gui
