#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "gui/render/map_image.h"
#include "gui/render/maps.h"
#include "gui/render/ticks.h"
#include "gui/render/words.h"

namespace kvf::gui {
namespace {

// Colours of an occupancy map, looked up by what a cell holds.
class Fills {
 public:
  Fills(const OccupancyMap& map, Theme theme, OccupancyColours shown)
      : states_(occupancy_fills(theme)) {
    if (shown == OccupancyColours::states) return;
    const auto capacity = static_cast<std::size_t>(map.capacity());
    for (std::size_t live = 0; live <= capacity; ++live) {
      const QRgb colour = share_colour(static_cast<double>(live) / static_cast<double>(capacity));
      shares_.push_back({colour, colour, {}});
    }
  }
  const MapFill& of(const BlockCell& cell) const {
    return shares_.empty() || cell.live_min == BlockCell::kNone ? states_[cell.states]
                                                                : shares_[cell.live_min];
  }

 private:
  const OccupancyFills& states_;
  std::vector<MapFill> shares_;
};

// The rows of the map that a plot shows, which has room for so many, and the blocks they stand for.
struct Rows {
  std::size_t level;
  std::int64_t rows;
  std::int64_t blocks;
};
Rows rows_in(const OccupancyMap& map, int most) {
  const std::size_t level = map.level_for(std::max(most, 1));
  return {level, map.rows(level), map.rows(level) * map.blocks_per_row(level)};
}

}  // namespace

void paint_occupancy(QPainter& painter, const QRectF& plot, const OccupancyMap& map,
                     const PassAxis& axis, Interval range, Theme theme, OccupancyColours shown) {
  if (map.blocks() == 0 || plot.isEmpty() || range.width() <= 0) return;
  MapImage image(painter, plot);
  const Fills fills(map, theme, shown);
  const std::vector<PassColumn> columns = axis.columns(range.begin, range.end, image.width());
  const Rows rows = rows_in(map, image.height());
  std::vector<CellRun> runs;
  std::int64_t row_of_runs = -1;
  for (int y = 0; y < image.height(); ++y) {
    const std::int64_t row = (image.height() - 1 - y) * rows.rows / image.height();
    if (row != row_of_runs) map.row(rows.level, row, columns, runs);
    row_of_runs = row;
    QRgb* line = image.line(y);
    int x = 0;
    for (const CellRun& run : runs) {
      const auto end = static_cast<int>(run.end);
      write_fill(line, x, end, y, fills.of(run.cell), image.zoom());
      x = end;
    }
  }
  image.draw();
}

void paint_block_numbers(QPainter& painter, const QRectF& plot, double right,
                         const OccupancyMap& map, Theme theme) {
  if (map.blocks() == 0 || plot.isEmpty()) return;
  const Palette& p = palette(theme);
  painter.save();
  painter.setFont(letters(Letters::small));
  const double height = QFontMetricsF(painter.font()).height();
  const auto blocks = static_cast<double>(rows_in(map, static_cast<int>(plot.height())).blocks);
  // A number stands beside the middle of its block.
  const Ticks ticks = ticks_that_fit(
      TickKind::count, 0, blocks, plot.height(), [&](std::string_view) { return height; },
      height / 2);
  for (const Tick& tick : ticks.major) {
    if (tick.at >= static_cast<double>(map.blocks())) continue;
    const double y = plot.bottom() - plot.height() * (tick.at + 0.5) / blocks;
    painter.setPen(p.axis);
    painter.drawLine(QPointF(plot.left() - 4, y), QPointF(plot.left(), y));
    painter.setPen(p.text);
    const double top = std::clamp(y - height / 2, plot.top(), plot.bottom() - height);
    painter.drawText(QRectF(right - 200, top, 200, height), Qt::AlignRight | Qt::AlignVCenter,
                     QString::fromStdString(tick.label));
  }
  painter.restore();
}

void paint_occupancy_legend(QPainter& painter, QPointF from, double width, const OccupancyMap& map,
                            Theme theme, OccupancyColours shown) {
  LegendLine legend(painter, from, width, theme);
  const bool tokens = map.block_tokens() == 1;
  legend.words(tokens ? QString("tokens") : QString("blocks of %1 tokens").arg(map.block_tokens()));
  if (shown == OccupancyColours::shares) {
    legend.scale("live slots: none", "all");
  } else {
    legend.swatch(fill_of(BlockState::live, theme), "live");
    if (!tokens) {
      legend.swatch(fill_of(BlockState::filling, theme), "filling");
      legend.swatch(fill_of(BlockState::pinned, theme), "pinned by survivors");
    }
  }
  legend.swatch(fill_of(BlockState::freed, theme), tokens ? "evicted" : "freed");
  if (shown == OccupancyColours::states && map.blocks() > 1) {
    const auto both = occupancy_fills(theme)[1U << static_cast<unsigned>(BlockState::live) |
                                             1U << static_cast<unsigned>(BlockState::freed)];
    legend.swatch(both, tokens ? "some evicted" : "some freed");
  }
}

std::string occupancy_readout(const QRectF& plot, const OccupancyMap& map, const PassAxis& axis,
                              Interval range, QPointF at) {
  if (!plot.contains(at) || map.blocks() == 0) return "";
  const std::int64_t pass =
      axis.pass_at(range.begin + range.width() * (at.x() - plot.left()) / plot.width());
  const auto blocks = static_cast<double>(rows_in(map, static_cast<int>(plot.height())).blocks);
  const auto block = static_cast<std::int64_t>((plot.bottom() - at.y()) / plot.height() * blocks);
  if (pass < 0 || pass >= map.passes() || block < 0 || block >= map.blocks()) return "";
  const BlockReadout readout = map.at(block, pass);
  const bool token = map.block_tokens() == 1;
  std::string text = token ? fmt::format("token {}", grouped(block))
                           : fmt::format("block {}: tokens {}..{}", grouped(block),
                                         grouped(readout.first_token), grouped(readout.last_token));
  if (!token && readout.live > 0) {
    text += fmt::format(", {} of {} slots live", readout.live, map.capacity());
  }
  if (readout.state == BlockState::unused) return text + ", not yet used";
  const bool gone = token && readout.state == BlockState::freed;
  return text + fmt::format(", {} since pass {}", gone ? "evicted" : to_string(readout.state),
                            grouped(readout.since));
}

}  // namespace kvf::gui
