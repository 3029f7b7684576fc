// Where the passes of a run lie on each axis, and tracks laid upon them.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "gui/document/document.h"
#include "timeline/step_series.h"
#include "timeline/timeline.h"

namespace kvf::gui {

// x of those passes that are known: all, or (from the index of a file) those at which chunks begin.
struct PassScale {
  std::vector<std::int64_t> passes;  // ascending
  std::vector<std::int64_t> xs;      // of these

  bool empty() const { return passes.empty(); }
  void add(std::int64_t pass, std::int64_t x);  // of a pass behind all others
  void insert(std::int64_t pass, std::int64_t x);
  std::int64_t at_or_before(std::int64_t pass) const;  // x of the last known pass up to this one
  std::int64_t at_or_after(std::int64_t pass) const;  // of the first from it on, or the last of all
};
using PassScales = std::array<PassScale, 3>;

// The x at which each pass begins, and the one at which the last ends. Throws OverflowError.
using Edges = std::vector<std::int64_t>;
Edges pass_edges(std::int64_t first_pass, std::int64_t passes);
// Of one sequence, whose rows follow one another.
Edges row_edges(std::span<const std::int64_t> first_row, std::span<const std::int64_t> rows);
// Of a batch: a pass is as long as `rows`, those of its longest sequence.
Edges batch_row_edges(std::int64_t begin, std::span<const std::int64_t> rows);
// Pass p begins when first_pass + p + 1 have begun by the clock; those of which it does not know
// are left out. The last one ends with the next, or at `end_ns`.
Edges second_edges(std::span<const CurvePoint> clock, std::int64_t first_pass, std::int64_t passes,
                   std::int64_t end_ns);

// Consecutive passes of a run on its axes; no edges: not on this one.
class Passes {
 public:
  explicit Passes(std::array<Edges, 3> edges);

  const Edges& edges(Axis axis) const { return edges_[index_of(axis)]; }
  // What a track holds, as two values a pass (during, after), on each axis. On one that knows fewer
  // passes the rest is left out.
  std::array<std::shared_ptr<SeriesOnAxis>, 3> lay(std::vector<std::int64_t> values) const;

 private:
  std::array<Edges, 3> edges_;
  std::array<StepSeries::Xs, 3> xs_;
};

// The passes at which phases begin and end, and those with markers; ascending.
std::vector<std::int64_t> named_passes(std::span<const PhaseSpan> phases,
                                       std::span<const Marker> markers);

// Of passes from the first of a run on: those that are named, and the end.
PassScales scales_of(const Passes& passes, std::span<const std::int64_t> named);

// Phases and markers on each axis of the run.
void place_phases(Run& run, std::span<const PhaseSpan> phases, std::span<const Marker> markers,
                  const PassScales& scales);

}  // namespace kvf::gui
