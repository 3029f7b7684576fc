#include "sim/play.h"

#include <algorithm>
#include <cmath>
#include <string>

#include <fmt/format.h>

#include "models/closed_form.h"
#include "sim/input/policy.h"
#include "sim/simulate.h"
#include "sim/simulate_batch.h"

namespace kvf {
namespace {

// How often each rule counts: among the streaming heads of a nominal share, and among the others.
struct Weights {
  std::vector<std::int64_t> others;
  std::vector<std::int64_t> streaming;

  static Weights of_cells(const Schedule& schedule) {
    Weights w;
    for (const RuleCells& cells : schedule.cells) {
      w.others.push_back(cells.others);
      w.streaming.push_back(cells.streaming);
    }
    return w;
  }
  static Weights of_stored_sets(const Schedule& schedule) {
    Weights w;
    for (const RuleCells& cells : schedule.cells) {
      w.others.push_back(cells.stored_others);
      w.streaming.push_back(cells.stored_streaming);
    }
    return w;
  }
};

// Entries of all rules; per_cell(rule) are those of one cell. Only a nominal share is rounded.
template <class PerCell>
std::int64_t sum(const Schedule& schedule, const Weights& weights, PerCell&& per_cell) {
  std::int64_t others = 0;
  std::int64_t streaming = 0;
  for (std::size_t r = 0; r < weights.others.size(); ++r) {
    others += weights.others[r] * per_cell(r);
    streaming += weights.streaming[r] * per_cell(r);
  }
  if (!schedule.nominal_streaming) return others;
  return std::llrint(schedule.weight(Role::streaming) * static_cast<double>(streaming) +
                     schedule.weight(Role::full) * static_cast<double>(others));
}

// What the track of a sum holds in the passes of a block; sum_of(per_cell) makes the sum.
template <class SumOf>
TrackColumns columns(const PlayedBlock& block, SumOf&& sum_of) {
  TrackColumns columns;
  const std::int64_t added = (block.run.rows + block.run.appended).count();
  for (std::int64_t i = 0; i < block.count; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const auto past = [&](std::size_t rule) { return block.past(rule)[at]; };
    columns.first_row.push_back((block.position + block.run.rows.times(i)).count());
    columns.rows.push_back(block.run.rows.count());
    columns.past.push_back(sum_of(past));
    columns.held_during.push_back(sum_of([&](std::size_t rule) { return past(rule) + added; }));
    columns.held_after.push_back(sum_of([&](std::size_t rule) { return block.after(rule)[at]; }));
  }
  return columns;
}

std::vector<PhaseSpan> phases_of(const PassPlan& plan) {
  std::vector<PhaseSpan> phases;
  for (const PassRun& run : plan.runs) {
    const std::string name = run.phase == Phase::prefill ? "prefill" : "decode";
    if (phases.empty() || phases.back().name != name) phases.push_back({name, run.first, 0});
    phases.back().passes += run.count;
  }
  return phases;
}

RunInfo info_of(const PlayedCase& c, const input::Scenario& scenario) {
  RunInfo info;
  info.label = c.policy->label;
  info.policy = input::to_json(c.policy->spec);
  info.task = c.task->name;
  info.prompt = c.task->workload.prompt;
  info.output = c.task->workload.output;
  info.prefill_chunk = c.task->workload.chunk;
  info.model = scenario.model_title;
  info.accounting = to_string(c.schedule.accounting);
  if (c.schedule.accounting == Accounting::implementation) {
    info.implementation = to_string(c.schedule.convention);
  }
  info.footprint = c.footprint;
  info.peak_bytes = c.peak_bytes();
  info.closed_form_agrees = c.agrees;
  return info;
}

void play_case(PlayedCase& c, Tracks tracks, const input::Scenario& scenario, RunFileWriter& writer,
               const std::function<void(double)>& progress) {
  const Schedule& schedule = c.schedule;
  const Weights cells = Weights::of_cells(schedule);
  const Weights stored = Weights::of_stored_sets(schedule);
  const std::int64_t total = writer.add_track({"total", "", -1, schedule.shape.cells().count()});
  std::vector<std::int64_t> of_groups;
  if (tracks == Tracks::group) {
    for (const Group& group : schedule.groups) {
      const std::string role(to_string(group.role));
      of_groups.push_back(writer.add_track(
          {fmt::format("layer {} {}", group.layer, role), role, group.layer, group.heads.count()}));
    }
  }
  const auto passes = static_cast<double>(schedule.plan.passes());
  const Result result = simulate(schedule, [&](const PlayedBlock& block) {
    writer.append(total,
                  columns(block, [&](auto per_cell) { return sum(schedule, cells, per_cell); }));
    for (std::size_t g = 0; g < of_groups.size(); ++g) {
      const Group& group = schedule.groups[g];
      writer.append(of_groups[g], columns(block, [&](auto per_cell) {
                      return group.heads.count() * per_cell(group.rule);
                    }));
    }
    const std::int64_t added = (block.run.rows + block.run.appended).count();
    for (std::size_t i = 0; i < static_cast<std::size_t>(block.count); ++i) {
      const Entries held(
          sum(schedule, stored, [&](std::size_t rule) { return block.past(rule)[i] + added; }));
      c.stored_peak = std::max(c.stored_peak, held);
    }
    if (progress) progress(static_cast<double>(block.first + block.count) / passes);
  });
  c.footprint = result.footprint;
  c.agrees = result == closed_form(schedule);
  writer.finish_run(info_of(c, scenario), phases_of(schedule.plan), {});
}

void play_batch(PlayedCase& c, const input::Scenario& scenario, RunFileWriter& writer,
                const std::function<void(double)>& progress) {
  const Batch batch = plan_batch(c.policy->spec, scenario.shape, c.task->sequences,
                                 scenario.accounting, c.policy->convention);
  const LockStep steps(batch.members);
  std::vector<std::int64_t> tracks;
  for (const BatchMember& member : batch.members) {
    const std::string name = fmt::format("sequence {}{}", tracks.size() + 1,
                                         member.count > 1 ? fmt::format(" x{}", member.count) : "");
    tracks.push_back(
        writer.add_track({name, "", -1, scenario.shape.cells().times(member.count).count()}));
  }
  c.footprint = simulate(batch, [&](const PlayedBatchPass& played) {
    Entries stored;
    for (std::size_t m = 0; m < tracks.size(); ++m) {
      const BatchMember& member = batch.members[m];
      const auto sum_of = [&](const Weights& weights, auto entries) {
        return member.count * sum(member.schedule, weights,
                                  [&](std::size_t rule) { return entries(played.now[m][rule]); });
      };
      const auto during = [](const InPass& in) { return in.past + in.added; };
      const Weights cells = Weights::of_cells(member.schedule);
      const Pass& pass = played.passes[m];
      writer.append(tracks[m], {{pass.position.count()},
                                {pass.rows.count()},
                                {sum_of(cells, [](const InPass& in) { return in.past; })},
                                {sum_of(cells, during)},
                                {sum_of(cells, [](const InPass& in) { return in.after; })}});
      stored += Entries(sum_of(Weights::of_stored_sets(member.schedule), during));
    }
    c.stored_peak = std::max(c.stored_peak, stored);
    if (progress) {
      progress(static_cast<double>(played.pass) / static_cast<double>(steps.passes()));
    }
  });
  c.agrees = c.footprint == closed_form(batch);
  const std::vector<PhaseSpan> phases{
      {"prefill", 0, steps.prefill_passes()},
      {"decode", steps.prefill_passes(), steps.passes() - steps.prefill_passes()}};
  writer.finish_run(info_of(c, scenario), phases, {});
}

}  // namespace

std::vector<PlayedCase> play(const input::Scenario& scenario, Tracks tracks, RunFileWriter& writer,
                             const std::function<void(double share)>& progress) {
  std::vector<PlayedCase> cases;
  const std::size_t count = scenario.policies.size() * scenario.tasks.size();
  cases.reserve(count);
  for (const input::ScenarioPolicy& policy : scenario.policies) {
    for (const input::ScenarioTask& task : scenario.tasks) {
      const auto done = static_cast<double>(cases.size());
      cases.push_back(
          {&policy,
           &task,
           plan(policy.spec, scenario.shape, task.workload, scenario.accounting, policy.convention),
           {},
           false,
           {}});
      std::function<void(double)> of_case;
      if (progress) {
        of_case = [&](double share) { progress((done + share) / static_cast<double>(count)); };
      }
      if (task.sequences.empty()) {
        play_case(cases.back(), tracks, scenario, writer, of_case);
      } else {
        play_batch(cases.back(), scenario, writer, of_case);
      }
    }
  }
  return cases;
}

}  // namespace kvf
