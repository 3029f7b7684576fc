// How the cells of maps look: a colour and a small pattern for each state, a scale for shares.
//
// Patterns are written pixel by pixel into an image: a brush a cell would cost more than all else.
#pragma once

#include <QColor>
#include <QImage>
#include <array>
#include <cstdint>

#include "gui/render/theme.h"
#include "timeline/attention_map.h"
#include "timeline/occupancy.h"

namespace kvf::gui {

// `mark` where the pattern, 8 by 8 and repeated, has a bit; else `base`.
struct MapFill {
  QRgb base = 0;
  QRgb mark = 0;
  std::array<std::uint8_t, 8> pattern{};
  friend bool operator==(const MapFill&, const MapFill&) = default;
};

// Writes the columns [first, end) of line `y` of an image. `zoom`: pixels of the device to one of the
// pattern, as a power of two.
void write_fill(QRgb* line, int first, int end, int y, const MapFill& fill, int zoom = 0);

// Of cells that hold the blocks of these states (bits as in BlockCell::states): the worst of those in
// use, and fainter, dotted, where others are free. No two are alike but for filling and not yet used
// ones beside worse.
using OccupancyFills = std::array<MapFill, 32>;
const OccupancyFills& occupancy_fills(Theme theme);
inline const MapFill& fill_of(BlockState state, Theme theme) {
  return occupancy_fills(theme)[std::size_t{1} << static_cast<std::size_t>(state)];
}

MapFill fill_of(KeyState state, Theme theme);

// The colour of a share from 0 to 1: cividis, from dark blue to yellow in even steps of lightness for
// any colour vision (Nunez, Anderton and Renslow, PLoS ONE 13(7), 2018).
QRgb share_colour(double share);

}  // namespace kvf::gui
