#include "sim/prediction.h"

#include <algorithm>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "models/closed_form.h"
#include "models/dtype.h"
#include "sim/memory/buffer_levels.h"
#include "sim/memory/held_levels.h"
#include "sim/memory/paging.h"
#include "sim/packed_blocks.h"
#include "timeline/pass_columns.h"

namespace kvf {
namespace {

constexpr Bytes kTokenId{8};  // PyTorch's int64

Track track(std::string name, TrackUnit unit, std::int64_t layer, const TrackColumns& passes,
            const LevelColumn& column) {
  Track made{{std::move(name), "", layer, 0, -1, 1, unit}, passes};
  made.columns.past = column.past;
  made.columns.held_during = column.during;
  made.columns.held_after = column.after;
  return made;
}

// The passes of a batch: their rows are those of the longest sequence.
TrackColumns rows_of(std::span<const BatchMember> members, const LockStep& steps) {
  std::vector<std::pair<std::int64_t, std::int64_t>> longest(  // rows, and where they begin
      static_cast<std::size_t>(steps.passes()));
  for (const BatchMember& member : members) {
    const PassPlan& plan = member.schedule.plan;
    const TrackColumns own = kvf::rows_of(plan);
    for (std::size_t pass = 0; pass < own.passes(); ++pass) {
      const std::int64_t in_batch =
          steps.pass_of(static_cast<std::int64_t>(pass), LockStep::prefill_passes_of(plan));
      auto& of = longest[static_cast<std::size_t>(in_batch)];
      of = std::max(of, std::pair(own.rows[pass], own.first_row[pass]));
    }
  }
  TrackColumns passes;
  for (const auto& [rows, first_row] : longest) {
    passes.first_row.push_back(first_row);
    passes.rows.push_back(rows);
  }
  return passes;
}

std::vector<PhaseSpan> phases_of(std::span<const BatchMember> members, const LockStep& steps) {
  if (members.size() == 1) return kvf::phases_of(members.front().schedule.plan);  // with its turns
  std::vector<PhaseSpan> phases;
  const std::int64_t prefill = steps.prefill_passes();
  if (prefill > 0) phases.push_back({"prefill", 0, prefill});
  if (steps.passes() > prefill) phases.push_back({"decode", prefill, steps.passes() - prefill});
  return phases;
}

// Bytes of hidden states that wait between passes, by pass: after each.
std::vector<std::int64_t> hidden_states(const input::Scenario& scenario, const Schedule& schedule) {
  std::vector<RuleState> states;
  for (const Rule& rule : schedule.rules) states.push_back(initial_state(rule));
  std::vector<std::int64_t> held(schedule.rules.size());
  std::vector<std::int64_t> rows;  // summed over layers
  // Of a layer that has groups of several rules the first one's wait.
  std::vector<std::int64_t> layers(schedule.rules.size());
  for (std::size_t g = 0; g < schedule.groups.size(); ++g) {
    const Group& group = schedule.groups[g];
    if (g == 0 || group.layer != schedule.groups[g - 1].layer) ++layers[group.rule];
  }
  for (const PassRun& run : schedule.plan.runs) {
    for (std::int64_t i = 0; i < run.count; ++i) {
      const Pass pass = schedule.plan.pass(run, i);
      for (std::size_t r = 0; r < held.size(); ++r) {
        held[r] =
            keep(schedule.rules[r], states[r], pass, Tokens(held[r]) + pass.rows + pass.appended)
                .count();
      }
      std::int64_t waiting = 0;
      for (std::size_t r = 0; r < held.size(); ++r) {
        waiting += layers[r] * hidden_rows(schedule.rules[r], states[r]).count();
      }
      rows.push_back(waiting);
    }
  }
  if (std::all_of(rows.begin(), rows.end(), [](std::int64_t n) { return n == 0; })) return rows;
  const auto& weights = scenario.model->weights;
  if (!weights || weights->architecture.hidden == 0) {
    throw std::invalid_argument(
        "decoding-press keeps hidden states until it fires, and how wide they are is not known; "
        "expected a model that is a config.json, or of the catalogue");
  }
  for (std::int64_t& n : rows) {
    n = dtype(scenario.model->shape.dtype).bytes(n * weights->architecture.hidden).count();
  }
  return rows;
}

void add_tensors(Timeline& timeline, const input::Scenario& scenario,
                 const std::vector<BatchMember>& members, const TrackColumns& passes) {
  if (members.size() > 1) {
    throw std::invalid_argument("tensors of a batch of unequal sequences are not predicted");
  }
  const BatchMember& member = members.front();
  const bool fixed = scenario.memory && scenario.memory->cache == input::CacheKind::static_length;
  LevelColumn allocated =
      cache_level(member.schedule, member.count,
                  fixed ? input::CacheKind::static_length : input::CacheKind::contiguous);
  const std::vector<std::int64_t> hidden = hidden_states(scenario, member.schedule);
  std::int64_t before = 0;  // nothing waits before the first pass, no token was chosen
  for (std::size_t pass = 0; pass < hidden.size(); ++pass) {
    const std::int64_t after = member.count * (hidden[pass] + kTokenId.count());
    allocated.past[pass] += before;
    allocated.during[pass] += std::max(before, after);
    allocated.after[pass] += after;
    before = after;
  }
  timeline.tracks.push_back(track("allocated", TrackUnit::bytes, -1, passes, allocated));
}

}  // namespace

Timeline predict(const input::Scenario& scenario, const input::ScenarioTask& task,
                 const input::ScenarioPolicy& policy, const ScoreModel& scores) {
  const std::vector<BatchMember> members = input::members_of(scenario, task, policy);
  for (const BatchMember& member : members) {
    if (member.schedule.nominal_streaming) {
      throw std::invalid_argument("a nominal share of heads is held by no program");
    }
  }
  const LockStep steps(members);
  const TrackColumns passes = rows_of(members, steps);
  Timeline timeline;
  timeline.phases = phases_of(members, steps);
  const BlockTables* tables = scenario.blocks() ? &scenario.blocks()->tables : nullptr;
  const HeldLevels held =
      held_levels(members, tables != nullptr && tables->of == TableOf::sequence);
  timeline.tracks.push_back(track("total", TrackUnit::entries, -1, passes, held.entries));
  timeline.tracks.push_back(track("held", TrackUnit::bytes, -1, passes, held.held));
  if (tables == nullptr) {
    add_tensors(timeline, scenario, members, passes);
    return timeline;
  }
  const bool holes = !tables->compaction &&
                     std::any_of(members.begin(), members.end(),
                                 [](const BatchMember& member) { return evicts(member.schedule); });
  if (holes) {
    PagingOptions options;
    options.tables = *tables;
    options.scores = scores;
    const Paging paging = page(members, options);
    timeline.tracks.push_back(track("blocks", TrackUnit::blocks, -1, passes, paging.blocks));
    timeline.tracks.push_back(track("cache", TrackUnit::bytes, -1, passes, paging.in_use));
    return timeline;
  }
  const PackedBlocks packed = packed_blocks(members, *tables);
  timeline.tracks.push_back(track("blocks", TrackUnit::blocks, -1, passes, packed.blocks));
  timeline.tracks.push_back(track("cache", TrackUnit::bytes, -1, passes, packed.bytes));
  for (const auto& [layer, blocks] : packed.layers) {
    timeline.tracks.push_back(
        track(fmt::format("layer {}", layer), TrackUnit::blocks, layer, passes, blocks));
  }
  return timeline;
}

Footprint predicted_footprint(const input::Scenario& scenario, const input::ScenarioTask& task,
                              const input::ScenarioPolicy& policy) {
  if (!task.sequences.empty()) {
    return closed_form(plan_batch(policy.spec, scenario.shape, task.sequences, scenario.accounting,
                                  policy.convention));
  }
  return closed_form(plan(policy.spec, scenario.shape, task.workload, scenario.accounting,
                          policy.convention))
      .footprint;
}

}  // namespace kvf
