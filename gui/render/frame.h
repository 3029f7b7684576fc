// Where a picture's parts lie, and what every lane is drawn with.
#pragma once

#include <QImage>
#include <QPainter>
#include <QRectF>
#include <QString>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gui/document/document.h"
#include "gui/render/render.h"
#include "gui/render/theme.h"
#include "gui/render/ticks.h"
#include "gui/view/view_state.h"

namespace kvf::gui {

inline constexpr double kHeader = 22;  // of a lane: its title and the first row of its legend

// What a lane is drawn with. The header is the upper part of its rectangle.
struct Frame {
  const Document& document;
  const ViewState& view;
  const Lane& lane;
  const Layout& layout;
  QRectF rect;                      // the lane
  QRectF plot;                      // without header
  std::vector<std::int64_t> edges;  // of the columns of device pixels that the plot is wide
  double column_width = 1;          // in the painter's units
  QRectF seen = {};                 // of the plot: what scrolling leaves in sight

  std::size_t columns() const { return edges.size() - 1; }
  const Palette& colours() const { return palette(view.theme); }
  // The runs of the lane that are in the document.
  std::vector<const Run*> runs() const;
};

// Values of a lane to pixels, and back.
struct Scale {
  double low = 0, high = 1;
  QRectF plot;
  TickKind kind = TickKind::count;
  double y_of(double value) const;
  double value_of(double y) const;
};

// A scale that shows [low, high] with some air above.
Scale scale_of(const QRectF& plot, TrackUnit unit, double low, double high);

// Where it is labelled, with letters that are so high: every 50 to 125 pixels, nearer to each other in a
// low lane, so that it has three or two.
Ticks value_ticks(const Scale& scale, double letters);

// Grid, ticks and labels to the left of a lane.
void paint_scale(QPainter& painter, const Frame& frame, const Scale& scale);

// One line of text in the box, cut with dots where it is too long.
void text_in(QPainter& painter, const QRectF& box, Qt::Alignment where, const QString& text);
inline QString qt(std::string_view text) {
  return QString::fromUtf8(text.data(), std::ssize(text));
}

// The image of the format of screens that the painter paints; nullptr if it paints anything else: then every
// column of a line becomes a piece of a path.
QImage* pixels_of(const QPainter& painter);

}  // namespace kvf::gui
