#include "gui/render/steps.h"

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

// Neighbouring columns that look alike become one rectangle.
void draw_on_pixels(QPainter& painter, const Frame& frame, const Scale& scale,
                    std::span<const StepColumn> columns, const Mark& mark) {
  const Dash dash(mark.dash);
  QRectF pending;
  const auto flush = [&] {
    if (!pending.isEmpty()) painter.fillRect(pending, mark.line);
    pending = {};
  };
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
    const double x = left_of(frame, i);
    const double top = std::round(scale.y_of(static_cast<double>(high)));
    const double bottom = std::round(scale.y_of(static_cast<double>(low)));
    if (bottom - top <= kThick && !dash.on(x - frame.plot.left())) continue;
    const QRectF here(x, top - kThick / 2, frame.column_width, bottom - top + kThick);
    if (pending.top() == here.top() && pending.height() == here.height() &&
        std::abs(pending.right() - x) < frame.column_width / 2) {
      pending.setRight(here.right());
    } else {
      flush();
      pending = here;
    }
  }
  flush();
}

void draw_as_path(QPainter& painter, const Frame& frame, const Scale& scale,
                  std::span<const StepColumn> columns, const Mark& mark) {
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
    const double x = left_of(frame, i);
    if (!drawing) path.moveTo(x, last_y = y_of(column.entry));
    drawing = true;
    const double last = y_of(column.last);
    if (column.min != column.max || last != last_y) {
      path.lineTo(x, last_y);
      path.lineTo(x, y_of(column.max));
      path.lineTo(x, y_of(column.min));
      path.lineTo(x, last_y = last);
    }
    level_to = x + frame.column_width;
  }
  end_level();
  painter.strokePath(path, mark.pen(kThick));
}

}  // namespace

void draw_steps(QPainter& painter, const Frame& frame, const Scale& scale,
                std::span<const StepColumn> columns, const Mark& mark) {
  if (fills_pixels(painter)) {
    draw_on_pixels(painter, frame, scale, columns, mark);
  } else {
    draw_as_path(painter, frame, scale, columns, mark);
  }
}

void fill_columns(QPainter& painter, const Frame& frame, std::span<const FilledColumn> columns,
                  const Mark& mark) {
  if (fills_pixels(painter) && mark.hatch == Qt::NoBrush) {
    for (std::size_t i = 0; i < columns.size();) {
      std::size_t end = i + 1;
      while (end < columns.size() && columns[end].empty == columns[i].empty &&
             columns[end].top == columns[i].top && columns[end].bottom == columns[i].bottom) {
        ++end;
      }
      if (!columns[i].empty && columns[i].bottom > columns[i].top) {
        painter.fillRect(QRectF(left_of(frame, i), columns[i].top,
                                static_cast<double>(end - i) * frame.column_width,
                                columns[i].bottom - columns[i].top),
                         mark.fill);
      }
      i = end;
    }
    return;
  }
  QPainterPath path;
  for (std::size_t i = 0; i < columns.size();) {
    if (columns[i].empty) {
      ++i;
      continue;
    }
    QPolygonF top, bottom;
    for (; i < columns.size() && !columns[i].empty; ++i) {
      const double left = left_of(frame, i);
      const double right = left + frame.column_width;
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
  fill(painter, path, mark);
}

}  // namespace kvf::gui
