#include "gui/render/labels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

namespace kvf::gui {
namespace {

bool crosses(const QLineF& line, const QRectF& rect) {
  if (rect.contains(line.p1()) || rect.contains(line.p2())) return true;
  const QRectF box = QRectF(line.p1(), line.p2()).normalized();
  // A level line's box has no height, which intersects() takes for empty.
  if (box.right() < rect.left() || box.left() > rect.right() || box.bottom() < rect.top() ||
      box.top() > rect.bottom()) {
    return false;
  }
  const std::array<QLineF, 2> diagonals{QLineF(rect.topLeft(), rect.bottomRight()),
                                        QLineF(rect.topRight(), rect.bottomLeft())};
  return std::any_of(diagonals.begin(), diagonals.end(), [&](const QLineF& diagonal) {
    return line.intersects(diagonal, nullptr) == QLineF::BoundedIntersection;
  });
}

double distance(const QRectF& rect, QPointF point) {
  return QLineF(point, nearest(rect, point)).length();
}

std::size_t cell(double at, double size, std::size_t count) {
  return static_cast<std::size_t>(std::clamp(at / size, 0.0, static_cast<double>(count)));
}

}  // namespace

Cover::Cover(const QRectF& area)
    : area_(area),
      columns_(static_cast<std::size_t>(std::ceil(std::max(0.0, area.width()) / kCellWidth))),
      rows_(static_cast<std::size_t>(std::ceil(std::max(0.0, area.height()) / kCellHeight))),
      begins_(columns_ * (rows_ + 1)) {}

Cover::Cells Cover::across(double left, double right) const {
  return {cell(left - area_.left(), kCellWidth, columns_),
          cell(std::ceil((right - area_.left()) / kCellWidth) * kCellWidth, kCellWidth, columns_)};
}

Cover::Cells Cover::down(double top, double bottom) const {
  return {cell(top - area_.top(), kCellHeight, rows_),
          cell(std::ceil((bottom - area_.top()) / kCellHeight) * kCellHeight, kCellHeight, rows_)};
}

void Cover::add(const QRectF& drawn) {
  const Cells x = across(drawn.left(), drawn.right()), y = down(drawn.top(), drawn.bottom());
  if (y.first >= y.last) return;
  sums_.clear();
  for (std::size_t column = x.first; column < x.last; ++column) {
    ++begins_[y.first * columns_ + column];
    --begins_[y.last * columns_ + column];
  }
}

void Cover::add_up() const {
  sums_.assign((columns_ + 1) * (rows_ + 1), 0);
  std::vector<int> shapes(columns_);
  for (std::size_t row = 0; row < rows_; ++row) {
    int in_row = 0;
    for (std::size_t column = 0; column < columns_; ++column) {
      shapes[column] += begins_[row * columns_ + column];
      in_row += shapes[column] > 0 ? 1 : 0;
      sums_[(row + 1) * (columns_ + 1) + column + 1] =
          sums_[row * (columns_ + 1) + column + 1] + in_row;
    }
  }
}

double Cover::covered(const QRectF& rect) const {
  if (sums_.empty()) add_up();
  const Cells x = across(rect.left(), rect.right()), y = down(rect.top(), rect.bottom());
  if (x.first >= x.last || y.first >= y.last) return 0;
  const auto sum = [&](std::size_t row, std::size_t column) {
    return sums_[row * (columns_ + 1) + column];
  };
  const int cells =
      sum(y.last, x.last) - sum(y.first, x.last) - sum(y.last, x.first) + sum(y.first, x.first);
  return cells * kCellWidth * kCellHeight;
}

QPointF nearest(const QRectF& rect, QPointF point) {
  return {std::clamp(point.x(), rect.left(), rect.right()),
          std::clamp(point.y(), rect.top(), rect.bottom())};
}

void LabelPlacer::avoid_point(QPointF point, double radius) {
  avoid(QRectF(point - QPointF(radius, radius), 2 * QSizeF(radius, radius)));
  points_.push_back(point);
}

void LabelPlacer::avoid(const QPolygonF& line) {
  for (qsizetype i = 1; i < line.size(); ++i) lines_.emplace_back(line[i - 1], line[i]);
}

std::optional<QRectF> LabelPlacer::place(QSizeF size, std::span<const QPointF> top_left) {
  return best(size, top_left, {});
}

std::optional<QRectF> LabelPlacer::best(QSizeF size, std::span<const QPointF> top_left,
                                        std::optional<QPointF> point) {
  // Pixels of what is drawn that a label may hide to be a pixel nearer to its point.
  constexpr double kNearer = 8;
  // And to be nearer to another point than to its own, for which it would be taken.
  constexpr double kMistaken = 500;
  std::optional<QRectF> best;
  auto fewest = std::numeric_limits<double>::max();
  for (const QPointF& at : top_left) {
    const QRectF rect(at, size);
    const auto covers = [&](const QRectF& other) { return other.intersects(rect); };
    if (!bounds_.contains(rect) || std::any_of(taken_.begin(), taken_.end(), covers)) continue;
    auto crossed = static_cast<double>(std::count_if(
        lines_.begin(), lines_.end(), [&](const QLineF& line) { return crosses(line, rect); }));
    if (drawn_) crossed += drawn_->covered(rect);
    if (point) {
      const double away = distance(rect, *point);
      const auto nearer = [&](QPointF other) { return distance(rect, other) < away; };
      if (std::any_of(points_.begin(), points_.end(), nearer)) crossed += kMistaken;
      if (drawn_) crossed += kNearer * away;
    }
    if (crossed >= fewest) continue;
    fewest = crossed;
    best = rect;
    if (crossed == 0) break;
  }
  if (best) avoid(*best);
  return best;
}

std::optional<QRectF> LabelPlacer::place_beside(QSizeF size, QPointF point, double radius) {
  std::vector<QPointF> places;
  for (double away = radius + 2; away <= radius + 80; away += 6) {
    // The middle of the label lies around the point; below and to the right first, for curves rise.
    for (const int eighth : {1, 7, 3, 5, 2, 6, 0, 4}) {
      const double angle = eighth * M_PI / 4;
      const double x = std::cos(angle), y = std::sin(angle);
      places.emplace_back(point.x() + x * away + (x - 1) * size.width() / 2,
                          point.y() + y * away + (y - 1) * size.height() / 2);
    }
  }
  return place_for(size, point, places);
}

std::optional<QRectF> LabelPlacer::place_for(QSizeF size, QPointF point,
                                             std::span<const QPointF> top_left) {
  std::vector<QPointF> seen, hidden;
  for (const QPointF& corner : top_left) {
    // Behind something else it would be taken for that one's.
    const QLineF leader(point, nearest(QRectF(corner, size), point));
    const bool behind = std::any_of(taken_.begin(), taken_.end(), [&](const QRectF& other) {
      return !other.contains(point) && crosses(leader, other);
    });
    (behind ? hidden : seen).push_back(corner);
  }
  const auto rect = best(size, seen, point);
  return rect ? rect : best(size, hidden, point);
}

std::vector<double> spread(std::span<const double> wanted, double apart, double least,
                           double most) {
  std::vector<std::size_t> order(wanted.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return wanted[a] < wanted[b]; });
  // Runs of labels that touch lie around the mean of what they want; runs that meet become one.
  struct Group {
    double sum = 0;  // of the wanted place of its first label, as each label sees it
    double count = 0;
    double at = 0;
  };
  std::vector<Group> groups;
  const double bottom = std::max(least, most - apart);
  for (const std::size_t i : order) {
    Group group{wanted[i], 1, 0};
    for (;; groups.pop_back()) {
      group.at =
          std::max(least, std::min(group.sum / group.count, bottom - (group.count - 1) * apart));
      if (groups.empty() || groups.back().at + groups.back().count * apart <= group.at) break;
      const Group& before = groups.back();
      group.sum = before.sum + group.sum - group.count * before.count * apart;
      group.count += before.count;
    }
    groups.push_back(group);
  }
  std::vector<double> places(wanted.size());
  std::size_t next = 0;
  for (const Group& group : groups) {
    for (int i = 0; i < static_cast<int>(group.count); ++i) {
      places[order[next++]] = group.at + i * apart;
    }
  }
  return places;
}

}  // namespace kvf::gui
