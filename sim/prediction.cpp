#include "sim/prediction.h"

#include <algorithm>
#include <array>
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
#include "timeline/pass_columns.h"

namespace kvf {
namespace {

constexpr Bytes kTokenId{8};  // PyTorch's int64

// What one cell of a rule holds, pass by pass, from its segments.
LevelColumn held_by(const Rule& rule, const PassPlan& plan) {
  LevelColumn held;
  for (const Segment& segment : segments(rule, plan)) {
    const std::int64_t added = (segment.rows + segment.appended).count();
    for (std::int64_t i = 0; i < segment.count; ++i) {
      const std::int64_t past = segment.past_at(i).count();
      held.add(past, past + added, segment.after_at(i).count());
    }
  }
  return held;
}

Track track(std::string name, TrackUnit unit, std::int64_t layer, const TrackColumns& passes,
            const LevelColumn& column) {
  Track made{{std::move(name), "", layer, 0, -1, 1, unit}, passes};
  made.columns.past = column.past;
  made.columns.held_during = column.during;
  made.columns.held_after = column.after;
  return made;
}

// Blocks of the tables of one layer, if each cell of group g holds held(g) entries.
template <class Held>
std::int64_t blocks_of_layer(std::span<const Group> groups, const BlockTables& tables,
                             Held&& held) {
  std::int64_t blocks = 0;
  std::int64_t most = 0;
  for (const Group& group : groups) {
    const std::int64_t one = (held(group) + tables.block.count() - 1) / tables.block.count();
    blocks += group.heads.count() * group.copies * one;
    most = std::max(most, one);
  }
  return tables.of == TableOf::head ? blocks : most;
}

// Bytes of a block of the table of these groups.
std::int64_t block_bytes(std::span<const Group> groups, const BlockTables& tables) {
  std::int64_t bytes = 0;
  for (const Group& group : groups) {
    bytes += group.heads.count() * group.copies * group.bytes.count();
  }
  return bytes * tables.block.count();
}

// Groups of one layer follow one another.
std::vector<std::span<const Group>> layers_of(const Schedule& schedule) {
  std::vector<std::span<const Group>> layers;
  const std::span<const Group> all = schedule.groups;
  for (std::size_t begin = 0; begin < all.size();) {
    std::size_t end = begin + 1;
    while (end < all.size() && all[end].layer == all[begin].layer) ++end;
    layers.push_back(all.subspan(begin, end - begin));
    begin = end;
  }
  return layers;
}

// Adds `blocks`, `cache` and `layer N` of survivors that lie side by side.
void add_packed_blocks(Timeline& timeline, const Schedule& schedule, const BlockTables& tables,
                       const TrackColumns& passes) {
  std::vector<LevelColumn> rules;
  for (const Rule& rule : schedule.rules) rules.push_back(held_by(rule, schedule.plan));
  const auto layers = layers_of(schedule);
  const bool shared = tables.of == TableOf::sequence;
  std::vector<LevelColumn> of_layers(layers.size());
  LevelColumn blocks;
  LevelColumn bytes;
  for (std::size_t pass = 0; pass < passes.passes(); ++pass) {
    // While a layer attends, those below it have evicted and those above have not begun.
    LevelColumn now;       // of this pass, layer by layer
    LevelColumn in_bytes;  // the same
    for (std::size_t l = 0; l < layers.size(); ++l) {
      const auto at = [&](const std::vector<std::int64_t> LevelColumn::*moment) {
        return blocks_of_layer(layers[l], tables,
                               [&](const Group& g) { return (rules[g.rule].*moment)[pass]; });
      };
      const std::int64_t past = at(&LevelColumn::past);
      const std::int64_t during = at(&LevelColumn::during);
      const std::int64_t after = at(&LevelColumn::after);
      const std::int64_t each = tables.of == TableOf::head
                                    ? tables.block.count() * layers[l].front().bytes.count()
                                    : block_bytes(layers[l], tables);
      now.add(past, during, after);
      in_bytes.add(past * each, during * each, after * each);
      of_layers[l].add(past, during, after);
    }
    const auto total = [&](const LevelColumn& of) {
      const auto sum = [&](const std::vector<std::int64_t>& values) {
        std::int64_t result = 0;
        for (const std::int64_t value : values) result += value;
        return result;
      };
      const std::int64_t begins = sum(of.past);
      std::int64_t most = 0;
      std::int64_t changed = 0;
      for (std::size_t l = 0; l < layers.size(); ++l) {
        most = std::max(most, begins + changed + of.during[l] - of.past[l]);
        changed += of.after[l] - of.past[l];
      }
      return std::array{begins, std::max(most, begins), begins + changed};
    };
    const auto greatest = [&](const LevelColumn& of, std::int64_t weight) {
      const auto most = [&](const std::vector<std::int64_t>& values) {
        return weight * *std::max_element(values.begin(), values.end());
      };
      return std::array{most(of.past), most(of.during), most(of.after)};
    };
    const std::int64_t whole = shared ? block_bytes(schedule.groups, tables) : 0;
    const auto b = shared ? greatest(now, 1) : total(now);
    const auto y = shared ? greatest(now, whole) : total(in_bytes);
    blocks.add(b[0], b[1], b[2]);
    bytes.add(y[0], y[1], y[2]);
  }
  timeline.tracks.push_back(track("blocks", TrackUnit::blocks, -1, passes, blocks));
  timeline.tracks.push_back(track("cache", TrackUnit::bytes, -1, passes, bytes));
  if (shared) return;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const std::int64_t layer = layers[l].front().layer;
    timeline.tracks.push_back(
        track(fmt::format("layer {}", layer), TrackUnit::blocks, layer, passes, of_layers[l]));
  }
}

bool evicts(const Schedule& schedule) {
  for (const Rule& rule : schedule.rules) {
    const LevelColumn held = held_by(rule, schedule.plan);
    if (held.during != held.after) return true;
  }
  return false;
}

// Bytes of hidden states that wait between passes, by pass: after each.
std::vector<std::int64_t> hidden_states(const input::Scenario& scenario, const Schedule& schedule) {
  std::vector<RuleState> states;
  for (const Rule& rule : schedule.rules) states.push_back(initial_state(rule));
  std::vector<std::int64_t> held(schedule.rules.size());
  std::vector<std::int64_t> rows;  // summed over layers
  for (const PassRun& run : schedule.plan.runs) {
    for (std::int64_t i = 0; i < run.count; ++i) {
      const Pass pass = schedule.plan.pass(run, i);
      for (std::size_t r = 0; r < held.size(); ++r) {
        held[r] =
            keep(schedule.rules[r], states[r], pass, Tokens(held[r]) + pass.rows + pass.appended)
                .count();
      }
      std::int64_t waiting = 0;
      for (const auto& layer : layers_of(schedule)) {
        const std::uint32_t rule = layer.front().rule;
        waiting += hidden_rows(schedule.rules[rule], states[rule]).count();
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
  const BatchMember& member = members.front();
  const bool fixed = scenario.memory && scenario.memory->cache == input::CacheKind::static_length;
  const Below driver{input::AllocatorKind::driver, Bytes(1), {}};
  LevelColumn allocated =
      buffer_levels(member.schedule, member.count,
                    fixed ? input::CacheKind::static_length : input::CacheKind::contiguous, driver)
          .cache;
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
                 const input::ScenarioPolicy& policy) {
  const std::vector<BatchMember> members = input::members_of(scenario, task, policy);
  if (members.size() > 1) {
    throw std::invalid_argument("a batch of unequal sequences is not predicted pass by pass");
  }
  const BatchMember& member = members.front();
  const Schedule& schedule = member.schedule;
  if (schedule.nominal_streaming) {
    throw std::invalid_argument("a nominal share of heads is held by no program");
  }
  const TrackColumns passes = rows_of(schedule.plan);
  Timeline timeline;
  timeline.phases = phases_of(schedule.plan);
  const BlockTables* tables = scenario.blocks() ? &scenario.blocks()->tables : nullptr;
  const HeldLevels held =
      held_levels(members, tables != nullptr && tables->of == TableOf::sequence);
  timeline.tracks.push_back(track("total", TrackUnit::entries, -1, passes, held.entries));
  timeline.tracks.push_back(track("held", TrackUnit::bytes, -1, passes, held.held));
  if (tables == nullptr) {
    add_tensors(timeline, scenario, members, passes);
    return timeline;
  }
  if (member.count > 1) throw std::invalid_argument("blocks of a batch are not predicted");
  if (tables->compaction || !evicts(schedule)) {
    add_packed_blocks(timeline, schedule, *tables, passes);
    return timeline;
  }
  PagingOptions options;
  options.tables = *tables;
  const Paging paging = page(members, options);
  timeline.tracks.push_back(track("blocks", TrackUnit::blocks, -1, passes, paging.blocks));
  timeline.tracks.push_back(track("cache", TrackUnit::bytes, -1, passes, paging.in_use));
  return timeline;
}

}  // namespace kvf
