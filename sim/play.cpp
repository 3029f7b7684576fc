#include "sim/play.h"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "models/closed_form.h"
#include "sim/input/policy.h"
#include "sim/simulate.h"
#include "sim/simulate_batch.h"
#include "sim/write_lives.h"
#include "timeline/pass_columns.h"

namespace kvf {
namespace {

// Entries of all cells; per_cell(rule) are those of one. Only a nominal share is rounded.
template <class PerCell>
std::int64_t sum(const Schedule& schedule, PerCell&& per_cell) {
  HeldSum held;
  for (std::size_t r = 0; r < schedule.cells.size(); ++r) {
    const std::int64_t entries = per_cell(r);
    held += {schedule.cells[r].others * entries, schedule.cells[r].streaming * entries};
  }
  return schedule.rounded(held);
}

// Entries of all sequences of a batch in a pass; a nominal share is rounded once.
template <class Entries>
std::int64_t sum_of_batch(const Batch& batch, const PlayedBatchPass& played, Entries&& entries) {
  HeldSum held;
  for (std::size_t m = 0; m < batch.members.size(); ++m) {
    const BatchMember& member = batch.members[m];
    for (std::size_t r = 0; r < member.schedule.cells.size(); ++r) {
      const std::int64_t of_cell = member.count * entries(played.now[m][r]);
      held +=
          {member.schedule.cells[r].others * of_cell, member.schedule.cells[r].streaming * of_cell};
    }
  }
  return batch.members.front().schedule.rounded(held);
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

RunInfo info_of(const PlayedCase& c, const input::Scenario& scenario) {
  RunInfo info;
  info.label = c.policy->label;
  info.policy = input::to_json(c.policy->spec);
  info.task = c.task->name;
  info.prompt = c.task->workload.prompt;
  info.output = c.task->workload.output;
  for (const Turn& turn : c.task->workload.turns) {
    info.prompt += turn.prompt;
    info.output += turn.output;
  }
  info.prefill_chunk = c.task->workload.chunk;
  info.model = scenario.model_title;
  info.accounting = to_string(c.schedule.accounting);
  if (c.schedule.accounting == Accounting::implementation) {
    info.implementation = to_string(c.schedule.convention);
  }
  info.footprint = c.footprint;
  info.peak_bytes = c.peak_bytes.all_layers;
  info.closed_form_agrees = c.agrees;
  return info;
}

// Played pass by pass, so many would take hours.
constexpr std::int64_t kMostPasses = 2'000'000'000;

void check_length(const PassPlan& plan) {
  if (plan.passes() <= kMostPasses) return;
  throw std::invalid_argument(
      fmt::format("{} passes are too many to be played one by one; expected at most {} "
                  "(`kvfootprint footprint` "
                  "has the closed form)",
                  plan.passes(), kMostPasses));
}

// Adds the case in blocks. All sequences are whole.
void page_case(PlayedCase& c, std::span<const BatchMember> members,
               std::shared_ptr<const Paging>& full, std::span<const BatchMember> full_members,
               const PlayOptions& options, const input::Scenario& scenario) {
  const std::int64_t ranks = scenario.memory->ranks();
  PagingOptions paging;
  Tables tables = tables_of(scenario, members);
  paging.tables = tables.tables;
  paging.groups = std::move(tables.groups);
  paging.scores = options.scores;
  if (scenario.blocks()->sweep) {
    for (const TableOf of : {TableOf::sequence, TableOf::layer, TableOf::head}) {
      for (const bool compaction : {false, true}) {
        for (const std::int64_t size : kSweptBlocks) {
          paging.sweep.push_back({Tokens(size), of, compaction});
        }
      }
    }
  }
  const auto page_one_gpu = [&](std::span<const BatchMember> whole, const PolicySpec& policy) {
    return page(on_one_gpu({whole.begin(), whole.end()}, policy, ranks), paging);
  };
  if (full == nullptr) {
    full = std::make_shared<const Paging>(page_one_gpu(full_members, PolicySpec{}));
  }
  c.paging = PagedCase{page_one_gpu(members, c.policy->spec), full, {}};
}

// When the passes of the case begin, which it gives, and how long its phases are. `here`: on one GPU.
std::optional<std::vector<std::int64_t>> add_clock(PlayedCase& c, const BatchMember& here,
                                                   const input::Scenario& scenario,
                                                   RunFileWriter& writer) {
  if (!has_seconds(scenario, *c.task)) return std::nullopt;
  std::vector<std::int64_t> clock = clock_of(here, *c.levels->beside->time);
  RunSeconds& seconds = c.seconds.emplace();
  for (const PassRun& run : here.schedule.plan.runs) {
    const auto first = static_cast<std::size_t>(run.first);
    (run.phase == Phase::decode ? seconds.decode_ns : seconds.prefill_ns) +=
        clock[first + static_cast<std::size_t>(run.count)] - clock[first];
  }
  writer.append_points(writer.add_curve({"passes", "", TrackUnit::passes}), clock_curve(clock));
  return clock;
}

// Adds what the scenario asks of memory, and its tracks. `track` has the rows of each pass.
void add_memory(PlayedCase& c, const std::vector<BatchMember>& members,
                std::shared_ptr<const Paging>& full, std::span<const BatchMember> full_members,
                const PlayOptions& options, const input::Scenario& scenario, TrackColumns track,
                RunFileWriter& writer) {
  if (!scenario.memory) return;
  const bool paged = scenario.blocks() != nullptr;
  if (paged) page_case(c, members, full, full_members, options, scenario);
  c.levels = levels_of(scenario, c.policy->spec, members, paged ? &c.paging->of_policy : nullptr);
  const Levels& levels = *c.levels;
  if (paged && levels.beside && levels.beside->pool)
    c.paging->engine_pool = levels.beside->pool->mid;
  std::int64_t cells = 0;
  const std::vector<BatchMember> here =
      on_one_gpu(members, c.policy->spec, scenario.memory->ranks());
  for (const BatchMember& member : here) {
    cells += member.schedule.shape.cells().times(member.count).count();
  }
  const auto clock = add_clock(c, here.front(), scenario, writer);
  const auto write = [&](std::string_view name, TrackUnit unit, const LevelColumn& column,
                         std::string_view role = "") {
    if (clock && unit == TrackUnit::bytes) {
      c.seconds->byte_ns.emplace_back(name, byte_nanoseconds(column.during, *clock));
    }
    track.past = column.past;
    track.held_during = column.during;
    track.held_after = column.after;
    writer.append(writer.add_track({std::string(name), std::string(role), -1, cells, -1, 1, unit}),
                  track);
  };
  if (paged) write("blocks", TrackUnit::blocks, c.paging->of_policy.blocks);
  if (levels.live != levels.held) write("live", TrackUnit::bytes, levels.live);
  write("held", TrackUnit::bytes, levels.held);
  write("cache", TrackUnit::bytes, levels.cache);
  write("reserved", TrackUnit::bytes, levels.reserved);
  if (!levels.beside) return;
  write("device", TrackUnit::bytes, levels.device);
  for (const auto& [name, column] : levels.beside_columns()) {
    write(name, TrackUnit::bytes, column, "beside");
  }
}

void play_case(PlayedCase& c, const PlayOptions& options, const input::Scenario& scenario,
               std::shared_ptr<const Paging>& full, RunFileWriter& writer,
               const std::function<void(double)>& progress) {
  const Schedule& schedule = c.schedule;
  check_length(schedule.plan);
  const std::int64_t total = writer.add_track({"total", "", -1, schedule.shape.cells().count()});
  std::vector<std::int64_t> of_groups;
  if (options.tracks == Tracks::group) {
    for (const Group& group : schedule.groups) {
      const std::string role(to_string(group.role));
      of_groups.push_back(
          writer.add_track({fmt::format("layer {} {}", group.layer, role), role, group.layer,
                            group.heads.count(), -1, schedule.weight(group.role)}));
    }
  }
  const auto passes = static_cast<double>(schedule.plan.passes());
  const Result result = simulate(schedule, [&](const PlayedBlock& block) {
    writer.append(total, columns(block, [&](auto per_cell) { return sum(schedule, per_cell); }));
    for (std::size_t g = 0; g < of_groups.size(); ++g) {
      const Group& group = schedule.groups[g];
      writer.append(of_groups[g], columns(block, [&](auto per_cell) {
                      return group.heads.count() * per_cell(group.rule);
                    }));
    }
    if (progress) progress(static_cast<double>(block.first + block.count) / passes);
  });
  c.footprint = result.footprint;
  c.agrees = result == closed_form(schedule);
  c.peak_bytes = peak_bytes(schedule);
  if (scenario.memory) {
    const std::vector<BatchMember> members{{schedule, 1}};
    const std::vector<BatchMember> all{{plan(PolicySpec{}, scenario.shape, schedule.workload,
                                             schedule.accounting, schedule.convention),
                                        1}};
    add_memory(c, members, full, all, options, scenario, rows_of(schedule.plan), writer);
  }
  write_lives(schedule, options, writer);
  writer.finish_run(info_of(c, scenario), phases_of(schedule.plan), {});
}

void play_batch(PlayedCase& c, const PlayOptions& options, const input::Scenario& scenario,
                std::shared_ptr<const Paging>& full, RunFileWriter& writer,
                const std::function<void(double)>& progress) {
  const Batch batch = plan_batch(c.policy->spec, scenario.shape, c.task->sequences,
                                 scenario.accounting, c.policy->convention);
  const LockStep steps(batch.members);
  for (const BatchMember& member : batch.members) check_length(member.schedule.plan);
  std::int64_t cells = 0;
  for (const BatchMember& member : batch.members) {
    cells += scenario.shape.cells().times(member.count).count();
  }
  const std::int64_t total = writer.add_track({"total", "", -1, cells});
  std::vector<std::int64_t> tracks;
  for (const BatchMember& member : batch.members) {
    const std::string name = fmt::format("sequence {}{}", tracks.size() + 1,
                                         member.count > 1 ? fmt::format(" x{}", member.count) : "");
    tracks.push_back(
        writer.add_track({name, "", -1, scenario.shape.cells().times(member.count).count(),
                          static_cast<std::int64_t>(tracks.size())}));
  }
  TrackColumns track;  // of memory: a pass is as long as its longest sequence
  c.footprint = simulate(batch, [&](const PlayedBatchPass& played) {
    const auto longest = std::max_element(
        played.passes.begin(), played.passes.end(), [](const Pass& a, const Pass& b) {
          return std::pair(a.rows, a.position) < std::pair(b.rows, b.position);
        });
    if (scenario.memory) {
      track.first_row.push_back(longest->position.count());
      track.rows.push_back(longest->rows.count());
    }
    writer.append(
        total, {{longest->position.count()},
                {longest->rows.count()},
                {sum_of_batch(batch, played, [](const InPass& in) { return in.past; })},
                {sum_of_batch(batch, played, [](const InPass& in) { return in.past + in.added; })},
                {sum_of_batch(batch, played, [](const InPass& in) { return in.after; })}});
    for (std::size_t m = 0; m < tracks.size(); ++m) {
      const BatchMember& member = batch.members[m];
      const auto sum_of = [&](auto entries) {
        return member.count *
               sum(member.schedule, [&](std::size_t rule) { return entries(played.now[m][rule]); });
      };
      const Pass& pass = played.passes[m];
      writer.append(tracks[m], {{pass.position.count()},
                                {pass.rows.count()},
                                {sum_of([](const InPass& in) { return in.past; })},
                                {sum_of([](const InPass& in) { return in.past + in.added; })},
                                {sum_of([](const InPass& in) { return in.after; })}});
    }
    if (progress) {
      progress(static_cast<double>(played.pass) / static_cast<double>(steps.passes()));
    }
  });
  c.agrees = c.footprint == closed_form(batch);
  c.peak_bytes = peak_bytes(batch);
  add_memory(c, batch.members, full, batch.full, options, scenario, std::move(track), writer);
  write_lives(batch, options, writer);
  const std::vector<PhaseSpan> phases{
      {"prefill", 0, steps.prefill_passes()},
      {"decode", steps.prefill_passes(), steps.passes() - steps.prefill_passes()}};
  writer.finish_run(info_of(c, scenario), phases, {});
}

}  // namespace

std::vector<PlayedCase> play(const input::Scenario& scenario, const PlayOptions& options,
                             RunFileWriter& writer,
                             const std::function<void(double share)>& progress) {
  std::vector<PlayedCase> cases;
  const std::size_t count = scenario.policies.size() * scenario.tasks.size();
  cases.reserve(count);
  // Full attention in blocks, by task and convention: the same for all policies.
  std::map<std::pair<const input::ScenarioTask*, Convention>, std::shared_ptr<const Paging>> fulls;
  for (const input::ScenarioPolicy& policy : scenario.policies) {
    for (const input::ScenarioTask& task : scenario.tasks) {
      const auto done = static_cast<double>(cases.size());
      cases.push_back(
          {&policy,
           &task,
           plan(policy.spec, scenario.shape, task.workload, scenario.accounting, policy.convention),
           {},
           false,
           {},
           {},
           {}});
      std::function<void(double)> of_case;
      if (progress) {
        of_case = [&](double share) { progress((done + share) / static_cast<double>(count)); };
      }
      auto& full = fulls[{&task, cases.back().schedule.convention}];
      if (task.sequences.empty()) {
        play_case(cases.back(), options, scenario, full, writer, of_case);
      } else {
        play_batch(cases.back(), options, scenario, full, writer, of_case);
      }
    }
  }
  return cases;
}

}  // namespace kvf
