#include "sim/memory/paging.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "sim/held_passes.h"
#include "sim/memory/layered_pass.h"
#include "sim/memory/paged_blocks.h"
#include "sim/memory/paged_layers.h"

namespace kvf {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

void check(std::span<const BatchMember> members, const PagingOptions& options) {
  const auto check_block = [](const BlockTables& tables) {
    if (tables.block < Tokens(1)) throw std::invalid_argument("a block holds at least 1 token");
    return tables.block;
  };
  Tokens block = check_block(options.tables);
  for (const BlockTables& tables : options.sweep) block = std::max(block, check_block(tables));
  Bytes all;  // overflows here, and then nowhere else
  for (const BatchMember& member : members) {
    const Schedule& schedule = member.schedule;
    if (schedule.nominal_streaming) {
      throw std::invalid_argument(
          "a nominal share of heads has no blocks; expected whole heads (rounding duo or prulong)");
    }
    Tokens tokens = schedule.plan.rows() + block;
    for (const PassRun& run : schedule.plan.runs) tokens += run.appended.times(run.count);
    for (const Group& group : schedule.groups) {
      all += Bytes(per_entry(group, Unit::bytes)).times(tokens.count()).times(member.count);
    }
  }
}

// Figures of tables with compaction: blocks of so many slots, each with padding.
template <std::size_t kFigures>
class Compacted {
 public:
  explicit Compacted(Tokens block, std::int64_t padding = 0) : block_(block), padding_(padding) {}

  // `tables` equal tables of a longest cell.
  void add(const CellInPass& in, std::int64_t tables, std::int64_t slot_bytes,
           LayerFigures<kFigures>& to) const {
    add(in.past, tables, slot_bytes, to.past);
    add(in.during, tables, slot_bytes, to.during);
    add(in.after, tables, slot_bytes, to.after);
  }

 private:
  void add(std::int64_t entries, std::int64_t tables, std::int64_t slot_bytes,
           std::array<std::int64_t, kFigures>& to) const {
    const std::int64_t blocks = blocks_for(entries, block_);
    const std::int64_t slots = blocks * block_.count();
    to[kInUseBytes] += tables * slots * (slot_bytes + padding_);
    if constexpr (kFigures == kBlockFigures) {
      to[kBlocks] += tables * blocks;
      to[kTailBytes] += tables * (slots - entries) * slot_bytes;
      to[kPaddingBytes] += tables * slots * padding_;
    }
  }
  Tokens block_;
  std::int64_t padding_;
};

void take_longest(CellInPass& longest, const CellInPass& in) {
  longest.past = std::max(longest.past, in.past);
  longest.during = std::max(longest.during, in.during);
  longest.after = std::max(longest.after, in.after);
}

// Of a member, over some stacks.
void take_longest(CellInPass& longest, const LayerStack& stack, std::size_t member,
                  const CellsInPass& now) {
  for (const LayerPart& part : stack.parts) {
    if (part.member == member) take_longest(longest, now[member][part.rule]);
  }
}

// A group of tables, and what of it is in each stack.
struct StackGroup {
  std::int64_t slots = 1;
  std::int64_t padding = 0;
  std::vector<std::size_t> stacks;
  std::vector<std::int64_t> slot_bytes;  // by member
};
std::vector<StackGroup> by_stack(std::span<const TableGroup> groups, std::size_t members,
                                 const std::vector<LayerStack>& stacks) {
  std::vector<StackGroup> list;
  for (const TableGroup& group : groups) {
    StackGroup of{group.slots, group.padding.count(), {}, {}};
    of.slot_bytes.resize(members);
    for (std::size_t s = 0; s < stacks.size(); ++s) {
      const std::int64_t layers = stacks[s].layers_in(group);
      if (layers == 0) continue;
      of.stacks.push_back(s);
      for (std::size_t m = 0; m < members; ++m) {
        of.slot_bytes[m] += layers * stacks[s].slot_bytes(m);
      }
    }
    list.push_back(std::move(of));
  }
  return list;
}

// One pass of a run under tables with compaction.
template <std::size_t kFigures>
LayeredPass<kFigures> compacted_pass(const BlockTables& tables, std::span<const StackGroup> groups,
                                     const CellsInPass& now, std::span<const BatchMember> members,
                                     const std::vector<LayerStack>& stacks) {
  LayeredPass<kFigures> pass;
  if (tables.of == TableOf::sequence) {
    LayerFigures<kFigures> all;
    for (const StackGroup& group : groups) {
      const Compacted<kFigures> cache(tables.block.times(group.slots), group.padding);
      for (std::size_t m = 0; m < members.size(); ++m) {
        CellInPass longest;
        for (const std::size_t s : group.stacks) take_longest(longest, stacks[s], m, now);
        cache.add(longest, members[m].count, group.slot_bytes[m], all);
      }
    }
    pass.add(all);
    return pass;
  }
  const Compacted<kFigures> cache(tables.block);
  for (const LayerStack& stack : stacks) {
    LayerFigures<kFigures> layer;
    if (tables.of == TableOf::head) {
      for (const LayerPart& part : stack.parts) {
        cache.add(now[part.member][part.rule], part.heads * part.copies * part.sequences,
                  part.bytes, layer);
      }
    } else {
      for (std::size_t m = 0; m < members.size(); ++m) {
        CellInPass longest;
        take_longest(longest, stack, m, now);
        cache.add(longest, members[m].count, stack.slot_bytes(m), layer);
      }
    }
    pass.add(layer, stack.layers);
  }
  return pass;
}

// All layers under one table.
std::vector<TableGroup> one_group(const std::vector<LayerStack>& stacks) {
  TableGroup group;
  for (const LayerStack& stack : stacks) {
    group.layers.insert(group.layers.end(), stack.numbers.begin(), stack.numbers.end());
  }
  return {group};
}

enum class When : std::uint8_t { during, after };

// What is held and live at the moment of a pass when layer `layer` attends, or all of them do.
void set_held(PagedMoment& moment, When when, std::int64_t layer, bool of_sequence,
              const std::vector<LayerStack>& stacks, const CellsInPass& now) {
  std::array<std::int64_t, 2> sum{};
  std::int64_t number = 0;
  for (const LayerStack& stack : stacks) {
    const LayerFigures<3> one = held_in_layer(stack, now);
    for (std::int64_t l = 0; l < stack.layers; ++l, ++number) {
      const bool attends = when == When::during && (of_sequence || number == layer);
      const bool done = when == When::after || number < layer;
      const auto& figures = attends ? one.during : done ? one.after : one.past;
      for (std::size_t f = 0; f < sum.size(); ++f) sum[f] += figures[f];
    }
  }
  moment.held = Bytes(sum[0]);
  moment.live = Bytes(sum[1]);
}

PagedMoment moment_of(const DetailedPass& pass, std::int64_t number, When when) {
  const auto get = [&](BlockFigure f) {
    return when == When::during ? pass.during(f) : pass.after(f);
  };
  PagedMoment moment;
  moment.pass = number;
  moment.in_use = Bytes(get(kInUseBytes));
  moment.tail = Bytes(get(kTailBytes));
  moment.padding = Bytes(get(kPaddingBytes));
  moment.blocks = Blocks(get(kBlocks));
  moment.pinned = Blocks(get(kPinnedBlocks));
  return moment;
}

// Adds a pass to a peak and a sum over the decode passes.
void add(PagedBytes& bytes, std::int64_t during, bool decode) {
  bytes.peak = std::max(bytes.peak, Bytes(during));
  if (decode) bytes.decode += Area(during);
}

}  // namespace

Paging page(std::span<const BatchMember> members, const PagingOptions& options) {
  check(members, options);
  const RunPasses passes = run_passes(members);
  Paging result;
  result.tables = options.tables;

  // From the lives of entries: no compaction.
  PassesOf<kBlockFigures> detail{options.tables, {}};
  detail.passes.resize(at(passes.count));
  std::vector<PassesOf<1>> sweep;
  for (const BlockTables& tables : options.sweep) {
    sweep.push_back({tables, {}});
    if (!tables.compaction) sweep.back().passes.resize(at(passes.count));
  }
  const bool with_moves = options.tables.compaction ||
                          std::any_of(options.sweep.begin(), options.sweep.end(),
                                      [](const BlockTables& tables) { return tables.compaction; });
  const std::vector<LayerStack> stacks = layer_stacks(members, false);
  const std::vector<TableGroup> groups =
      options.groups.empty() ? one_group(stacks) : options.groups;
  if (options.tables.of == TableOf::sequence) result.groups = std::ssize(groups);
  const std::int64_t moved =
      BlockPlayer(members, passes, groups, options.scores, options.threads).play(detail, sweep);
  if (with_moves) result.moved = Bytes(moved);

  // From their number: compaction, and what is held.
  const std::vector<StackGroup> by_stacks = by_stack(groups, members.size(), stacks);
  for (const PassesOf<1>& tables : sweep) result.sweep.push_back({tables.tables, {}});
  for_each_held_pass(members, passes, [&](std::int64_t p, const CellsInPass& now) {
    const bool decode = passes.decode[at(p)] != 0;
    std::int64_t all_layers = 0;
    SizedPass layerwise;
    for (const LayerStack& stack : stacks) {
      const LayerFigures<3> held = held_in_layer(stack, now);
      layerwise.add({{held.past[0]}, {held.during[0]}, {held.after[0]}}, stack.layers);
      all_layers += stack.layers * held.during[0];
    }
    add(result.held_all_layers, all_layers, decode);
    add(result.held_layerwise, layerwise.during(), decode);
    if (options.tables.compaction) {
      detail.passes[at(p)] =
          compacted_pass<kBlockFigures>(options.tables, by_stacks, now, members, stacks);
    }
    for (std::size_t i = 0; i < sweep.size(); ++i) {
      const BlockTables& tables = sweep[i].tables;
      const std::int64_t during =
          tables.compaction ? compacted_pass<1>(tables, by_stacks, now, members, stacks).during()
                            : sweep[i].passes[at(p)].during();
      add(result.sweep[i].in_use, during, decode);
    }
  });

  for (std::int64_t p = 0; p < passes.count; ++p) {
    const DetailedPass& pass = detail.passes[at(p)];
    result.blocks.add(pass.past(kBlocks), pass.during(kBlocks), pass.after(kBlocks));
    result.in_use.add(pass.past(), pass.during(), pass.after());
    if (result.peak.pass < 0 || Bytes(pass.during()) > result.peak.in_use) {
      result.peak = moment_of(pass, p, When::during);
    }
  }
  if (passes.count == 0) return result;
  if (passes.after_prefill >= 0) {
    result.after_prefill =
        moment_of(detail.passes[at(passes.after_prefill)], passes.after_prefill, When::after);
  }
  result.after_decode = moment_of(detail.passes.back(), passes.count - 1, When::after);
  for_each_held_pass(members, passes, [&](std::int64_t p, const CellsInPass& now) {
    const bool of_sequence = options.tables.of == TableOf::sequence;
    const auto set = [&](PagedMoment& moment, When when) {
      if (moment.pass == p) {
        set_held(moment, when, detail.passes[at(p)].at(), of_sequence, stacks, now);
      }
    };
    set(result.peak, When::during);
    set(result.after_prefill, When::after);
    set(result.after_decode, When::after);
  });
  return result;
}

}  // namespace kvf
