// Lanes of maps: where a map of maps.h lies, its head, and what is said while there is none.
#include <algorithm>

#include <fmt/format.h>

#include "gui/render/lanes.h"
#include "gui/render/legend.h"
#include "gui/render/maps.h"
#include "gui/view/bind.h"

namespace kvf::gui {
namespace {

constexpr double kNames = 8;  // between labels and plot

void say(QPainter& painter, const Frame& frame, const QString& words) {
  painter.setFont(letters(Letters::normal));
  painter.setPen(frame.colours().faint);
  text_in(painter, frame.plot, Qt::AlignCenter, words);
}

void say_why(QPainter& painter, const Frame& frame, const Run& run) {
  say(painter, frame, qt(why_no_map(frame.document, frame.view.axis, frame.lane, run)));
}

// A lane that names none shows the first.
const CellLives* cell_of(const Run& run, const Lane& lane) {
  return lane.series.empty() && !run.cells.empty() ? &run.cells.front() : run.cell(lane.series);
}

// The legend goes where paint_header() puts that of curves: behind the title.
QPointF behind(const QPainter& painter, const Frame& frame, const std::string& title) {
  const double width = painter.fontMetrics().horizontalAdvance(qt(title));
  return {frame.rect.left() + width * 1.1 + 14, frame.rect.top() + 2};
}

std::string with_subject(const std::string& title, const Frame& frame) {
  const std::string subject = subject_of(frame.document, frame.view, frame.lane);
  return subject.empty() ? title : title + ", " + subject;
}

void paint_heads_lane(QPainter& painter, const Frame& frame, const Run& run) {
  const HeadRows heads = head_rows(run, frame.view.axis);
  const std::string title = with_subject("heads of " + name_of(run, {&run}), frame);
  paint_header(painter, frame, title, {});
  if (heads.rows.empty()) return say_why(painter, frame, run);
  paint_heads(painter, frame.plot, heads, frame.layout.range, frame.view.theme);
  paint_head_names(painter, frame.plot, 4, frame.plot.left() - kNames, heads, frame.view.theme);
  const QPointF from = behind(painter, frame, title);
  paint_heads_legend(painter, from, frame.rect.right() - from.x(), heads, frame.view.theme);
}

void paint_cell_lane(QPainter& painter, const Frame& frame, const Run& run) {
  const CellLives* cell = cell_of(run, frame.lane);
  const bool attention = frame.lane.kind == LaneKind::attention;
  const std::string what = attention ? "attention of " : "blocks of ";
  const std::string title = with_subject(
      what + (cell == nullptr ? frame.lane.series : cell->name()) + ", " + name_of(run, {&run}),
      frame);
  paint_header(painter, frame, title, {});
  if (cell == nullptr || !why_no_map(frame.document, frame.view.axis, frame.lane, run).empty()) {
    return say_why(painter, frame, run);
  }
  const CellMaps& maps = *cell->maps;
  if (attention) {
    // Its numbers are in the margin, as those of the other lanes.
    const QRectF area = frame.plot.adjusted(-kAttentionLeft, 0, 0, 0);
    paint_attention(painter, area, *maps.attention, frame.view.theme);
    const QPointF from = behind(painter, frame, title);
    return paint_attention_legend(painter, from, frame.rect.right() - from.x(), *maps.attention,
                                  frame.view.theme);
  }
  const PassAxis& axis = *maps.axis(frame.view.axis);
  paint_occupancy(painter, frame.plot, maps.blocks, axis, frame.layout.range, frame.view.theme);
  paint_block_numbers(painter, frame.plot, frame.plot.left() - kNames, maps.blocks,
                      frame.view.theme);
  const QPointF from = behind(painter, frame, title);
  paint_occupancy_legend(painter, from, frame.rect.right() - from.x(), maps.blocks,
                         frame.view.theme);
}

}  // namespace

std::string why_no_map(const Document& document, Axis axis, const Lane& lane, const Run& run) {
  if (lane.kind == LaneKind::heads) {
    if (!head_rows(run, axis).rows.empty()) return "";
    return "no tracks of groups of heads on this axis: kvfootprint run --tracks group";
  }
  if (run.cells.empty()) return "no lives of entries: kvfootprint run --lifespans";
  const CellLives* cell = cell_of(run, lane);
  if (cell == nullptr) {
    const std::size_t others = run.cells.size() - 1;
    return fmt::format("no lives of {}: the file has those of {}{}", lane.series,
                       run.cells.front().name(),
                       others == 0 ? "" : fmt::format(" and of {} more", others));
  }
  if (cell->maps == nullptr) {
    return document.complete ? "more lives than are read" : "reading the lives";
  }
  if (lane.kind == LaneKind::attention) {
    return cell->maps->attention ? "" : "a map of attention is for cases of few tokens";
  }
  return cell->maps->axis(axis) == nullptr ? "lives have no time in seconds" : "";
}

void paint_map(QPainter& painter, const Frame& frame) {
  const std::vector<const Run*> runs = frame.runs();
  if (runs.empty()) {
    paint_header(painter, frame, frame.lane.series, {});
    return say(painter, frame, qt(why_nothing(frame.document, frame.view.axis, frame.lane)));
  }
  if (frame.lane.kind == LaneKind::heads) return paint_heads_lane(painter, frame, *runs.front());
  paint_cell_lane(painter, frame, *runs.front());
}

}  // namespace kvf::gui
