// What moves with every event: cursor, selection, pins.
#include <QFontMetricsF>
#include <algorithm>
#include <cmath>

#include "gui/render/frame.h"
#include "gui/render/lanes.h"
#include "gui/render/render.h"
#include "gui/render/theme.h"
#include "gui/render/words.h"

namespace kvf::gui {
namespace {

bool in_sight(const Layout& layout, double pixel) {
  return pixel >= layout.plot.left() && pixel <= layout.plot.right();
}

void draw_hair(QPainter& painter, const Layout& layout, double x, const QColor& colour) {
  painter.fillRect(QRectF(std::round(x), layout.plot.top(), 1, layout.plot.height()), colour);
}

// A text in a box of its own, right of x, or left of it where there is no room.
void draw_tag(QPainter& painter, const Layout& layout, double x, double top, const QString& text,
              const QColor& ground, const QColor& letters) {
  const QFontMetricsF metrics(painter.font());
  QRectF box(x + 5, top, metrics.horizontalAdvance(text) + 8, metrics.height() + 2);
  if (box.right() > layout.plot.right()) box.moveRight(x - 5);
  painter.fillRect(box, ground);
  painter.setPen(letters);
  text_in(painter, box, Qt::AlignCenter, text);
}

std::int64_t whole(double x) { return static_cast<std::int64_t>(std::floor(x)); }

void draw_values(QPainter& painter, const Document& document, const ViewState& view,
                 const Layout& layout, double x) {
  constexpr std::size_t kMost = 9;  // rows in a lane; the table of values has them all
  const Palette& colours = palette(view.theme);
  const QFontMetricsF metrics(painter.font());
  const double pixel = layout.pixel_of(x);
  const std::vector<Readout> values = values_at(document, view, x);
  for (std::size_t lane = 0; lane < view.lanes.size(); ++lane) {
    std::vector<QString> rows;
    std::size_t left_out = 0;
    for (const Readout& value : values) {
      if (value.lane != lane || !value.value) continue;
      if (rows.size() == kMost) {
        ++left_out;
        continue;
      }
      const std::string& who = view.lanes[lane].kind == LaneKind::stack ? value.series : value.run;
      rows.push_back(qt(who + "  " + value.text));
    }
    if (rows.empty()) continue;
    if (left_out > 0) rows.push_back(QStringLiteral("+%1").arg(left_out));
    double width = 0;
    for (const QString& row : rows) width = std::max(width, metrics.horizontalAdvance(row));
    const double line = metrics.height();
    QRectF box(pixel + 8, layout.lanes[lane].top() + kHeader + 2, width + 10,
               line * static_cast<double>(rows.size()) + 6);
    if (box.right() > layout.plot.right()) box.moveRight(pixel - 8);
    if (box.bottom() > layout.ruler.top() || box.top() < layout.plot.top()) continue;
    painter.fillRect(box, colours.lane);
    painter.setPen(colours.grid);
    painter.drawRect(box);
    painter.setPen(colours.text);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      painter.drawText(
          QPointF(box.left() + 5, box.top() + 3 + metrics.ascent() + line * static_cast<double>(i)),
          rows[i]);
    }
  }
}

}  // namespace

void render_overlay(QPainter& painter, const Document& document, const ViewState& view,
                    QSize size) {
  const Layout layout = layout_of(document, view, size);
  const Palette& colours = palette(view.theme);
  painter.setFont(letters(Letters::small));
  if (view.selection) {
    const double left = std::max(layout.plot.left(), layout.pixel_of(view.selection->begin));
    const double right = std::min(layout.plot.right(), layout.pixel_of(view.selection->end));
    if (right >= left) {
      QColor shade = colours.selection;
      shade.setAlpha(90);
      painter.fillRect(QRectF(left, layout.plot.top(), right - left, layout.plot.height()), shade);
      draw_hair(painter, layout, left, colours.cursor);
      draw_hair(painter, layout, right, colours.cursor);
      draw_tag(
          painter, layout, left, layout.plot.bottom() - 20,
          qt(length_in_words(view.axis, whole(view.selection->end) - whole(view.selection->begin))),
          colours.selection, colours.text);
    }
  }
  for (std::size_t i = 0; i < view.pins.size(); ++i) {
    const double x = layout.pixel_of(view.pins[i]);
    if (!in_sight(layout, x)) continue;
    draw_hair(painter, layout, x, colours.pin);
    draw_tag(
        painter, layout, x, layout.plot.bottom() - 38,
        QStringLiteral("%1: %2").arg(i + 1).arg(qt(place_in_words(view.axis, whole(view.pins[i])))),
        colours.pin, colours.background);
  }
  if (view.cursor && in_sight(layout, layout.pixel_of(*view.cursor))) {
    const double x = layout.pixel_of(*view.cursor);
    draw_hair(painter, layout, x, colours.cursor);
    draw_values(painter, document, view, layout, *view.cursor);
    draw_tag(painter, layout, x, layout.ruler.top() + 1,
             qt(place_in_words(view.axis, whole(*view.cursor))), colours.cursor,
             colours.background);
  }
}

}  // namespace kvf::gui
