// Values at a place, as readouts and as text.
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "gui/render/legend.h"
#include "gui/render/render.h"
#include "gui/render/stack.h"
#include "gui/render/words.h"
#include "gui/view/derive.h"

namespace kvf::gui {
namespace {

// The point that holds at x: of values of no width the most, as the picture shows it.
std::optional<std::int64_t> point_at(const StepSeries& steps, double x) {
  const auto at = static_cast<std::int64_t>(std::floor(x));
  if (!steps.holds_at(at)) return {};
  const std::int64_t last = steps.point_at(at);
  const std::int64_t first = std::min(last, steps.first_point_from(at));
  return steps.max_point(first, last + 1);
}

void add_parts(const LaneSeries& one, Axis axis, std::int64_t point, const Readout& of,
               std::vector<Readout>& values) {
  const Stack stack = stack_of(*one.run, *one.series, axis);
  if (stack.total == nullptr) return;
  std::vector<std::int64_t> sizes(stack.parts.size() + 1);
  sample(stack, point, sizes);
  for (std::size_t i = stack.parts.size() + 1; i-- > 0;) {
    if (sizes[i] == 0) continue;
    Readout part = of;
    part.series = i < stack.parts.size() ? stack.parts[i].name : "other";
    part.value = sizes[i];
    part.text = value_in_words(one.series->unit, sizes[i]);
    values.push_back(std::move(part));
  }
}

// How many blocks of the lane's cell are in which state.
void add_blocks(const Run& run, const ViewState& view, std::size_t number, double x,
                std::vector<Readout>& values) {
  const Lane& lane = view.lanes[number];
  const CellLives* cell =
      lane.series.empty() && !run.cells.empty() ? &run.cells.front() : run.cell(lane.series);
  const PassAxis* axis =
      cell == nullptr || cell->maps == nullptr ? nullptr : cell->maps->axis(view.axis);
  if (axis == nullptr) return;
  const OccupancyMap& blocks = cell->maps->blocks;
  constexpr std::int64_t kMostCounted = 16'384;  // in the time of a move of the cursor
  const std::int64_t pass = axis->pass_at(x);
  if (pass < 0 || pass >= blocks.passes() || blocks.blocks() > kMostCounted) return;
  std::array<std::int64_t, kBlockStateWords.size()> counts{};
  for (std::int64_t block = 0; block < blocks.blocks(); ++block) {
    ++counts[static_cast<std::size_t>(blocks.at(block, pass).state)];
  }
  for (std::size_t state = 1; state < counts.size(); ++state) {
    if (counts[state] == 0) continue;
    values.push_back({number, cell->name() + " " + std::string(kBlockStateWords[state]),
                      cell->name(), counts[state],
                      value_in_words(TrackUnit::blocks, counts[state])});
  }
}

}  // namespace

std::vector<Readout> values_at(const Document& document, const ViewState& view, double x) {
  std::vector<Readout> values;
  for (std::size_t number = 0; number < view.lanes.size(); ++number) {
    const Lane& lane = view.lanes[number];
    const std::vector<const Run*> runs = runs_of(document, lane);
    if (lane.kind == LaneKind::occupancy && !runs.empty()) {
      add_blocks(*runs.front(), view, number, x, values);
    }
    for (const LaneSeries& one : drawn_series(document, view.axis, lane)) {
      Readout readout{number, name_of(*one.run, runs), one.series->name, {}, "not read yet"};
      if (one.on->steps.empty()) {
        values.push_back(std::move(readout));
        continue;
      }
      const std::optional<std::int64_t> point = point_at(one.on->steps, x);
      if (point) {
        readout.value = one.on->steps.value(*point);
        readout.text = value_in_words(one.series->unit, *readout.value);
      } else {
        readout.text = "nothing here";
      }
      values.push_back(readout);
      if (point && lane.kind == LaneKind::stack) {
        add_parts(one, view.axis, *point, readout, values);
      }
    }
  }
  return values;
}

}  // namespace kvf::gui
