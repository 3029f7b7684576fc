// The one renderer: screen, PNG, SVG and PDF all come from here.
#pragma once

#include <QPainter>
#include <QRectF>
#include <QSize>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gui/document/document.h"
#include "gui/view/view_state.h"

namespace kvf::gui {

// Where lanes go that do not all fit as high as they should be: a screen scrolls, on paper they are lower.
enum class Room : std::uint8_t { scrolls, fixed };

// Draws all of it: lanes, axis, legend, cursor, selection, pins.
void render(QPainter& painter, const Document& document, const ViewState& view, QSize size,
            Room room = Room::scrolls);

// The two halves, for a screen: the lanes cost what they show, the cursor and what else moves with
// every event costs next to nothing and is drawn over a picture of them.
void render_lanes(QPainter& painter, const Document& document, const ViewState& view, QSize size,
                  Room room = Room::scrolls);
void render_overlay(QPainter& painter, const Document& document, const ViewState& view, QSize size,
                    Room room = Room::scrolls);

// Where things are, for events and tests.
struct Layout {
  QRectF plot;                  // of all lanes: its left and right are range.begin and range.end
  QRectF ruler;                 // phases, axis
  std::vector<QRectF> lanes;    // of each lane, in the order of the view; may be scrolled out
  std::vector<double> headers;  // how high the title and the legend of each lane are
  double pinned_bottom = 0;     // where lanes that scroll begin
  double unit = 1;              // pixels: a lane of height 1, unless that is less than least_lane()
  double most_scroll = 0;       // in units: ViewState::scroll has no effect beyond
  Interval range;               // x that is shown
  double x_of(double pixel) const;
  double pixel_of(double x) const;
  // Where lanes are seen: those that scroll below those that are pinned.
  QRectF sight(bool pinned) const;
  // A lane without its header.
  QRectF plot_of(std::size_t lane) const { return lanes[lane].adjusted(0, headers[lane], 0, 0); }
};
Layout layout_of(const Document& document, const ViewState& view, QSize size,
                 Room room = Room::scrolls);

// How low a lane may be, whatever its share of the height: its header and a plot in which something is seen.
double least_lane();
// How high a picture is in which all lanes are that low: less holds them only if it scrolls.
int least_height(const ViewState& view);

// Values of what the lanes show at the cursor (or, without one, at their peaks), for readouts and as
// text: a row a series.
struct Readout {
  std::size_t lane = 0;
  std::string run;     // label
  std::string series;  // name
  std::optional<std::int64_t> value;
  std::string text;  // "12.3 GiB (13,207,024,435 bytes)"
};
std::vector<Readout> values_at(const Document& document, const ViewState& view, double x);

}  // namespace kvf::gui
