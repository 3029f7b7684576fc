#include "gui/render/ink.h"

#include <QPainterPath>
#include <QPolygonF>
#include <algorithm>
#include <array>
#include <cmath>

namespace kvf::gui {
namespace {

constexpr double kThick = 2;
constexpr double kTurn = 20;  // pixels: then the next of the lines that coincide is seen

// distance - n * period, in [0, period].
double within(double distance, double period) {
  return distance - std::floor(distance / period) * period;
}

std::size_t turn_at(double distance, std::size_t lines) {
  return static_cast<std::size_t>(distance / kTurn) % lines;
}

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
    const double in = within(distance, ends_.back());
    const auto piece = std::upper_bound(ends_.begin(), ends_.end(), in) - ends_.begin();
    return piece % 2 == 0;
  }

 private:
  std::vector<double> ends_;
};

constexpr int kHatch = 8;  // units: then a hatch comes again

// Whether a hatch has its own colour there, in units of the painter. As Qt draws them in vectors.
bool hatched(Qt::BrushStyle style, int x, int y) {
  const auto falls = [](int at) { return at % kHatch == 0; };
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
  QImage* image = pixels_of(painter);
  if (image == nullptr) return;
  ratio_ = image->devicePixelRatio();
  unit_ = std::max(1, qRound(ratio_));
  const int left = qRound(frame.plot.left() * ratio_), top = qRound(frame.plot.top() * ratio_);
  stride_ = image->bytesPerLine() / static_cast<qsizetype>(sizeof(QRgb));
  pixels_ = reinterpret_cast<QRgb*>(image->bits()) + top * stride_ + left;
  rows_ = {std::max(qRound(frame.seen.top() * ratio_), 0) - top,
           std::min(qRound(frame.seen.bottom() * ratio_), image->height()) - top};
  columns_ = static_cast<std::size_t>(
      std::clamp<int>(image->width() - left, 0, static_cast<int>(frame.columns())));
}

void Ink::line(const Scale& scale, std::span<const StepColumn> columns, const Mark& mark) {
  Line line{mark, std::vector<Rows>(columns.size()), {}, scale};
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
    line.rows[i] = {row_of(top - kThick / 2), row_of(bottom + kThick / 2)};
  }
  if (unit_ > 1) widen_jumps(line.rows);
  if (!on_pixels()) line.columns.assign(columns.begin(), columns.end());
  lines_.push_back(std::move(line));
}

void Ink::widen_jumps(std::vector<Rows>& rows) const {
  const std::vector<Rows> narrow = rows;
  for (std::size_t i = 0; i < narrow.size(); ++i) {
    if (is_level(narrow[i])) continue;
    const std::size_t end = std::min(i + static_cast<std::size_t>(unit_), narrow.size());
    for (std::size_t right = i + 1; right < end && narrow[right].height() > 0; ++right) {
      rows[right].top = std::min(rows[right].top, narrow[i].top);
      rows[right].bottom = std::max(rows[right].bottom, narrow[i].bottom);
    }
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
  if (on_pixels()) {
    lines_on_pixels();
  } else {
    lines_as_paths();
  }
  lines_.clear();
}

int Ink::row_of(double y) const {
  return static_cast<int>(std::clamp(std::round((y - frame_.plot.top()) * ratio_), 0.0,
                                     std::ceil(frame_.plot.height() * ratio_)));
}

bool Ink::is_level(const Rows& rows) const { return rows.height() <= 2 * kThick * ratio_; }

void Ink::pieces_of(std::size_t i, std::vector<Piece>& pieces) const {
  pieces.clear();
  const auto before = [](const Rows& a, const Rows& b) {
    return a.height() != b.height() ? a.height() > b.height() : a.top < b.top;
  };
  for (std::size_t l = 0; l < lines_.size(); ++l) {
    const Rows& rows = lines_[l].rows[i];
    if (rows.height() == 0) continue;
    pieces.push_back({rows, l});
    for (std::size_t at = pieces.size() - 1; at > 0 && before(rows, pieces[at - 1].rows); --at) {
      std::swap(pieces[at], pieces[at - 1]);
    }
  }
}

template <class Colour>
void Ink::write(std::size_t column, const Rows& rows, Colour&& colour) {
  const int end = std::min(rows.bottom, rows_.bottom);
  int y = std::max(rows.top, rows_.top);
  QRgb* pixel = pixels_ + y * stride_ + static_cast<qsizetype>(column);
  for (; y < end; ++y, pixel += stride_) *pixel = colour(y);
}

void Ink::lines_on_pixels() {
  std::vector<Dash> dashes;
  std::vector<QRgb> colours;
  for (const Line& line : lines_) {
    dashes.emplace_back(line.mark.dash);
    colours.push_back(line.mark.line.rgb());
  }
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < columns_; ++i) {
    pieces_of(i, pieces);
    const double x = static_cast<double>(i) * frame_.column_width;
    for (std::size_t first = 0, end = 0; first < pieces.size(); first = end) {
      const Rows rows = pieces[first].rows;
      while (end < pieces.size() && pieces[end].rows == rows) ++end;
      const std::size_t together = end - first;
      const auto seen_at = [&](double distance) {
        return pieces[first + (together > 1 ? turn_at(distance, together) : 0)].line;
      };
      if (!is_level(rows) && together > 1) {
        write(i, rows, [&](int y) { return colours[seen_at(y / ratio_)]; });
        continue;
      }
      const std::size_t seen = seen_at(x);
      if (is_level(rows) && !dashes[seen].on(together > 1 ? within(x, kTurn) : x)) continue;
      write(i, rows, [colour = colours[seen]](int) { return colour; });
    }
  }
}

void Ink::fill_on_pixels(std::span<const FilledColumn> columns, const Mark& mark) {
  const QRgb colours[] = {mark.fill.rgb(), mark.line.rgb()};
  if (hatch_of_row_.empty()) {
    hatch_of_row_.resize(static_cast<std::size_t>(std::ceil(frame_.plot.height() * ratio_)));
    for (std::size_t y = 0; y < hatch_of_row_.size(); ++y) {
      hatch_of_row_[y] = static_cast<std::uint8_t>(static_cast<int>(y) / unit_ % kHatch);
    }
  }
  for (std::size_t i = 0; i < columns_; ++i) {
    if (columns[i].empty) continue;
    std::array<QRgb, kHatch> hatch{};  // of this column
    for (int y = 0; y < kHatch; ++y) {
      hatch[static_cast<std::size_t>(y)] =
          colours[hatched(mark.hatch, static_cast<int>(i) / unit_, y) ? 1 : 0];
    }
    write(i, {row_of(columns[i].top), row_of(columns[i].bottom)},
          [&](int y) { return hatch[hatch_of_row_[static_cast<std::size_t>(y)]]; });
  }
}

void Ink::lines_as_paths() {
  std::vector<std::vector<bool>> hidden(lines_.size(), std::vector<bool>(frame_.columns()));
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < frame_.columns(); ++i) {
    pieces_of(i, pieces);
    const double x = static_cast<double>(i) * frame_.column_width;
    for (std::size_t first = 0, end = 0; first < pieces.size(); first = end) {
      while (end < pieces.size() && pieces[end].rows == pieces[first].rows) ++end;
      const std::size_t seen = first + turn_at(x, end - first);
      for (std::size_t at = first; at < end; ++at) hidden[pieces[at].line][i] = at != seen;
    }
  }
  for (std::size_t l = 0; l < lines_.size(); ++l) line_as_path(lines_[l], hidden[l]);
}

void Ink::line_as_path(const Line& line, const std::vector<bool>& hidden) {
  QPainterPath path;
  bool drawing = false;
  double last_y = 0;
  double level_to = 0;  // where a level stretch, not yet in the path, ends
  const auto y_of = [&](std::int64_t value) { return line.scale.y_of(static_cast<double>(value)); };
  const auto end_level = [&] {
    if (drawing) path.lineTo(level_to, last_y);
  };
  for (std::size_t i = 0; i < line.columns.size(); ++i) {
    const StepColumn& column = line.columns[i];
    if (column.empty || hidden[i]) {
      end_level();
      drawing = false;
      continue;
    }
    const double x = left_of(frame_, i);
    if (!drawing) {
      const bool goes_on = i > 0 && !line.columns[i - 1].empty;
      path.moveTo(x, last_y = y_of(goes_on ? line.columns[i - 1].last : column.entry));
    }
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
  painter_.strokePath(path, line.mark.pen(kThick));
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
