#include "gui/render/ink.h"

#include <QPainterPath>
#include <QPolygonF>
#include <algorithm>
#include <cmath>

namespace kvf::gui {
namespace {

constexpr double kThick = 2;

double left_of(const Frame& frame, std::size_t column) {
  return frame.plot.left() + static_cast<double>(column) * frame.column_width;
}

// Whether the line is drawn this far from the left edge.
class Dash {
 public:
  explicit Dash(const QList<qreal>& pattern) {
    double at = 0;
    for (const qreal length : pattern) ends_.push_back(at += length * kThick);
  }
  bool on(double distance) const {
    if (ends_.empty()) return true;
    const double in = std::fmod(distance, ends_.back());
    const auto piece = std::upper_bound(ends_.begin(), ends_.end(), in) - ends_.begin();
    return piece % 2 == 0;
  }

 private:
  std::vector<double> ends_;
};

// Whether a hatch has its own colour there, in units of the painter. As Qt draws them in vectors.
bool hatched(Qt::BrushStyle style, int x, int y) {
  constexpr int kEvery = 8;
  const auto falls = [](int at) { return (at & (kEvery - 1)) == 0; };
  switch (style) {
    case Qt::HorPattern:
      return falls(y);
    case Qt::VerPattern:
      return falls(x);
    case Qt::CrossPattern:
      return falls(x) || falls(y);
    case Qt::BDiagPattern:
      return falls(x + y);
    case Qt::FDiagPattern:
      return falls(x - y);
    case Qt::DiagCrossPattern:
      return falls(x + y) || falls(x - y);
    case Qt::Dense6Pattern:
      return x % 4 == 0 && y % 4 == 0;
    default:
      return false;
  }
}

}  // namespace

Ink::Ink(QPainter& painter, const Frame& frame) : painter_(painter), frame_(frame) {
  if (!fills_pixels(painter)) return;
  ratio_ = painter.device()->devicePixelRatioF();
  layer_ = QImage(static_cast<int>(frame.columns()),
                  static_cast<int>(std::ceil(frame.plot.height() * ratio_)),
                  QImage::Format_ARGB32_Premultiplied);
  layer_.fill(Qt::transparent);
  layer_.setDevicePixelRatio(ratio_);
}

void Ink::line(const Scale& scale, std::span<const StepColumn> columns, const Mark& mark) {
  if (on_pixels()) {
    line_on_pixels(scale, columns, mark);
  } else {
    line_as_path(scale, columns, mark);
  }
}

void Ink::fill(std::span<const FilledColumn> columns, const Mark& mark) {
  if (on_pixels()) {
    fill_on_pixels(columns, mark);
  } else {
    fill_as_path(columns, mark);
  }
}

void Ink::dry() {
  if (!on_pixels()) return;
  painter_.drawImage(frame_.plot.topLeft(), layer_);
  layer_.fill(Qt::transparent);
}

int Ink::row_of(double y) const {
  return static_cast<int>(std::clamp(std::round((y - frame_.plot.top()) * ratio_), 0.0,
                                     static_cast<double>(layer_.height())));
}

void Ink::line_on_pixels(const Scale& scale, std::span<const StepColumn> columns,
                         const Mark& mark) {
  const Dash dash(mark.dash);
  const QRgb colour = mark.line.rgb();
  const auto stride = layer_.bytesPerLine() / static_cast<qsizetype>(sizeof(QRgb));
  auto* pixels = reinterpret_cast<QRgb*>(layer_.bits());
  const StepColumn* previous = nullptr;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const StepColumn& column = columns[i];
    if (column.empty) {
      previous = nullptr;
      continue;
    }
    std::int64_t low = column.min, high = column.max;
    if (previous != nullptr) {  // the step from the last column to this one
      low = std::min(low, previous->last);
      high = std::max(high, previous->last);
    }
    previous = &column;
    const double top = std::round(scale.y_of(static_cast<double>(high)));
    const double bottom = std::round(scale.y_of(static_cast<double>(low)));
    if (bottom - top <= kThick && !dash.on(static_cast<double>(i) * frame_.column_width)) continue;
    const int last = row_of(bottom + kThick / 2);
    for (int y = row_of(top - kThick / 2); y < last; ++y) {
      pixels[y * stride + static_cast<qsizetype>(i)] = colour;
    }
  }
}

void Ink::fill_on_pixels(std::span<const FilledColumn> columns, const Mark& mark) {
  const QRgb colours[] = {mark.fill.rgb(), mark.line.rgb()};
  const int unit = std::max(1, static_cast<int>(std::round(ratio_)));
  const auto stride = layer_.bytesPerLine() / static_cast<qsizetype>(sizeof(QRgb));
  auto* pixels = reinterpret_cast<QRgb*>(layer_.bits());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].empty) continue;
    const auto x = static_cast<int>(i);
    const int last = row_of(columns[i].bottom);
    for (int y = row_of(columns[i].top); y < last; ++y) {
      pixels[y * stride + x] = colours[hatched(mark.hatch, x / unit, y / unit) ? 1 : 0];
    }
  }
}

void Ink::line_as_path(const Scale& scale, std::span<const StepColumn> columns, const Mark& mark) {
  QPainterPath path;
  bool drawing = false;
  double last_y = 0;
  double level_to = 0;  // where a level stretch, not yet in the path, ends
  const auto y_of = [&](std::int64_t value) { return scale.y_of(static_cast<double>(value)); };
  const auto end_level = [&] {
    if (drawing) path.lineTo(level_to, last_y);
  };
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const StepColumn& column = columns[i];
    if (column.empty) {
      end_level();
      drawing = false;
      continue;
    }
    const double x = left_of(frame_, i);
    if (!drawing) path.moveTo(x, last_y = y_of(column.entry));
    drawing = true;
    const double last = y_of(column.last);
    if (column.min != column.max || last != last_y) {
      path.lineTo(x, last_y);
      path.lineTo(x, y_of(column.max));
      path.lineTo(x, y_of(column.min));
      path.lineTo(x, last_y = last);
    }
    level_to = x + frame_.column_width;
  }
  end_level();
  painter_.strokePath(path, mark.pen(kThick));
}

void Ink::fill_as_path(std::span<const FilledColumn> columns, const Mark& mark) {
  QPainterPath path;
  for (std::size_t i = 0; i < columns.size();) {
    if (columns[i].empty) {
      ++i;
      continue;
    }
    QPolygonF top, bottom;
    for (; i < columns.size() && !columns[i].empty; ++i) {
      const double left = left_of(frame_, i);
      const double right = left + frame_.column_width;
      if (!top.empty() && top.back().y() == columns[i].top &&
          bottom.back().y() == columns[i].bottom) {
        top.back().setX(right);
        bottom.back().setX(right);
        continue;
      }
      top << QPointF(left, columns[i].top) << QPointF(right, columns[i].top);
      bottom << QPointF(left, columns[i].bottom) << QPointF(right, columns[i].bottom);
    }
    std::reverse(bottom.begin(), bottom.end());
    path.addPolygon(top + bottom);
    path.closeSubpath();
  }
  gui::fill(painter_, path, mark);
}

}  // namespace kvf::gui
