#include <algorithm>
#include <cmath>
#include <numeric>

#include "gui/render/frame.h"
#include "gui/render/legend.h"
#include "gui/render/pass_marks.h"
#include "gui/render/render.h"

namespace kvf::gui {
namespace {

constexpr double kLeft = 92;   // labels of values
constexpr double kRight = 24;  // half a label of the axis
constexpr double kTop = 8;
constexpr double kPhases = 20 + kPassMarks;
constexpr double kAxis = 46;       // ticks, labels, name
constexpr double kGap = 10;        // between lanes
constexpr double kLeastUnit = 96;  // where lanes scroll
constexpr double kLeastPlot = 24;

double top_of_lanes(const ViewState& view) { return kTop + (view.phases ? kPhases : 0); }

// How high a lane of height 1 is if all together are to be `height` high and none is too low.
double unit_that_fills(const std::vector<Lane>& lanes, double height) {
  std::vector<double> shares;
  for (const Lane& lane : lanes) shares.push_back(lane.height);
  std::sort(shares.begin(), shares.end());
  double others = std::accumulate(shares.begin(), shares.end(), 0.0);
  // The lowest ones take from the others what they lack.
  for (const double share : shares) {
    const double unit = height / others;
    if (unit * share >= least_lane()) return unit;
    height -= least_lane();
    others -= share;
  }
  return 0;
}

}  // namespace

double least_lane() { return kHeader + kLeastPlot; }

int least_height(const ViewState& view) {
  const auto lanes = static_cast<double>(view.lanes.size());
  return static_cast<int>(std::ceil(top_of_lanes(view) + lanes * least_lane() +
                                    std::max(0.0, lanes - 1) * kGap + kAxis));
}

double Layout::x_of(double pixel) const {
  return range.begin + (pixel - plot.left()) / plot.width() * range.width();
}

double Layout::pixel_of(double x) const {
  return plot.left() + (x - range.begin) / range.width() * plot.width();
}

QRectF Layout::sight(bool pinned) const {
  const double top = pinned ? plot.top() : pinned_bottom;
  return {plot.left(), top, plot.width(), std::max(0.0, ruler.top() - top)};
}

Layout layout_of(const Document& document, const ViewState& view, QSize size, Room room) {
  Layout layout;
  layout.range = shown_range(document, view);
  if (!(layout.range.width() > 0)) layout.range.end = layout.range.begin + 1;

  const double width = std::max(1.0, size.width() - kLeft - kRight);
  const double top = top_of_lanes(view);
  const double height = std::max(1.0, size.height() - top - kAxis);
  layout.plot = {kLeft, top, width, height};
  layout.ruler = {kLeft, top + height, width, kAxis};

  const auto lanes = static_cast<double>(view.lanes.size());
  const double heights =
      std::accumulate(view.lanes.begin(), view.lanes.end(), 0.0,
                      [](double sum, const Lane& lane) { return sum + lane.height; });
  if (!(heights > 0)) return layout;
  const double unit = std::max(room == Room::scrolls ? kLeastUnit : 0.0,
                               unit_that_fills(view.lanes, height - kGap * (lanes - 1)));
  layout.unit = std::max(unit, 1.0);

  layout.lanes.resize(view.lanes.size());
  double y = top;
  const auto place = [&](std::size_t i) {
    layout.lanes[i] = {kLeft, y, width, std::max(least_lane(), unit * view.lanes[i].height)};
    y = layout.lanes[i].bottom() + kGap;
  };
  for (std::size_t i = 0; i < view.lanes.size(); ++i) {
    if (view.lanes[i].pinned) place(i);
  }
  layout.pinned_bottom = y;
  for (std::size_t i = 0; i < view.lanes.size(); ++i) {
    if (!view.lanes[i].pinned) place(i);
  }
  const double beyond = std::max(0.0, y - kGap - layout.plot.bottom());
  layout.most_scroll = beyond / layout.unit;
  const double shift = std::clamp(view.scroll * layout.unit, 0.0, beyond);
  for (std::size_t i = 0; i < view.lanes.size(); ++i) {
    if (!view.lanes[i].pinned) layout.lanes[i].translate(0, -shift);
  }
  for (std::size_t i = 0; i < view.lanes.size(); ++i) {
    constexpr double kMostOfALane = 0.5;
    layout.headers.push_back(header_height(document, view, view.lanes[i], width,
                                           layout.lanes[i].height() * kMostOfALane));
  }
  return layout;
}

}  // namespace kvf::gui
