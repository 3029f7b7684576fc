// The maps of a lane: blocks over time, groups of heads over time, and the attention of a small case.
//
// Each is an image with a pixel a column and row of the device, so that a picture that is exported as
// vectors holds it at that resolution, and letters and ticks around it as what they are.
#pragma once

#include <QPainter>
#include <QRectF>
#include <optional>
#include <string>
#include <vector>

#include "gui/document/maps.h"
#include "gui/render/map_colours.h"
#include "gui/view/view_state.h"

namespace kvf::gui {

// What an occupancy map shows of its blocks: their states, the worst one of several, or, of those
// that are live or pinned, the share of slots that are live, the least one of several.
enum class OccupancyColours : std::uint8_t { states, shares };

// Why a lane of a map of this run shows nothing, in words; "" where it shows something.
std::string why_no_map(const Document& document, Axis axis, const Lane& lane, const Run& run);

// Blocks upwards from the lower edge of `plot`, x from range.begin to range.end over its width. What
// lies outside of the run is background.
void paint_occupancy(QPainter& painter, const QRectF& plot, const OccupancyMap& map,
                     const PassAxis& axis, Interval range, Theme theme,
                     OccupancyColours shown = OccupancyColours::states);
// Numbers of blocks left of the plot, their right edge at `right`.
void paint_block_numbers(QPainter& painter, const QRectF& plot, double right,
                         const OccupancyMap& map, Theme theme);
// "blocks of 16 tokens", and one by one how the states look, in one line from `from` on; no wider
// than `width`: what has no room is left out from the end.
void paint_occupancy_legend(QPainter& painter, QPointF from, double width, const OccupancyMap& map,
                            Theme theme, OccupancyColours shown = OccupancyColours::states);
// "block 17: tokens 272..287, 3 of 16 slots live, pinned since pass 12"; "" where there is nothing.
std::string occupancy_readout(const QRectF& plot, const OccupancyMap& map, const PassAxis& axis,
                              Interval range, QPointF at);

// A row a group of heads, the first layer on top: what one of its heads holds, as a share of the most
// that one holds in any of them. Of several groups in a row of pixels, and of several values in a
// column, the most.
void paint_heads(QPainter& painter, const QRectF& plot, const HeadRows& heads, Interval range,
                 Theme theme);
// Names of rows, or of layers where not all rows have room for theirs.
void paint_head_names(QPainter& painter, const QRectF& plot, double left, double right,
                      const HeadRows& heads, Theme theme);
void paint_heads_legend(QPainter& painter, QPointF from, double width, const HeadRows& heads,
                        Theme theme);
// "layer 3 streaming: 1,152 of at most 131,072 entries a head"
std::string heads_readout(const QRectF& plot, const HeadRows& heads, Interval range, QPointF at);

// Query rows downwards, keys to the right, with their numbers, all within `area`: squares, or where there
// is more width than height up to three times as wide. It has no time: a lane of it does not follow the
// axis of the others.
inline constexpr double kAttentionLeft = 72;  // of the area, for the numbers of rows
void paint_attention(QPainter& painter, const QRectF& area, const AttentionMap& map, Theme theme);
void paint_attention_legend(QPainter& painter, QPointF from, double width, const AttentionMap& map,
                            Theme theme);
// Where the rows and keys are.
QRectF attention_box(const QRectF& area, const AttentionMap& map);
// "row 23, pass 4: key 8 is active"
std::string attention_readout(const QRectF& area, const AttentionMap& map, QPointF at);

}  // namespace kvf::gui
