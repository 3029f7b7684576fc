#include "gui/export/view_file.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "gui/export/csv_field.h"
#include "gui/export/figure_file.h"
#include "gui/render/render.h"
#include "gui/render/stack.h"
#include "gui/render/words.h"
#include "gui/view/derive.h"

namespace kvf::gui {
namespace {

// Points of which something is in the range: the one that holds when it begins, too.
std::pair<std::int64_t, std::int64_t> shown_points(const StepSeries& steps, Interval range) {
  const auto begin = static_cast<std::int64_t>(std::floor(range.begin));
  const auto end = static_cast<std::int64_t>(std::ceil(range.end));
  const std::int64_t first = steps.first_point_from(begin);
  const bool entered = steps.holds_at(begin) && (first == steps.points() || steps.x(first) > begin);
  std::int64_t last = steps.first_point_from(end);
  while (last < steps.points() && steps.x(last) == end) ++last;
  return {entered ? first - 1 : first, last};
}

void add_series(std::string& out, std::size_t lane, const LaneSeries& one, Interval range,
                const Stack& stack) {
  const StepSeries& steps = one.on->steps;
  const auto [first, last] = shown_points(steps, range);
  const auto line = [&](std::string_view series, std::int64_t point, const auto& value) {
    out += fmt::format("{},{},{},{},{},{},{}\n", lane + 1, csv_field(one.run->id),
                       csv_field(one.run->label), csv_field(series),
                       unit_in_words(one.series->unit), steps.x(point), value);
  };
  for (std::int64_t point = first; point < last; ++point) {
    line(one.series->name, point, steps.value(point));
    if (steps.gap_behind(point)) line(one.series->name, point, "");
  }
  if (stack.parts.empty()) return;
  std::vector<std::int64_t> sizes(stack.parts.size() + 1);
  for (std::size_t part = 0; part < sizes.size(); ++part) {
    for (std::int64_t point = first; point < last; ++point) {
      sample(stack, point, sizes);
      line(part < stack.parts.size() ? stack.parts[part].name : "other", point, sizes[part]);
    }
  }
}

}  // namespace

std::string csv_of(const Document& document, const ViewState& view) {
  const Interval range = shown_range(document, view);
  std::string out =
      fmt::format("lane,run,label,series,unit,{},value\n",
                  view.axis == Axis::second ? "time_ns" : kAxisWords[index_of(view.axis)]);
  for (std::size_t number = 0; number < view.lanes.size(); ++number) {
    const Lane& lane = view.lanes[number];
    for (const LaneSeries& one : drawn_series(document, view.axis, lane)) {
      if (one.on->steps.empty()) continue;
      const Stack stack =
          lane.kind == LaneKind::stack ? stack_of(*one.run, *one.series, view.axis) : Stack();
      add_series(out, number, one, range, stack);
    }
  }
  return out;
}

void write_view(const std::string& file, const Document& document, const ViewState& view,
                QSize size, double scale) {
  if (figure_format(file) == FigureFormat::csv) return write_file(file, csv_of(document, view));
  if (const int least = least_height(view); size.height() < least) {
    throw FigureError(
        fmt::format("cannot write {}: {} lane{} need{} a height of at least {}; it is {}", file,
                    view.lanes.size(), view.lanes.size() == 1 ? "" : "s",
                    view.lanes.size() == 1 ? "s" : "", least, size.height()));
  }
  // Beside the plot there are labels, of a width of their own.
  constexpr double kLeastPlot = 100;
  const QSize wide(10000, size.height());
  const double beside = wide.width() - layout_of(document, view, wide, Room::fixed).plot.width();
  if (size.width() < beside + kLeastPlot) {
    throw FigureError(fmt::format("cannot write {}: a width of at least {} is needed; it is {}",
                                  file, beside + kLeastPlot, size.width()));
  }
  const auto paint = [&](QPainter& painter, QSize area) {
    render(painter, document, view, area, Room::fixed);
  };
  write_figure(file, size, paint, "GPU memory over time", scale);
}

}  // namespace kvf::gui
