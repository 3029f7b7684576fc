// Lanes of maps: where a map of maps.h lies, its head, and what is said while there is none.
#include <algorithm>

#include "gui/render/lanes.h"
#include "gui/render/legend.h"
#include "gui/render/maps.h"

namespace kvf::gui {
namespace {

constexpr double kNames = 8;  // between labels and plot

void say(QPainter& painter, const Frame& frame, const QString& words) {
  painter.setFont(letters(Letters::normal));
  painter.setPen(frame.colours().faint);
  text_in(painter, frame.plot, Qt::AlignCenter, words);
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
  if (heads.rows.empty()) {
    return say(painter, frame,
               QStringLiteral("no tracks of groups of heads: kvfootprint run --tracks group"));
  }
  paint_heads(painter, frame.plot, heads, frame.layout.range, frame.view.theme);
  paint_head_names(painter, frame.plot, 4, frame.plot.left() - kNames, heads, frame.view.theme);
  const QPointF from = behind(painter, frame, title);
  paint_heads_legend(painter, from, frame.rect.right() - from.x(), heads, frame.view.theme);
}

void paint_cell_lane(QPainter& painter, const Frame& frame, const Run& run) {
  // A lane that names none shows the first.
  const CellLives* cell = frame.lane.series.empty() && !run.cells.empty()
                              ? &run.cells.front()
                              : run.cell(frame.lane.series);
  const bool attention = frame.lane.kind == LaneKind::attention;
  const std::string what = attention ? "attention of " : "blocks of ";
  const std::string title = with_subject(
      what + (cell == nullptr ? frame.lane.series : cell->name()) + ", " + name_of(run, {&run}),
      frame);
  paint_header(painter, frame, title, {});
  if (cell == nullptr) {
    return say(painter, frame, QStringLiteral("no lives of entries: kvfootprint run --lifespans"));
  }
  if (cell->maps == nullptr) return say(painter, frame, QStringLiteral("reading the lives"));
  const CellMaps& maps = *cell->maps;
  if (attention) {
    if (!maps.attention) {
      return say(painter, frame, QStringLiteral("a map of attention is for cases of few tokens"));
    }
    // Its numbers are in the margin, as those of the other lanes.
    const QRectF area = frame.plot.adjusted(-kAttentionLeft, 0, 0, 0);
    paint_attention(painter, area, *maps.attention, frame.view.theme);
    const QPointF from = behind(painter, frame, title);
    return paint_attention_legend(painter, from, frame.rect.right() - from.x(), *maps.attention,
                                  frame.view.theme);
  }
  const PassAxis* axis = maps.axis(frame.view.axis);
  if (axis == nullptr) return say(painter, frame, QStringLiteral("lives have no time in seconds"));
  paint_occupancy(painter, frame.plot, maps.blocks, *axis, frame.layout.range, frame.view.theme);
  paint_block_numbers(painter, frame.plot, frame.plot.left() - kNames, maps.blocks,
                      frame.view.theme);
  const QPointF from = behind(painter, frame, title);
  paint_occupancy_legend(painter, from, frame.rect.right() - from.x(), maps.blocks,
                         frame.view.theme);
}

}  // namespace

void paint_map(QPainter& painter, const Frame& frame) {
  const std::vector<const Run*> runs = frame.runs();
  if (runs.empty()) {
    paint_header(painter, frame, frame.lane.series, {});
    return say(painter, frame, QStringLiteral("no run is chosen"));
  }
  if (frame.lane.kind == LaneKind::heads) return paint_heads_lane(painter, frame, *runs.front());
  paint_cell_lane(painter, frame, *runs.front());
}

}  // namespace kvf::gui
