// Colours, second marks and letters of all pictures: light and dark.
//
// Colours are those of Okabe and Ito (Color Universal Design, 2008), which people with any colour
// vision tell apart, and each component always has the same one. Nothing is told by colour alone: a
// line has its dash, a fill its hatch, a point its shape. On each background a line is darkened or
// lightened until its contrast is 3:1 (WCAG 2.1, 1.4.11). All colours are opaque: blending costs more
// than all else that is drawn.
#pragma once

#include <QBrush>
#include <QColor>
#include <QFont>
#include <QList>
#include <QPainter>
#include <QPainterPath>
#include <QPen>
#include <array>
#include <cstddef>
#include <cstdint>

#include "gui/view/view_state.h"

namespace kvf::gui {

enum class Component : std::uint8_t {
  live_kv,
  full_heads_kv,
  streaming_heads_kv,
  window_layers_kv,
  waste,   // dead or pinned
  copies,  // of entries, while they are moved
  slack,   // the allocator's
  weights,
  activations,
  cuda_graphs,
  context,    // CUDA's
  non_torch,  // what else does not come from the allocator
  device_limit,
  prediction,
  measurement,
  residual_above,  // more was found than expected
  residual_below,
};
inline constexpr std::size_t kComponents = 17;

enum class Shape : std::uint8_t { circle, square, triangle, diamond, cross, plus, down, star };
inline constexpr std::size_t kShapes = 8;

struct Mark {
  QColor line;                         // of a line, and of the edge of a fill
  QColor fill;                         // fainter, so that text can be read on it
  QList<qreal> dash;                   // in widths of the pen; empty: solid
  Qt::BrushStyle hatch = Qt::NoBrush;  // over the fill, in the line's colour
  Shape shape = Shape::circle;

  QPen pen(double width = 2) const;
  friend bool operator==(const Mark&, const Mark&) = default;
};

// What is no series.
struct Palette {
  QColor background;  // of the picture
  QColor lane;        // of the plot
  QColor text;
  QColor faint;  // text that matters less: units, notes
  QColor axis;
  QColor grid;
  QColor minor_grid;
  QColor phase;  // every other phase, behind the lanes
  QColor cursor;
  QColor selection;  // behind what is selected
  QColor pin;
  QColor focus;    // the ring of what keys act on
  QColor warning;  // data was lost
};

const Palette& palette(Theme theme);
// Of a component; the same in all pictures.
Mark mark(Component component, Theme theme);
// Of a run, method or series, by its number: A, B ... H differ in colour, dash, hatch and shape; after
// them colours come again with other dashes, hatches and shapes, 64 in all.
Mark mark(std::size_t number, Theme theme);

// Fills what `path` encloses: the colour, then its hatch. No edge.
void fill(QPainter& painter, const QPainterPath& path, const Mark& mark);
// A point of a series, `size` across, with a rim in `rim` so that it stays apart from lines.
void draw_shape(QPainter& painter, QPointF at, double size, const Mark& mark, const QColor& rim);

// (L1 + 0.05) / (L2 + 0.05) of the relative luminances: 1 to 21 (WCAG 2.1).
double contrast(const QColor& a, const QColor& b);
// `share` of a, the rest b; opaque.
QColor mixed(const QColor& a, const QColor& b, double share);

// Letters are sized in pixels at 96 dots per inch, so that a picture is the same on every device that
// it is scaled to. The least is 12 pixels, 9 points.
enum class Letters : std::uint8_t { small, normal, title };
QFont letters(Letters size, bool bold = false);

}  // namespace kvf::gui
