#include "gui/whatif/curve.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include "gui/document/timeline_run.h"
#include "gui/render/words.h"
#include "sim/closed_form_curve.h"
#include "sim/input/policy.h"
#include "timeline/pass_columns.h"

namespace kvf::gui {
namespace {

constexpr auto kRow = index_of(Axis::row);
constexpr auto kPass = index_of(Axis::pass);

// As the closed form counts them: of the caches there is no table that layers share.
constexpr Layers kEntries = Layers::at_once;
constexpr Layers kBytes = Layers::in_turn;

using Column = std::vector<std::int64_t>;

// Two values a pass: what is held while it attends, and what it leaves.
Column in_turns(const Column& during, const Column& after) {
  Column both;
  both.reserve(2 * during.size());
  for (std::size_t i = 0; i < during.size(); ++i) {
    both.push_back(during[i]);
    both.push_back(after[i]);
  }
  return both;
}

// Where these are: a pass begins at `begin`, and what it leaves is `length` further on.
StepSeries::Xs points(const Column& begin, const Column& length) {
  Column end(begin.size());
  std::transform(begin.begin(), begin.end(), length.begin(), end.begin(), std::plus<>());
  return std::make_shared<const Ascending>(in_turns(begin, end));
}

std::int64_t row_of_pass(const PassPlan& plan, std::int64_t pass) {
  for (const PassRun& run : plan.runs) {
    if (pass < run.first + run.count) {
      return (run.position + run.rows.times(pass - run.first)).count();
    }
  }
  return plan.rows().count();
}

// "recall", as its scenario calls it, or "131,072 + 1,024 tokens".
std::string task_of(const WhatIf& what) {
  const Workload& workload = what.workload;
  if (what.task && what.task->workload == workload && what.task->batch == what.batch) {
    return what.task->name;
  }
  std::string words = fmt::format("{} + {} tokens", grouped(workload.prompt.count()),
                                  grouped(workload.output.count()));
  if (what.batch != 1) words += " x " + grouped(what.batch);
  const std::size_t turns = workload.turns.size();
  if (turns != 0) words += fmt::format(", {} more turn{}", turns, turns == 1 ? "" : "s");
  return words;
}

Run run_of(const WhatIf& what, const PassPlan& plan, const Footprint& footprint, std::string id) {
  Run run;
  run.id = std::move(id);
  run.file = "what-if";
  run.label = what.policy.name;
  run.task = task_of(what);
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
  const std::int64_t cells = schedule.shape.cells().times(member.count).count();
  auto run = std::make_shared<Run>(run_of(what, schedule.plan, footprint, std::move(id)));
  // Shared by all series, so that they can be laid upon one another.
  std::array<StepSeries::Xs, 3> xs;
  if (!sampled.pass.empty()) {
    xs[kRow] = points(sampled.first_row, sampled.rows);
    xs[kPass] = points(sampled.pass, Column(sampled.pass.size(), 1));
  }
  const auto add = [&](std::string name, TrackUnit unit, const LevelColumn& column) {
    Series series;
    series.name = std::move(name);
    series.cells = cells;
    series.unit = unit;
    const auto values =
        std::make_shared<const MinMaxPyramid>(in_turns(column.during, column.after));
    if (!column.during.empty()) {
      series.peak = *std::max_element(column.during.begin(), column.during.end());
    }
    for (const std::size_t axis : {kRow, kPass}) {
      if (xs[axis] == nullptr) continue;
      auto on = std::make_shared<SeriesOnAxis>();
      on->begin = xs[axis]->front();
      on->end = xs[axis]->back();
      on->steps = StepSeries(xs[axis], values, on->end);
      series.on[axis] = std::move(on);
    }
    run->series.push_back(std::move(series));
  };
  add("total", TrackUnit::entries, sampled.entries);
  add("held", TrackUnit::bytes, sampled.bytes);
  tell_layers(run->series, kEntries, kBytes);
  return run;
}

std::shared_ptr<const Run> run_of_timeline(const WhatIf& what, const Timeline& timeline,
                                           const PassPlan& plan, const Footprint& footprint,
                                           std::string id) {
  auto run =
      std::make_shared<Run>(with_timeline(run_of(what, plan, footprint, std::move(id)), timeline));
  tell_layers(run->series, kEntries, kBytes);
  return run;
}

}  // namespace kvf::gui
