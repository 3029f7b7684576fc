#include "gui/render/render.h"

#include <cmath>

#include "gui/render/chrome.h"
#include "gui/render/columns.h"
#include "gui/render/frame.h"
#include "gui/render/lanes.h"
#include "gui/render/theme.h"

namespace kvf::gui {
namespace {

Frame frame_of(const QPainter& painter, const Document& document, const ViewState& view,
               const Layout& layout, std::size_t number, const QRectF& sight) {
  const QRectF rect = layout.lanes[number];
  Frame frame{document, view, view.lanes[number], layout, rect, layout.plot_of(number), {}};
  const double pixels = pixels_of(painter) != nullptr ? painter.device()->devicePixelRatioF() : 1;
  const double columns = std::max(1.0, std::floor(frame.plot.width() * pixels));
  frame.column_width = frame.plot.width() / columns;
  frame.edges = column_edges(layout.range, static_cast<std::size_t>(columns));
  frame.seen = frame.plot & sight;
  return frame;
}

void paint_lane(QPainter& painter, const Frame& frame) {
  const bool curves = frame.lane.kind == LaneKind::lines || frame.lane.kind == LaneKind::stack ||
                      frame.lane.kind == LaneKind::difference ||
                      frame.lane.kind == LaneKind::residual;
  const Palette& colours = frame.colours();
  if (curves && colours.lane != colours.background) painter.fillRect(frame.plot, colours.lane);
  if (frame.lane.kind != LaneKind::attention) paint_phase_bands(painter, frame);  // has no time
  switch (frame.lane.kind) {
    case LaneKind::lines:
      paint_lines(painter, frame);
      break;
    case LaneKind::stack:
      paint_stack(painter, frame);
      break;
    case LaneKind::difference:
    case LaneKind::residual:
      paint_difference(painter, frame);
      break;
    case LaneKind::occupancy:
    case LaneKind::heads:
    case LaneKind::attention:
      paint_map(painter, frame);
      break;
  }
}

}  // namespace

void render_lanes(QPainter& painter, const Document& document, const ViewState& view, QSize size,
                  Room room) {
  const Layout layout = layout_of(document, view, size, room);
  painter.fillRect(QRectF(QPointF(0, 0), QSizeF(size)), palette(view.theme).background);
  for (const bool pinned : {false, true}) {
    const QRectF sight = layout.sight(pinned);
    painter.save();
    constexpr double kLabel = 8;  // half of one, at the foot of the last lane
    painter.setClipRect(QRectF(0, sight.top(), size.width(), sight.height() + kLabel));
    for (std::size_t i = 0; i < view.lanes.size(); ++i) {
      const QRectF& rect = layout.lanes[i];
      if (view.lanes[i].pinned != pinned || !rect.intersects(sight)) continue;
      paint_lane(painter, frame_of(painter, document, view, layout, i, sight));
    }
    painter.restore();
  }
  paint_phases(painter, document, view, layout);
  paint_axis(painter, view, layout, size);
}

void render(QPainter& painter, const Document& document, const ViewState& view, QSize size,
            Room room) {
  render_lanes(painter, document, view, size, room);
  render_overlay(painter, document, view, size, room);
}

}  // namespace kvf::gui
