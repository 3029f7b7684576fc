#include <algorithm>
#include <cmath>
#include <numeric>

#include "gui/render/legend.h"
#include "gui/render/pass_marks.h"
#include "gui/render/render.h"

namespace kvf::gui {
namespace {

constexpr double kLeft = 92;   // labels of values
constexpr double kRight = 24;  // half a label of the axis
constexpr double kTop = 8;
constexpr double kPhases = 20 + kPassMarks;
constexpr double kAxis = 46;  // ticks, labels, name
constexpr double kGap = 10;   // between lanes
constexpr double kLeastLane = 96;

}  // namespace

double Layout::x_of(double pixel) const {
  return range.begin + (pixel - plot.left()) / plot.width() * range.width();
}

double Layout::pixel_of(double x) const {
  return plot.left() + (x - range.begin) / range.width() * plot.width();
}

Layout layout_of(const Document& document, const ViewState& view, QSize size) {
  Layout layout;
  layout.range = view.range.width() > 0 ? view.range : full_range(document, view);
  if (!(layout.range.width() > 0)) layout.range.end = layout.range.begin + 1;

  const double width = std::max(1.0, size.width() - kLeft - kRight);
  const double top = kTop + (view.phases ? kPhases : 0);
  const double height = std::max(1.0, size.height() - top - kAxis);
  layout.plot = {kLeft, top, width, height};
  layout.ruler = {kLeft, top + height, width, kAxis};

  const auto lanes = static_cast<double>(view.lanes.size());
  const double heights =
      std::accumulate(view.lanes.begin(), view.lanes.end(), 0.0,
                      [](double sum, const Lane& lane) { return sum + lane.height; });
  if (!(heights > 0)) return layout;
  const double unit = std::max(kLeastLane, (height - kGap * (lanes - 1)) / heights);

  layout.lanes.resize(view.lanes.size());
  double y = top;
  const auto place = [&](std::size_t i) {
    layout.lanes[i] = {kLeft, y, width, unit * view.lanes[i].height};
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
  layout.most_scroll = beyond / unit;
  const double shift = std::clamp(view.scroll * unit, 0.0, beyond);
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
