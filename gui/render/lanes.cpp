#include "gui/render/lanes.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "gui/render/columns.h"
#include "gui/render/device_limit.h"
#include "gui/render/ink.h"
#include "gui/render/labels.h"
#include "gui/render/legend.h"
#include "gui/render/peaks.h"
#include "gui/render/stack.h"
#include "gui/render/words.h"
#include "gui/view/bind.h"
#include "gui/view/derive.h"

namespace kvf::gui {
namespace {

// A limit above this many times the peak would flatten the curves.
constexpr double kLimitInView = 1.6;

// The least and the most of all that the series ever holds.
StepColumn extremes(const SeriesOnAxis& on) {
  const std::int64_t edges[] = {on.begin, on.end};
  StepColumn column;
  columns_of(on, edges, {&column, 1});
  return column;
}

void say_nothing_here(QPainter& painter, const Frame& frame, const QString& words) {
  painter.setFont(letters(Letters::normal));
  painter.setPen(frame.colours().faint);
  text_in(painter, frame.plot, Qt::AlignCenter, words);
}

std::size_t columns_of_a_cell(const Frame& frame) {
  return static_cast<std::size_t>(
      std::max(1.0, std::round(Cover::kCellWidth / frame.column_width)));
}

// What a line takes of the lane, the steps between its columns too: a stretch of it as wide as a cell of the
// cover at a time, of which it covers all from its least to its most.
void cover_line(Cover& cover, const Frame& frame, const Scale& scale,
                std::span<const StepColumn> columns) {
  const std::size_t stretch = columns_of_a_cell(frame);
  const StepColumn* previous = nullptr;
  for (std::size_t first = 0; first < columns.size(); first += stretch) {
    const std::size_t end = std::min(columns.size(), first + stretch);
    bool any = false;
    std::int64_t low = 0, high = 0;
    for (std::size_t i = first; i < end; ++i) {
      const StepColumn& column = columns[i];
      if (!column.empty) {
        const std::int64_t before = previous == nullptr ? column.min : previous->last;
        low = std::min({any ? low : column.min, column.min, before});
        high = std::max({any ? high : column.max, column.max, before});
        any = true;
      }
      previous = column.empty ? nullptr : &column;
    }
    if (!any) continue;
    const double top = scale.y_of(static_cast<double>(high));
    const double bottom = scale.y_of(static_cast<double>(low));
    const double left = frame.plot.left() + static_cast<double>(first) * frame.column_width;
    cover.add({left + 1, top - 1, Cover::kCellWidth - 2, bottom - top + 2});
  }
}

}  // namespace

Scale scale_of_lane(const Frame& frame) {
  const std::vector<LaneSeries> shown = drawn_series(frame.document, frame.view.axis, frame.lane);
  if (shown.empty()) return scale_of(frame.plot, TrackUnit::entries, 0, 1);
  const bool signed_lane =
      frame.lane.kind == LaneKind::difference || frame.lane.kind == LaneKind::residual;
  double low = 0, high = 0;
  for (const LaneSeries& one : shown) {
    if (one.series->peak && !signed_lane) {
      high = std::max(high, static_cast<double>(*one.series->peak));
    } else {
      const StepColumn all = extremes(*one.on);
      low = std::min(low, static_cast<double>(all.min));
      high = std::max(high, static_cast<double>(all.max));
    }
  }
  if (const auto limit = limit_of(shown); limit && !signed_lane) {
    const auto most = static_cast<double>(*limit);
    if (most <= kLimitInView * high) high = std::max(high, most);
  }
  return scale_of(frame.plot, shown.front().series->unit, low, high);
}

void paint_lines(QPainter& painter, const Frame& frame) {
  const std::vector<LaneSeries> shown = drawn_series(frame.document, frame.view.axis, frame.lane);
  if (shown.empty()) {
    paint_header(painter, frame, frame.lane.series, {});
    return say_nothing_here(painter, frame,
                            qt(why_nothing(frame.document, frame.view.axis, frame.lane)));
  }
  const Scale scale = scale_of_lane(frame);
  paint_scale(painter, frame, scale);
  const std::vector<const Run*> runs = frame.runs();
  const std::optional<std::int64_t> limit = limit_of(shown);
  std::vector<PeakLabel> peaks;
  std::vector<StepColumn> columns(frame.columns());
  Cover cover(frame.plot);
  painter.save();
  painter.setClipRect(frame.seen, Qt::IntersectClip);
  Ink ink(painter, frame);
  for (const LaneSeries& one : shown) {
    const Mark mark = gui::mark(mark_number(frame.document, runs, *one.run), frame.view.theme);
    columns_of(*one.on, frame.edges, columns, StepSeries::MaxPoint::unwanted);
    ink.line(scale, columns, mark);
    cover_line(cover, frame, scale, columns);
    if (const auto label =
            peak_of(*one.on, frame.layout.range, one.series->unit, frame.columns())) {
      const std::string who = shown.size() > 1 ? name_of(*one.run, runs) : "";
      peaks.push_back(
          {label->x, label->value, who, label->text + room_left(label->value, limit), mark});
    }
  }
  ink.dry();
  painter.restore();  // a diamond at an edge is whole
  LabelPlacer labels(frame.seen);
  paint_limit(painter, frame, scale, shown, std::move(cover), labels);
  paint_peaks(painter, frame, scale, std::move(peaks), std::move(labels));
  const Header header = header_of(frame.document, frame.view, frame.lane);
  paint_header(painter, frame, header.title, header.entries);
}

void paint_stack(QPainter& painter, const Frame& frame) {
  const std::vector<LaneSeries> shown = drawn_series(frame.document, frame.view.axis, frame.lane);
  const Stack stack = shown.empty()
                          ? Stack{}
                          : stack_of(*shown.front().run, *shown.front().series, frame.view.axis);
  if (stack.total == nullptr) return paint_lines(painter, frame);  // nothing, or still an outline

  const Scale scale = scale_of_lane(frame);
  paint_scale(painter, frame, scale);
  const std::size_t parts = stack.parts.size();
  std::vector<StepColumn> columns(frame.columns());
  columns_of(*shown.front().on, frame.edges, columns);
  std::vector<std::vector<FilledColumn>> fills(parts + 1,
                                               std::vector<FilledColumn>(columns.size()));
  std::vector<std::int64_t> sizes(parts + 1);
  std::vector<bool> used(parts + 1);
  // The edges, one a cell: within a part a label hides least.
  Cover cover(frame.plot);
  const std::size_t stretch = columns_of_a_cell(frame);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].empty) continue;
    if (columns[i].max_point == kNotRead) {  // until then it is all of one kind
      std::fill(sizes.begin(), sizes.end(), 0);
      sizes[parts] = columns[i].max;
    } else {
      sample(stack, columns[i].max_point, sizes);
    }
    double below = 0;
    double bottom = std::round(scale.y_of(0));
    const double left = frame.plot.left() + static_cast<double>(i) * frame.column_width;
    for (std::size_t part = 0; part <= parts; ++part) {
      if (sizes[part] == 0) continue;
      used[part] = true;
      below += static_cast<double>(sizes[part]);
      const double top = std::round(scale.y_of(below));
      fills[part][i] = {top, bottom, false};
      if (i % stretch == 0) cover.add({left, top - 1, 1, 2});
      bottom = top;
    }
  }

  const auto mark_of = [&](std::size_t part) {
    if (part < parts) return mark(stack.parts[part].component, frame.view.theme);
    Mark rest;
    rest.line = frame.colours().faint;
    rest.fill = frame.colours().grid;
    return rest;
  };
  std::vector<LegendEntry> legend;
  painter.save();
  painter.setClipRect(frame.seen, Qt::IntersectClip);
  Ink ink(painter, frame);
  for (std::size_t part = 0; part <= parts; ++part) {
    if (!used[part]) continue;
    ink.fill(fills[part], mark_of(part));
    legend.push_back({mark_of(part), true, part < parts ? stack.parts[part].name : "other"});
  }
  Mark edge;
  edge.line = frame.colours().axis;
  ink.line(scale, columns, edge);
  ink.dry();
  painter.restore();
  LabelPlacer labels(frame.seen);
  paint_limit(painter, frame, scale, shown, std::move(cover), labels);
  if (const auto peak = peak_of(*shown.front().on, frame.layout.range, shown.front().series->unit,
                                frame.columns())) {
    std::fill(sizes.begin(), sizes.end(), 0);
    if (peak->point != kNotRead) sample(stack, peak->point, sizes);
    std::string text = peak->text + room_left(peak->value, limit_of(shown));
    for (std::size_t part = parts + 1; part-- > 0 && parts > 1;) {
      if (sizes[part] == 0) continue;
      text += "\n" + (part < parts ? stack.parts[part].name : std::string("other")) + " " +
              value_in_short(shown.front().series->unit, sizes[part]);
    }
    paint_peaks(painter, frame, scale, {{peak->x, peak->value, "", text, edge}}, std::move(labels));
  }
  std::reverse(legend.begin(), legend.end());  // as they lie
  paint_header(painter, frame, header_of(frame.document, frame.view, frame.lane).title, legend);
}

void paint_difference(QPainter& painter, const Frame& frame) {
  const bool residual = frame.lane.kind == LaneKind::residual;
  std::string title = (residual ? "residual of " : "difference of ") + frame.lane.series;
  if (const std::string subject = subject_of(frame.document, frame.view, frame.lane);
      !subject.empty())
    title += ", " + subject;
  const std::vector<LaneSeries> shown = drawn_series(frame.document, frame.view.axis, frame.lane);
  if (shown.empty()) {
    paint_header(painter, frame, title, {});
    return say_nothing_here(painter, frame,
                            qt(why_nothing(frame.document, frame.view.axis, frame.lane)));
  }
  const LaneSeries& one = shown.front();
  const StepColumn all = extremes(*one.on);
  const bool nothing = all.min == 0 && all.max == 0;
  Scale scale = scale_of_lane(frame);
  if (nothing) {
    scale.low = -1;  // the line in the middle, and no figures beside it
    scale.high = 1;
  } else {
    paint_scale(painter, frame, scale);
  }
  std::vector<StepColumn> columns(frame.columns());
  columns_of(*one.on, frame.edges, columns, StepSeries::MaxPoint::unwanted);
  const double zero = std::round(scale.y_of(0));
  std::vector<FilledColumn> above(columns.size()), below(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].empty) continue;
    const double high = std::round(scale.y_of(static_cast<double>(columns[i].max)));
    const double low = std::round(scale.y_of(static_cast<double>(columns[i].min)));
    if (high < zero) above[i] = {high, zero, false};
    if (low > zero) below[i] = {zero, low, false};
  }
  const Mark more = mark(Component::residual_above, frame.view.theme);
  const Mark less = mark(Component::residual_below, frame.view.theme);
  painter.save();
  painter.setClipRect(frame.seen, Qt::IntersectClip);
  Ink ink(painter, frame);
  ink.fill(above, more);
  ink.fill(below, less);
  Mark edge;
  edge.line = frame.colours().axis;
  ink.line(scale, columns, edge);
  ink.dry();
  if (nothing) {
    painter.setFont(letters(Letters::small));
    painter.setPen(frame.colours().text);
    const double height = painter.fontMetrics().height();
    text_in(painter, QRectF(frame.plot.left() + 8, zero - height - 3, frame.plot.width(), height),
            Qt::AlignLeft | Qt::AlignVCenter, QStringLiteral("0 everywhere"));
  }
  painter.restore();
  const std::vector<const Run*> runs = frame.runs();
  std::vector<LegendEntry> legend;
  if (runs.size() == 2) {
    const std::string first = name_of(*runs[0], runs), second = name_of(*runs[1], runs);
    legend = {{more, true, second + " holds more"}, {less, true, "less than " + first}};
  }
  paint_header(painter, frame, title, legend);
}

}  // namespace kvf::gui
