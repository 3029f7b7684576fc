#include "gui/document/difference.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gui/document/passes.h"
#include "gui/document/run_names.h"
#include "models/units.h"
#include "timeline/comparison.h"

namespace kvf::gui {
namespace {

const Series* same_series(const Run& run, const Series& wanted) {
  for (const Series& series : run.series) {
    if (series.name == wanted.name && series.device == wanted.device &&
        series.unit == wanted.unit) {
      return &series;
    }
  }
  return nullptr;
}

const StepSeries* steps_of(const Series& series, Axis axis) {
  const SeriesOnAxis* on = series.at(axis);
  return on != nullptr && on->complete() && !on->steps.empty() ? &on->steps : nullptr;
}

Series named_as(const Series& series) {
  Series made = series;
  made.on = {};
  made.peak.reset();
  made.before = 0;
  return made;
}

void put(Series& series, Axis axis, StepSeries steps) {
  if (steps.empty()) return;
  const std::int64_t most = steps.value(steps.max_point(0, steps.points()));
  series.peak = std::max(series.peak.value_or(most), most);
  auto on = std::make_shared<SeriesOnAxis>();
  on->begin = steps.begin();
  on->end = steps.end();
  on->steps = std::move(steps);
  series.on[index_of(axis)] = std::move(on);
}

// Called as the runs are, with the phases of the first.
Run begun(const Run& a, const Run& b) {
  Run run;
  run.id = fmt::format("{} - {}", b.id, a.id);
  run.label = fmt::format("{} - {}", name_of(b, {&a, &b}), name_of(a, {&a, &b}));
  run.task = a.task == b.task ? a.task : "";
  run.model = a.model == b.model ? a.model : "";
  run.kind = RunKind::difference;
  run.phases = a.phases;
  return run;
}

std::vector<PhaseSpan> phases_of(const Run& run) {
  std::vector<PhaseSpan> phases;
  for (const PhaseOnAxis& phase : run.phases[index_of(Axis::pass)]) {
    phases.push_back({phase.name, phase.begin, phase.end - phase.begin});
  }
  return phases;
}

std::int64_t passes_of(const Run& run) {
  std::int64_t passes = 0;
  for (const Series& series : run.series) {
    const SeriesOnAxis* on = series.at(Axis::pass);
    if (on != nullptr) passes = std::max(passes, on->end);
  }
  return passes;
}

std::int64_t less(std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  if (__builtin_sub_overflow(a, b, &result)) throw OverflowError("a residual is past 64 bits");
  return result;
}

// Values of the aligned passes, two each, which points of the expected ones they stand at, and behind
// which of them passes were not compared.
struct Residual {
  std::vector<std::int64_t> values;
  std::vector<std::int64_t> points;
  std::vector<std::int64_t> gaps;
};

Residual residual_of(const Series& expected, const Series& found,
                     std::span<const AlignedPasses> aligned, bool between) {
  const StepSeries& e = *steps_of(expected, Axis::pass);
  const StepSeries& f = *steps_of(found, Axis::pass);
  const auto held_before = [](const Series& series, const StepSeries& steps, std::int64_t pass) {
    return pass == 0 ? series.before : steps.value(2 * pass - 1);
  };
  std::optional<std::int64_t> base;
  Residual residual;
  for (const AlignedPasses& part : aligned) {
    const std::int64_t passes =
        std::min({part.passes, e.points() / 2 - part.expected, f.points() / 2 - part.found});
    for (std::int64_t i = 0; i < passes; ++i) {
      const std::int64_t pe = part.expected + i;
      const std::int64_t pf = part.found + i;
      const std::int64_t before = less(held_before(found, f, pf), held_before(expected, e, pe));
      if (!base) base = between ? before : 0;
      const std::int64_t during = between ? before : less(f.value(2 * pf), e.value(2 * pe));
      const std::int64_t after = less(f.value(2 * pf + 1), e.value(2 * pe + 1));
      residual.values.push_back(less(during, *base));
      residual.values.push_back(less(after, *base));
      residual.points.push_back(2 * pe);
      residual.points.push_back(2 * pe + 1);
    }
  }
  for (std::size_t i = 0; i < residual.points.size(); ++i) {
    const std::int64_t next = i + 1 < residual.points.size() ? residual.points[i + 1] : e.points();
    if (next > residual.points[i] + 1) residual.gaps.push_back(static_cast<std::int64_t>(i));
  }
  return residual;
}

}  // namespace

Run difference_run(const Run& a, const Run& b) {
  Run run = begun(a, b);
  for (const Series& of_a : a.series) {
    const Series* of_b = same_series(b, of_a);
    if (of_b == nullptr) continue;
    Series series = named_as(of_a);
    if (of_a.layers != of_b->layers) series.layers = Layers::unknown;
    bool any = false;
    for (const Axis axis : {Axis::row, Axis::pass, Axis::second}) {
      const StepSeries* expected = steps_of(of_a, axis);
      const StepSeries* found = steps_of(*of_b, axis);
      if (expected == nullptr || found == nullptr) continue;
      put(series, axis, difference(*found, *expected));
      any = true;
    }
    if (any) run.series.push_back(std::move(series));
  }
  return run;
}

Run residual_run(const Run& expected, const Run& found) {
  Run run = begun(expected, found);
  const bool between = found.kind == RunKind::trace && expected.kind != RunKind::trace;
  const PassAlignment alignment =
      align_passes(phases_of(expected), passes_of(expected), phases_of(found), passes_of(found));
  for (const PhaseDifference& phase : alignment.differences) {
    run.problems.push_back(fmt::format("passes differ: {} has {} expected, {} found", phase.name,
                                       phase.expected, phase.found));
  }
  for (const Series& of_expected : expected.series) {
    const Series* of_found = same_series(found, of_expected);
    if (of_found == nullptr || steps_of(of_expected, Axis::pass) == nullptr ||
        steps_of(*of_found, Axis::pass) == nullptr) {
      continue;
    }
    const Residual residual = residual_of(of_expected, *of_found, alignment.aligned, between);
    const auto values = std::make_shared<const MinMaxPyramid>(residual.values);
    Series series = named_as(of_expected);
    if (of_expected.layers != of_found->layers) series.layers = Layers::unknown;
    for (const Axis axis : {Axis::row, Axis::pass, Axis::second}) {
      const StepSeries* on = steps_of(of_expected, axis);
      // Fewer points: the clock of the expected run does not know all passes.
      if (on == nullptr || residual.points.empty() || residual.points.back() >= on->points()) {
        continue;
      }
      std::vector<std::int64_t> xs;
      xs.reserve(residual.points.size());
      for (const std::int64_t point : residual.points) xs.push_back(on->x(point));
      const std::int64_t end = xs.back();
      put(series, axis,
          StepSeries(std::make_shared<const Ascending>(std::move(xs)), values, end, residual.gaps));
    }
    run.series.push_back(std::move(series));
  }
  return run.series.empty() ? difference_run(expected, found) : run;
}

}  // namespace kvf::gui
