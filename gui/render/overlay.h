// What lies over the lanes and moves with every event, as a value: which pixels a move of the cursor
// changes is known before anything is drawn.
#pragma once

#include <QColor>
#include <QPainter>
#include <QPointF>
#include <QRectF>
#include <QRegion>
#include <QSize>
#include <QString>
#include <optional>
#include <vector>

#include "gui/document/document.h"
#include "gui/render/render.h"
#include "gui/view/view_state.h"

namespace kvf::gui {

// A filled rectangle with lines of text in it, in the small letters.
struct OverlayItem {
  QRectF rect;
  QColor ground;
  QColor letters;
  QColor rim;    // invalid: none
  QPointF text;  // from the corner to the first line's upper left
  std::vector<QString> lines;
  friend bool operator==(const OverlayItem&, const OverlayItem&) = default;
};
using Overlay = std::vector<OverlayItem>;  // the last one on top

// With the values at the cursor, as many as there is room for in each lane. In the lane in which the
// pointer is, those nearest to it come first, and they may cover the lanes below.
Overlay overlay_of(const Document& document, const ViewState& view, QSize size,
                   std::optional<QPointF> pointer = {}, Room room = Room::scrolls);
void paint_overlay(QPainter& painter, const Overlay& overlay);

// Where a picture with the one may differ from one with the other.
QRegion changed(const Overlay& before, const Overlay& now);

}  // namespace kvf::gui
