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

using Now = std::vector<std::vector<CellInPass>>;

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

// Figures of one layer with compaction: the blocks of its longest cell under a shared table.
template <std::size_t kFigures>
class Compacted {
 public:
  explicit Compacted(Tokens block) : block_(block) {}

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
    to[kReservedBytes] += tables * blocks * block_.count() * slot_bytes;
    if constexpr (kFigures == kBlockFigures) {
      to[kBlocks] += tables * blocks;
      to[kTailBytes] += tables * (blocks * block_.count() - entries) * slot_bytes;
    }
  }
  Tokens block_;
};

void take_longest(CellInPass& longest, const CellInPass& in) {
  longest.past = std::max(longest.past, in.past);
  longest.during = std::max(longest.during, in.during);
  longest.after = std::max(longest.after, in.after);
}

// One pass of a run under tables with compaction.
template <std::size_t kFigures>
LayeredPass<kFigures> compacted_pass(const BlockTables& tables, const Now& now,
                                     std::span<const BatchMember> members,
                                     const std::vector<LayerStack>& stacks) {
  const Compacted<kFigures> cache(tables.block);
  LayeredPass<kFigures> pass;
  std::vector<CellInPass> longest(members.size());
  std::vector<std::int64_t> slot_bytes(members.size());
  for (const LayerStack& stack : stacks) {
    LayerFigures<kFigures> layer;
    if (tables.of != TableOf::sequence) std::fill(longest.begin(), longest.end(), CellInPass{});
    for (const LayerPart& part : stack.parts) {
      const CellInPass& in = now[part.member][part.rule];
      if (tables.of == TableOf::head) {
        cache.add(in, part.heads * part.copies * part.sequences, part.bytes, layer);
      } else {
        take_longest(longest[part.member], in);
      }
    }
    for (std::size_t m = 0; m < members.size(); ++m) {
      if (tables.of == TableOf::sequence) slot_bytes[m] += stack.layers * stack.slot_bytes(m);
      if (tables.of != TableOf::layer) continue;
      cache.add(longest[m], members[m].count, stack.slot_bytes(m), layer);
    }
    if (tables.of != TableOf::sequence) pass.add(layer, stack.layers);
  }
  if (tables.of == TableOf::sequence) {
    LayerFigures<kFigures> all;
    for (std::size_t m = 0; m < members.size(); ++m) {
      cache.add(longest[m], members[m].count, slot_bytes[m], all);
    }
    pass.add(all);
  }
  return pass;
}

// Entries held and live, in bytes, of one layer.
LayerFigures<2> held_of(const LayerStack& stack, const Now& now) {
  LayerFigures<2> layer;
  for (const LayerPart& part : stack.parts) {
    const CellInPass& in = now[part.member][part.rule];
    const std::int64_t bytes = part.slot_bytes() * part.sequences;
    const auto add = [&](std::array<std::int64_t, 2>& to, std::int64_t held, std::int64_t masked) {
      to[0] += bytes * held;
      to[1] += bytes * (held - masked);
    };
    add(layer.past, in.past, in.masked_past);
    add(layer.during, in.during, in.masked_past);
    add(layer.after, in.after, in.masked_after);
  }
  return layer;
}

enum class When : std::uint8_t { during, after };

// What is held and live at the moment of a pass when layer `layer` attends, or all of them do.
void set_held(PagedMoment& moment, When when, std::int64_t layer, bool of_sequence,
              const std::vector<LayerStack>& stacks, const Now& now) {
  std::array<std::int64_t, 2> sum{};
  std::int64_t number = 0;
  for (const LayerStack& stack : stacks) {
    const LayerFigures<2> one = held_of(stack, now);
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
  moment.reserved = Bytes(get(kReservedBytes));
  moment.tail = Bytes(get(kTailBytes));
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
  const std::int64_t moved =
      BlockPlayer(members, passes, options.scores, options.threads).play(detail, sweep);
  if (with_moves) result.moved = Bytes(moved);

  // From their number: compaction, and what is held.
  const std::vector<LayerStack> stacks = layer_stacks(members, false);
  for (const PassesOf<1>& tables : sweep) result.sweep.push_back({tables.tables, {}});
  for_each_held_pass(members, passes, [&](std::int64_t p, const Now& now) {
    const bool decode = passes.decode[at(p)] != 0;
    std::int64_t all_layers = 0;
    SizedPass layerwise;
    for (const LayerStack& stack : stacks) {
      const LayerFigures<2> held = held_of(stack, now);
      layerwise.add({{held.past[0]}, {held.during[0]}, {held.after[0]}}, stack.layers);
      all_layers += stack.layers * held.during[0];
    }
    add(result.held_all_layers, all_layers, decode);
    add(result.held_layerwise, layerwise.during(), decode);
    if (options.tables.compaction) {
      detail.passes[at(p)] = compacted_pass<kBlockFigures>(options.tables, now, members, stacks);
    }
    for (std::size_t i = 0; i < sweep.size(); ++i) {
      const BlockTables& tables = sweep[i].tables;
      const std::int64_t during = tables.compaction
                                      ? compacted_pass<1>(tables, now, members, stacks).during()
                                      : sweep[i].passes[at(p)].during();
      add(result.sweep[i].reserved, during, decode);
    }
  });

  for (std::int64_t p = 0; p < passes.count; ++p) {
    const DetailedPass& pass = detail.passes[at(p)];
    result.blocks.add(pass.past(kBlocks), pass.during(kBlocks), pass.after(kBlocks));
    result.reserved.add(pass.past(), pass.during(), pass.after());
    if (result.peak.pass < 0 || Bytes(pass.during()) > result.peak.reserved) {
      result.peak = moment_of(pass, p, When::during);
    }
  }
  if (passes.count == 0) return result;
  if (passes.after_prefill >= 0) {
    result.after_prefill =
        moment_of(detail.passes[at(passes.after_prefill)], passes.after_prefill, When::after);
  }
  result.after_decode = moment_of(detail.passes.back(), passes.count - 1, When::after);
  for_each_held_pass(members, passes, [&](std::int64_t p, const Now& now) {
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
