#include "gui/whatif/curve.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/closed_form_curve.h"
#include "sim/input/policy.h"
#include "timeline/pass_columns.h"

namespace kvf::gui {
namespace {

constexpr auto kRow = static_cast<std::size_t>(Axis::row);
constexpr auto kPass = static_cast<std::size_t>(Axis::pass);

using Column = std::vector<std::int64_t>;

// Passes, where they begin and end on an axis.
struct Spans {
  const Column& begin;
  Column end;
};

std::shared_ptr<const SeriesOnAxis> steps(const Spans& spans, const Column& during,
                                          const Column& after) {
  Column xs;
  Column values;
  xs.reserve(2 * during.size());
  values.reserve(2 * during.size());
  for (std::size_t i = 0; i < during.size(); ++i) {
    xs.push_back(spans.begin[i]);
    values.push_back(during[i]);
    xs.push_back(spans.end[i]);
    values.push_back(after[i]);
  }
  auto series = std::make_shared<SeriesOnAxis>();
  series->begin = xs.empty() ? 0 : xs.front();
  series->end = xs.empty() ? 0 : xs.back();
  series->steps = StepSeries(std::move(xs), std::move(values), series->end);
  return series;
}

Column sum(const Column& a, const Column& b) {
  Column both(a.size());
  std::transform(a.begin(), a.end(), b.begin(), both.begin(), std::plus<>());
  return both;
}

Series series_of(const TrackInfo& info, const Column& during, const Column& after,
                 const Spans& rows, const Spans& passes) {
  Series series;
  series.name = info.name;
  series.role = info.role;
  series.layer = info.layer;
  series.sequence = info.sequence;
  series.cells = info.cells;
  series.unit = info.unit;
  if (!during.empty()) series.peak = *std::max_element(during.begin(), during.end());
  series.on[kRow] = steps(rows, during, after);
  series.on[kPass] = steps(passes, during, after);
  return series;
}

std::int64_t row_of_pass(const PassPlan& plan, std::int64_t pass) {
  for (const PassRun& run : plan.runs) {
    if (pass < run.first + run.count) {
      return (run.position + run.rows.times(pass - run.first)).count();
    }
  }
  return plan.rows().count();
}

Run run_of(const WhatIf& what, const PassPlan& plan, const Footprint& footprint, std::string id) {
  Run run;
  run.id = std::move(id);
  run.file = "what-if";
  run.label = what.policy.name;
  run.task =
      fmt::format("{} + {} tokens{}", what.workload.prompt.count(), what.workload.output.count(),
                  what.batch == 1 ? "" : fmt::format(" x {}", what.batch));
  run.model = what.model->title;
  run.kind = RunKind::what_if;
  run.footprint = footprint.footprint;
  run.peak = footprint.peak;
  for (const PhaseSpan& phase : phases_of(plan)) {
    const std::int64_t end = phase.first_pass + phase.passes;
    run.phases[kPass].push_back({phase.name, phase.first_pass, end});
    run.phases[kRow].push_back(
        {phase.name, row_of_pass(plan, phase.first_pass), row_of_pass(plan, end)});
  }
  return run;
}

}  // namespace

std::shared_ptr<const Run> run_of_closed_form(const WhatIf& what, const BatchMember& member,
                                              const Footprint& footprint, std::string id) {
  const Schedule& schedule = member.schedule;
  const SampledPasses sampled = from_closed_form(schedule, member.count);
  const Spans rows{sampled.first_row, sum(sampled.first_row, sampled.rows)};
  const Spans passes{sampled.pass, sum(sampled.pass, Column(sampled.pass.size(), 1))};
  const std::int64_t cells = schedule.shape.cells().times(member.count).count();
  auto run = std::make_shared<Run>(run_of(what, schedule.plan, footprint, std::move(id)));
  const auto add = [&](std::string name, TrackUnit unit, const LevelColumn& column) {
    run->series.push_back(series_of({std::move(name), "", -1, cells, -1, 1, unit}, column.during,
                                    column.after, rows, passes));
  };
  add("total", TrackUnit::entries, sampled.entries);
  add("held", TrackUnit::bytes, sampled.bytes);
  return run;
}

std::shared_ptr<const Run> run_of_timeline(const WhatIf& what, const Timeline& timeline,
                                           const PassPlan& plan, const Footprint& footprint,
                                           std::string id) {
  auto run = std::make_shared<Run>(run_of(what, plan, footprint, std::move(id)));
  for (const Track& track : timeline.tracks) {
    const TrackColumns& columns = track.columns;
    Column number(columns.passes());
    for (std::size_t i = 0; i < number.size(); ++i) number[i] = static_cast<std::int64_t>(i);
    const Spans rows{columns.first_row, sum(columns.first_row, columns.rows)};
    const Spans passes{number, sum(number, Column(number.size(), 1))};
    run->series.push_back(
        series_of(track.info, columns.held_during, columns.held_after, rows, passes));
  }
  return run;
}

}  // namespace kvf::gui
