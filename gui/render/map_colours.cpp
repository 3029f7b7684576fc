#include "gui/render/map_colours.h"

#include <algorithm>
#include <cmath>

namespace kvf::gui {
namespace {

using Pattern = std::array<std::uint8_t, 8>;
constexpr Pattern kPlain{};
constexpr Pattern kDiagonals{0x11, 0x22, 0x44, 0x88, 0x11, 0x22, 0x44, 0x88};
constexpr Pattern kStripes{0xff, 0, 0, 0, 0xff, 0, 0, 0};
constexpr Pattern kDots{0x01, 0, 0, 0, 0x10, 0, 0, 0};
constexpr Pattern kManyDots{0x11, 0, 0x44, 0, 0x11, 0, 0x44, 0};

struct Colours {
  QColor lane, live, filling, pinned, hatch, freed, dot;
};

Colours colours(Theme theme) {
  const Palette& p = palette(theme);
  const Mark live = mark(Component::live_kv, theme);
  const Mark waste = mark(Component::waste, theme);
  return {p.lane, live.line, live.fill, waste.fill, waste.line, mixed(p.axis, p.lane, 0.16),
          p.axis};
}

MapFill pure(BlockState state, const Colours& c) {
  switch (state) {
    case BlockState::freed:
      return {c.freed.rgb(), c.dot.rgb(), kDots};
    case BlockState::live:
      return {c.live.rgb(), c.live.rgb(), kPlain};
    case BlockState::filling:
      return {c.filling.rgb(), c.live.rgb(), kStripes};
    case BlockState::pinned:
      return {c.pinned.rgb(), c.hatch.rgb(), kDiagonals};
    default:
      return {c.lane.rgb(), c.lane.rgb(), kPlain};
  }
}

OccupancyFills fills_of(Theme theme) {
  const Colours c = colours(theme);
  OccupancyFills fills;
  for (std::size_t states = 0; states < fills.size(); ++states) {
    const auto has = [&](BlockState state) {
      return (states >> static_cast<std::size_t>(state) & 1U) != 0;
    };
    BlockState worst = BlockState::unused;
    for (const BlockState state :
         {BlockState::freed, BlockState::live, BlockState::filling, BlockState::pinned}) {
      if (has(state)) worst = state;
    }
    MapFill fill = pure(worst, c);
    if (worst > BlockState::freed && has(BlockState::freed)) {
      fill.base = mixed(QColor(fill.base), c.freed, 0.6).rgb();
      if (worst != BlockState::pinned) {
        fill.mark = c.freed.rgb();
        fill.pattern = kManyDots;
      }
    }
    fills[states] = fill;
  }
  return fills;
}

}  // namespace

void write_fill(QRgb* line, int first, int end, int y, const MapFill& fill, int zoom) {
  std::fill(line + first, line + end, fill.base);
  const unsigned bits = fill.pattern[static_cast<unsigned>(y >> zoom) & 7U];
  if (bits == 0) return;
  for (int x = first; x < end; ++x) {
    if ((bits >> (static_cast<unsigned>(x >> zoom) & 7U) & 1U) != 0) line[x] = fill.mark;
  }
}

const OccupancyFills& occupancy_fills(Theme theme) {
  static const OccupancyFills light = fills_of(Theme::light);
  static const OccupancyFills dark = fills_of(Theme::dark);
  return theme == Theme::light ? light : dark;
}

MapFill fill_of(KeyState state, Theme theme) {
  const Colours c = colours(theme);
  switch (state) {
    case KeyState::active:
      return {c.live.rgb(), c.live.rgb(), kPlain};
    case KeyState::inactive:
      return {c.filling.rgb(), c.live.rgb(), kStripes};
    case KeyState::stored:
      return {c.filling.rgb(), c.live.rgb(), kDiagonals};
    case KeyState::evicted:
      return {c.freed.rgb(), c.dot.rgb(), kDots};
    default:
      return {c.lane.rgb(), c.lane.rgb(), kPlain};
  }
}

QRgb share_colour(double share) {
  // Ten colours of the scale, evenly spaced; between them it is straight to the eye.
  static constexpr std::array<QRgb, 10> kStops{0xff00204d, 0xff00336f, 0xff39486b, 0xff575c6d,
                                               0xff707173, 0xff8a8779, 0xffa69d75, 0xffc4b56c,
                                               0xffe4cf5b, 0xffffea46};
  const double at = std::clamp(share, 0.0, 1.0) * static_cast<double>(kStops.size() - 1);
  const std::size_t stop = std::min(static_cast<std::size_t>(at), kStops.size() - 2);
  return mixed(QColor(kStops[stop + 1]), QColor(kStops[stop]), at - static_cast<double>(stop))
      .rgb();
}

}  // namespace kvf::gui
