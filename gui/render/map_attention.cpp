#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "gui/render/map_image.h"
#include "gui/render/maps.h"
#include "gui/render/ticks.h"

namespace kvf::gui {
namespace {

constexpr double kTop = 18;  // "key" and its numbers
constexpr double kBottom = 2;
constexpr double kWidest = 3;  // times as wide as high: more would be hard to read

// Whether any row has a key in this state.
bool occurs(const AttentionMap& map, KeyState state) {
  for (std::int64_t row = 0; row < map.tokens(); ++row) {
    for (std::int64_t key = 0; key <= row; ++key) {
      if (map.at(row, key) == state) return true;
    }
  }
  return false;
}

}  // namespace

QRectF attention_box(const QRectF& area, const AttentionMap& map) {
  const double room = std::max(0.0, area.width() - kAttentionLeft);
  const double high = std::clamp(area.height() - kTop - kBottom, 0.0, room);
  // Whole pixels a token, where that costs little.
  const auto tokens = static_cast<double>(std::max<std::int64_t>(map.tokens(), 1));
  const auto even = [&](double length) {
    const double whole = std::floor(length / tokens) * tokens;
    return whole >= 0.9 * length ? whole : std::floor(length);
  };
  return {std::round(area.left() + kAttentionLeft), std::round(area.top() + kTop),
          even(std::min(room, kWidest * high)), even(high)};
}

void paint_attention(QPainter& painter, const QRectF& area, const AttentionMap& map, Theme theme) {
  const QRectF box = attention_box(area, map);
  if (map.tokens() == 0 || box.isEmpty()) return;
  const Palette& p = palette(theme);
  std::array<MapFill, kKeyStateWords.size()> fills;
  for (std::size_t i = 0; i < fills.size(); ++i)
    fills[i] = fill_of(static_cast<KeyState>(i), theme);
  MapImage image(painter, box);
  // A pixel of several rows or keys shows, of their states, the one that is read the most.
  const auto tokens = map.tokens();
  const auto range_of = [&](int pixel, int pixels) {
    const std::int64_t first = pixel * tokens / pixels;
    return std::pair{first, std::max((pixel + 1) * tokens / pixels, first + 1)};
  };
  for (int y = 0; y < image.height(); ++y) {
    const auto [row, row_end] = range_of(y, image.height());
    for (int x = 0; x < image.width(); ++x) {
      const auto [key, key_end] = range_of(x, image.width());
      KeyState state = KeyState::unseen;
      for (std::int64_t r = row; r < row_end; ++r) {
        for (std::int64_t k = key; k < key_end; ++k) state = std::max(state, map.at(r, k));
      }
      write_fill(image.line(y), x, x + 1, y, fills[static_cast<std::size_t>(state)], image.zoom());
    }
  }
  image.draw();

  painter.save();
  // Where a pass begins; not every pass, if they are of one row each.
  const double token = box.height() / static_cast<double>(tokens);
  const double key_width = box.width() / static_cast<double>(tokens);
  painter.setPen(QPen(p.axis, 1));
  for (std::int64_t row = 1; row < tokens; ++row) {
    if (map.pass_of(row) == map.pass_of(row - 1)) continue;
    const bool of_one = (row + 1 == tokens || map.pass_of(row + 1) != map.pass_of(row)) &&
                        (row < 2 || map.pass_of(row - 1) != map.pass_of(row - 2));
    if (of_one && token < 8) continue;
    const double y = box.top() + token * static_cast<double>(row);
    painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y));
  }
  painter.setBrush(Qt::NoBrush);
  painter.drawRect(box);

  painter.setFont(letters(Letters::small));
  const QFontMetricsF metrics(painter.font());
  const auto end = static_cast<double>(tokens);
  const Ticks rows = ticks_that_fit(
      TickKind::count, 0, end, box.height(), [&](std::string_view) { return metrics.height(); }, 4);
  const Ticks keys =
      ticks_that_fit(TickKind::count, 0, end, box.width(), [&](std::string_view text) {
        return metrics.horizontalAdvance(
            QString::fromUtf8(text.data(), static_cast<int>(text.size())));
      });
  painter.setPen(p.text);
  for (const Tick& tick : rows.major) {
    if (tick.at >= end) continue;
    const double y = box.top() + token * (tick.at + 0.5);
    painter.drawText(QRectF(box.left() - 60, y - 10, 55, 20), Qt::AlignRight | Qt::AlignVCenter,
                     QString::fromStdString(tick.label));
  }
  for (const Tick& tick : keys.major) {
    if (tick.at >= end) continue;
    const double x = box.left() + key_width * (tick.at + 0.5);
    painter.drawText(QRectF(x - 30, box.top() - 18, 60, 16), Qt::AlignHCenter | Qt::AlignBottom,
                     QString::fromStdString(tick.label));
  }
  painter.setPen(p.faint);
  painter.drawText(QRectF(box.left() - 60, box.top() - 18, 52, 16),
                   Qt::AlignRight | Qt::AlignBottom, "key");
  painter.save();
  painter.translate(box.left() - 52, box.top());
  painter.rotate(-90);
  painter.drawText(QRectF(-box.height(), -8, box.height(), 16), Qt::AlignRight | Qt::AlignVCenter,
                   "query row");
  painter.restore();
  painter.restore();
}

void paint_attention_legend(QPainter& painter, QPointF from, double width, const AttentionMap& map,
                            Theme theme) {
  LegendLine legend(painter, from, width, theme);
  for (const auto& [state, words] : {std::pair{KeyState::active, "read (active)"},
                                     std::pair{KeyState::stored, "stored, read in part"},
                                     std::pair{KeyState::inactive, "stored, not read (inactive)"},
                                     std::pair{KeyState::evicted, "evicted"}}) {
    if (occurs(map, state)) legend.swatch(fill_of(state, theme), words);
  }
}

std::string attention_readout(const QRectF& area, const AttentionMap& map, QPointF at) {
  const QRectF box = attention_box(area, map);
  if (map.tokens() == 0 || box.isEmpty() || !box.contains(at)) return "";
  const auto place = [&](double offset, double length) {
    const auto token =
        static_cast<std::int64_t>(offset / length * static_cast<double>(map.tokens()));
    return std::min(token, map.tokens() - 1);
  };
  const std::int64_t row = place(at.y() - box.top(), box.height());
  const std::int64_t key = place(at.x() - box.left(), box.width());
  return fmt::format("row {}, pass {}: key {} is {}", row, map.pass_of(row), key,
                     to_string(map.at(row, key)));
}

}  // namespace kvf::gui
