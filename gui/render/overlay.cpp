#include "gui/render/overlay.h"

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

OverlayItem hair(const Layout& layout, double x, const QColor& colour) {
  return {{std::round(x), layout.plot.top(), 1, layout.plot.height()}, colour, {}, {}, {}, {}};
}

// Right of x, or left of it where there is no room; in the picture it is in any case.
QRectF beside(const Layout& layout, double x, double away, QRectF box) {
  box.moveLeft(x + away);
  if (box.right() > layout.plot.right()) box.moveRight(x - away);
  if (box.left() < 0) box.moveLeft(0);
  return box;
}

// A text in a box of its own.
OverlayItem tag(const Layout& layout, double x, double top, const QString& text,
                const QColor& ground, const QColor& letters) {
  const QFontMetricsF metrics(gui::letters(Letters::small));
  const QRectF box(x, top, metrics.horizontalAdvance(text) + 8, metrics.height() + 2);
  return {beside(layout, x, 5, box), ground, letters, {}, {4, 1}, {text}};
}

std::vector<const Readout*> rows_of(const std::vector<Readout>& values, std::size_t lane) {
  std::vector<const Readout*> rows;
  for (const Readout& value : values) {
    if (value.lane == lane && value.value) rows.push_back(&value);
  }
  return rows;
}

void nearest_first(std::vector<const Readout*>& rows, const Scale& scale, double y) {
  const auto distance = [&](const Readout* row) {
    return std::abs(scale.y_of(static_cast<double>(*row->value)) - y);
  };
  std::stable_sort(rows.begin(), rows.end(),
                   [&](const Readout* a, const Readout* b) { return distance(a) < distance(b); });
}

void add_values(const Document& document, const ViewState& view, const Layout& layout, double x,
                std::optional<QPointF> pointer, Overlay& overlay) {
  const Palette& colours = palette(view.theme);
  const QFontMetricsF metrics(letters(Letters::small));
  const double pixel = layout.pixel_of(x);
  const std::vector<Readout> values = values_at(document, view, x);
  std::optional<OverlayItem> on_top;
  for (std::size_t lane = 0; lane < view.lanes.size(); ++lane) {
    std::vector<const Readout*> rows = rows_of(values, lane);
    const QRectF plot = layout.plot_of(lane);
    const bool pointed = pointer && layout.lanes[lane].contains(*pointer);
    if (pointed && view.lanes[lane].kind == LaneKind::lines) {
      const Frame frame{document, view, view.lanes[lane], layout, layout.lanes[lane], plot, {}};
      nearest_first(rows, scale_of_lane(frame), pointer->y());
    }
    const double top = plot.top() + 2;
    const double bottom =
        pointed ? layout.ruler.top() : std::min(plot.bottom(), layout.ruler.top());
    const auto room =
        static_cast<std::size_t>(std::max(0.0, (bottom - top - 6) / metrics.height()));
    if (rows.empty() || room == 0 || top < layout.plot.top()) continue;
    const std::size_t shown = rows.size() > room ? room - 1 : rows.size();
    std::vector<QString> lines;
    for (std::size_t i = 0; i < shown; ++i) {
      const bool part = view.lanes[lane].kind == LaneKind::stack;
      lines.push_back(qt((part ? rows[i]->series : rows[i]->run) + "  " + rows[i]->text));
    }
    if (shown < rows.size()) lines.push_back(QStringLiteral("+%1").arg(rows.size() - shown));
    double width = 0;
    for (const QString& line : lines) width = std::max(width, metrics.horizontalAdvance(line));
    const QRectF box(pixel, top, width + 10,
                     metrics.height() * static_cast<double>(lines.size()) + 6);
    OverlayItem item{beside(layout, pixel, 8, box),
                     colours.lane,
                     colours.text,
                     colours.grid,
                     {5, 3},
                     std::move(lines)};
    if (pointed) {
      on_top = std::move(item);
    } else {
      overlay.push_back(std::move(item));
    }
  }
  if (on_top) overlay.push_back(std::move(*on_top));
}

}  // namespace

Overlay overlay_of(const Document& document, const ViewState& view, QSize size,
                   std::optional<QPointF> pointer, Room room) {
  Overlay overlay;
  const Layout layout = layout_of(document, view, size, room);
  const Palette& colours = palette(view.theme);
  if (view.selection) {
    const double left = std::max(layout.plot.left(), layout.pixel_of(view.selection->begin));
    const double right = std::min(layout.plot.right(), layout.pixel_of(view.selection->end));
    if (right >= left) {
      QColor shade = colours.selection;
      shade.setAlpha(90);
      // Lanes, not their titles.
      for (std::size_t lane = 0; lane < view.lanes.size(); ++lane) {
        const QRectF plot = layout.plot_of(lane) & layout.sight(view.lanes[lane].pinned);
        if (!plot.isEmpty()) {
          overlay.push_back(
              {{left, plot.top(), right - left, plot.height()}, shade, {}, {}, {}, {}});
        }
      }
      overlay.push_back(hair(layout, left, colours.cursor));
      overlay.push_back(hair(layout, right, colours.cursor));
      overlay.push_back(tag(
          layout, left, layout.plot.bottom() - 20,
          qt(length_in_words(view.axis, whole(view.selection->end) - whole(view.selection->begin))),
          colours.selection, colours.text));
    }
  }
  for (std::size_t i = 0; i < view.pins.size(); ++i) {
    const double x = layout.pixel_of(view.pins[i]);
    if (!in_sight(layout, x)) continue;
    overlay.push_back(hair(layout, x, colours.pin));
    overlay.push_back(tag(
        layout, x, layout.plot.bottom() - 38,
        QStringLiteral("%1: %2").arg(i + 1).arg(qt(place_in_words(view.axis, whole(view.pins[i])))),
        colours.pin, colours.background));
  }
  if (view.cursor && in_sight(layout, layout.pixel_of(*view.cursor))) {
    const double x = layout.pixel_of(*view.cursor);
    overlay.push_back(hair(layout, x, colours.cursor));
    add_values(document, view, layout, *view.cursor, pointer, overlay);
    overlay.push_back(tag(layout, x, layout.ruler.top() + 1,
                          qt(place_in_words(view.axis, whole(*view.cursor))), colours.cursor,
                          colours.background));
  }
  return overlay;
}

void paint_overlay(QPainter& painter, const Overlay& overlay) {
  painter.setFont(letters(Letters::small));
  const QFontMetricsF metrics(painter.font());
  for (const OverlayItem& item : overlay) {
    painter.fillRect(item.rect, item.ground);
    if (item.rim.isValid()) {
      painter.setPen(item.rim);
      painter.drawRect(item.rect);
    }
    painter.setPen(item.letters);
    QPointF baseline = item.rect.topLeft() + item.text + QPointF(0, metrics.ascent());
    for (const QString& line : item.lines) {
      painter.drawText(baseline, line);
      baseline.ry() += metrics.height();
    }
  }
}

void render_overlay(QPainter& painter, const Document& document, const ViewState& view, QSize size,
                    Room room) {
  paint_overlay(painter, overlay_of(document, view, size, {}, room));
}

QRegion changed(const Overlay& before, const Overlay& now) {
  QRegion region;
  const auto add_all_but = [&](const Overlay& items, const Overlay& others) {
    for (const OverlayItem& item : items) {
      if (std::find(others.begin(), others.end(), item) != others.end()) continue;
      region += item.rect.toAlignedRect().adjusted(-1, -1, 1, 1);  // its rim
    }
  };
  add_all_but(before, now);
  add_all_but(now, before);
  return region;
}

}  // namespace kvf::gui
