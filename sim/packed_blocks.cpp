#include "sim/packed_blocks.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "models/closed_form.h"

namespace kvf {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

// What one cell of a rule holds, by passes of the batch, from its segments.
LevelColumn held_by(const Rule& rule, const PassPlan& plan, const LockStep& steps) {
  const std::vector<std::int64_t> none(at(steps.passes()));
  LevelColumn held{none, none, none};
  const std::int64_t own_prefill = LockStep::prefill_passes_of(plan);
  for (const Segment& segment : segments(rule, plan)) {
    const std::int64_t added = (segment.rows + segment.appended).count();
    for (std::int64_t i = 0; i < segment.count; ++i) {
      const std::size_t pass = at(steps.pass_of(segment.first + i, own_prefill));
      held.past[pass] = segment.past_at(i).count();
      held.during[pass] = held.past[pass] + added;
      held.after[pass] = segment.after_at(i).count();
    }
  }
  for (std::int64_t waits = own_prefill; waits < steps.prefill_passes(); ++waits) {
    const std::int64_t has = waits == 0 ? 0 : held.after[at(waits - 1)];
    held.past[at(waits)] = held.during[at(waits)] = held.after[at(waits)] = has;
  }
  return held;
}

// Blocks or bytes of one layer, or of all: before a pass, while it attends, and after it.
struct Moments {
  std::int64_t past = 0, during = 0, after = 0;

  void add(const Moments& more, std::int64_t times) {
    past += times * more.past;
    during += times * more.during;
    after += times * more.after;
  }
};

// While a layer attends, those below it have evicted and those above have not begun.
class Layers {
 public:
  void add(const Moments& layer) {
    most_ = std::max(most_, change_ + layer.during - layer.past);
    past_ += layer.past;
    change_ += layer.after - layer.past;
  }
  void end(LevelColumn& column) const { column.add(past_, past_ + most_, past_ + change_); }

 private:
  std::int64_t past_ = 0, most_ = 0, change_ = 0;
};

constexpr std::int64_t kAllLayers = -1;

// Equal block tables, each as long as the longest of the cells that share it.
struct Tables {
  std::int64_t count = 0;
  std::int64_t slot_bytes = 0;
  std::vector<const LevelColumn*> cells;

  Moments blocks(std::size_t pass, Tokens block) const {
    std::int64_t past = 0, during = 0, after = 0;
    for (const LevelColumn* cell : cells) {
      past = std::max(past, cell->past[pass]);
      during = std::max(during, cell->during[pass]);
      after = std::max(after, cell->after[pass]);
    }
    const auto of = [&](std::int64_t entries) {
      return (entries + block.count() - 1) / block.count();
    };
    return {of(past), of(during), of(after)};
  }
};
using TablesByLayer = std::map<std::int64_t, std::vector<Tables>>;

// `rules`: what a cell of each rule of the member holds.
void add_tables(TablesByLayer& tables, const BatchMember& member, TableOf of,
                const std::vector<LevelColumn>& rules) {
  std::int64_t shared = kAllLayers - 1;  // the layer whose table was made last
  for (const Group& group : member.schedule.groups) {
    const std::int64_t cells = group.heads.count() * group.copies;
    const std::int64_t layer = of == TableOf::sequence ? kAllLayers : group.layer;
    std::vector<Tables>& here = tables[layer];
    if (of == TableOf::head) {
      here.push_back({member.count * cells, group.bytes.count(), {&rules[group.rule]}});
      continue;
    }
    if (std::exchange(shared, layer) != layer) here.push_back({member.count, 0, {}});
    here.back().slot_bytes += cells * group.bytes.count();
    here.back().cells.push_back(&rules[group.rule]);
  }
}

}  // namespace

PackedBlocks packed_blocks(std::span<const BatchMember> members, const BlockTables& tables) {
  const LockStep steps(members);
  std::vector<std::vector<LevelColumn>> held;  // by member and rule
  for (const BatchMember& member : members) {
    std::vector<LevelColumn>& of = held.emplace_back();
    for (const Rule& rule : member.schedule.rules) {
      of.push_back(held_by(rule, member.schedule.plan, steps));
    }
  }
  TablesByLayer layers;
  for (std::size_t m = 0; m < members.size(); ++m) {
    add_tables(layers, members[m], tables.of, held[m]);
  }
  PackedBlocks packed;
  for (std::size_t pass = 0; pass < at(steps.passes()); ++pass) {
    Layers all;
    Layers all_bytes;
    for (const auto& [number, of_layer] : layers) {
      Moments blocks;
      Moments bytes;
      for (const Tables& equal : of_layer) {
        const Moments one = equal.blocks(pass, tables.block);
        blocks.add(one, equal.count);
        bytes.add(one, equal.count * equal.slot_bytes * tables.block.count());
      }
      all.add(blocks);
      all_bytes.add(bytes);
      if (number == kAllLayers) continue;
      packed.layers[number].add(blocks.past, blocks.during, blocks.after);
    }
    all.end(packed.blocks);
    all_bytes.end(packed.bytes);
  }
  return packed;
}

bool evicts(const Schedule& schedule) {
  return std::any_of(schedule.rules.begin(), schedule.rules.end(), [&](const Rule& rule) {
    const std::vector<Segment> runs = segments(rule, schedule.plan);
    return std::any_of(runs.begin(), runs.end(), [](const Segment& s) {
      const auto loses = [&](std::int64_t i) {
        return s.after_at(i) < s.past_at(i) + s.rows + s.appended;
      };
      return loses(0) || loses(s.count - 1);
    });
  });
}

}  // namespace kvf
