#include "sim/memory/paged_blocks.h"

#include <algorithm>

#include "sim/alloc/parallel.h"

namespace kvf {
namespace {

// Of cells that are kept because others keep the same: what a run may spend on it.
constexpr std::size_t kFixedBytes = std::size_t{256} << 20;

// Puts `cells` equal cells under a table. Of two, the last entry of a slot is never alone.
void put(SlotEnds& table, bool& empty, const SlotEnds& cell, std::int64_t cells) {
  if (empty) {
    table = cell;
  } else {
    table.merge(cell);
  }
  if (cells > 1) table.merge(cell);
  empty = false;
}

}  // namespace

std::vector<BlockPlayer::PlayedStack> BlockPlayer::play_cells(std::span<const LayerStack> stacks) {
  struct Job {
    const LayerPart* part;
    std::int64_t cell;  // for the scores
    std::size_t stack, index, head;
  };
  std::vector<PlayedStack> played(stacks.size());
  std::vector<Job> jobs;
  for (std::size_t s = 0; s < stacks.size(); ++s) {
    played[s].stack = &stacks[s];
    for (std::size_t p = 0; p < stacks[s].parts.size(); ++p) {
      const LayerPart& part = stacks[s].parts[p];
      auto& cells = played[s].cells.emplace_back(part.scored ? part.heads : 1);
      const auto known = fixed_.find({part.member, part.rule});
      if (!part.scored && known != fixed_.end()) {
        cells[0] = known->second;
        continue;
      }
      for (std::size_t head = 0; head < cells.size(); ++head) {
        jobs.push_back(
            {&part, stacks[s].first_cell[p] + static_cast<std::int64_t>(head), s, p, head});
      }
    }
  }
  parallel_for(jobs.size(), threads_, [&](std::size_t j) {
    const Job& job = jobs[j];
    const std::size_t member = job.part->member;
    played[job.stack].cells[job.index][job.head] = std::make_shared<const CellPages>(play_pages(
        members_[member].schedule, passes_.slots[member], job.part->rule, job.cell, scores_));
  });
  for (const Job& job : jobs) {
    const Cell& cell = played[job.stack].cells[job.index][job.head];
    const std::size_t bytes = cell->ends.last.size() * 2 * sizeof(PassNumber);
    if (job.part->scored || fixed_bytes_ + bytes > kFixedBytes) continue;
    if (fixed_.emplace(std::pair{job.part->member, job.part->rule}, cell).second) {
      fixed_bytes_ += bytes;
    }
  }
  return played;
}

void BlockPlayer::merge_layers(PlayedStack& played) const {
  played.layer_tables.resize(members_.size());
  for (std::size_t m = 0; m < members_.size(); ++m) {
    bool empty = true;
    for (std::size_t p = 0; p < played.cells.size(); ++p) {
      const LayerPart& part = played.stack->parts[p];
      if (part.member != m) continue;
      for (const Cell& cell : played.cells[p]) {
        put(played.layer_tables[m], empty, cell->ends,
            part.copies * (part.scored ? 1 : part.heads));
      }
    }
  }
}

void BlockPlayer::merge_sequences(const std::vector<PlayedStack>& played) {
  for (std::size_t m = 0; m < members_.size(); ++m) {
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      SlotEnds& table = sequence_tables_[m][g];
      bool empty = table.last.empty();
      for (const PlayedStack& stack : played) {
        const std::int64_t layers = stack.stack->layers_in(groups_[g]);
        if (layers > 0) put(table, empty, stack.layer_tables[m], layers);
      }
    }
  }
}

template <std::size_t kFigures>
void BlockPlayer::count(std::size_t member, const SlotEnds& ends, const Tables& tables,
                        AllChanges<kFigures>& changes) const {
  const Slots& slots = passes_.slots[member];
  const PassNumber last = passes_.last[member];
  if (slots.writes.empty()) return;
  const Tokens block = tables.block;
  const auto add_blocks = [&](BlockFigure figure, std::int64_t weight) {
    changes[figure].release(count_blocks(slots, ends, block, weight, changes[figure]), last);
  };
  const std::int64_t of_block = tables.count * block.count();
  add_blocks(kInUseBytes, of_block * (tables.slot_bytes + tables.padding));
  if constexpr (kFigures == kBlockFigures) {
    add_blocks(kBlocks, tables.count);
    if (tables.padding > 0) add_blocks(kPaddingBytes, of_block * tables.padding);
    Changes& pinned = changes[kPinnedBlocks];
    pinned.release(count_pinned(slots, ends, block, tables.count, pinned), last);
    Changes& tail = changes[kTailBytes];
    tail.release(count_tail(slots, ends, block, tables.count * tables.slot_bytes, tail), last);
  }
}

template <std::size_t kFigures>
void BlockPlayer::add_changes(const AllChanges<kFigures>& changes, std::int64_t layers,
                              PassesOf<kFigures>& to) const {
  LayerFigures<kFigures> layer;
  for (std::size_t p = 0; p < to.passes.size(); ++p) {
    for (std::size_t f = 0; f < kFigures; ++f) {
      layer.past[f] = layer.after[f] - changes[f].released[p];
      layer.during[f] = layer.past[f] + changes[f].taken[p];
      layer.after[f] = layer.during[f] - changes[f].freed[p];
    }
    to.passes[p].add(layer, layers);
  }
}

template <std::size_t kFigures>
void BlockPlayer::add(const PlayedStack& played, PassesOf<kFigures>& to) const {
  const LayerStack& stack = *played.stack;
  AllChanges<kFigures> changes(kFigures, Changes(to.passes.size()));
  if (to.tables.of == TableOf::layer) {
    for (std::size_t m = 0; m < members_.size(); ++m) {
      count<kFigures>(m, played.layer_tables[m],
                      {to.tables.block, members_[m].count, stack.slot_bytes(m)}, changes);
    }
  } else {
    for (std::size_t p = 0; p < stack.parts.size(); ++p) {
      const LayerPart& part = stack.parts[p];
      const std::int64_t heads = part.scored ? 1 : part.heads;
      for (const Cell& cell : played.cells[p]) {
        count<kFigures>(part.member, cell->ends,
                        {to.tables.block, heads * part.copies * part.sequences, part.bytes},
                        changes);
      }
    }
  }
  add_changes<kFigures>(changes, stack.layers, to);
}

template <std::size_t kFigures>
void BlockPlayer::add_sequences(std::span<const LayerStack> stacks, PassesOf<kFigures>& to) const {
  AllChanges<kFigures> changes(kFigures, Changes(to.passes.size()));
  for (std::size_t m = 0; m < members_.size(); ++m) {
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      const TableGroup& group = groups_[g];
      Tables tables{to.tables.block.times(group.slots), members_[m].count, 0,
                    group.padding.count()};
      for (const LayerStack& stack : stacks) {
        tables.slot_bytes += stack.layers_in(group) * stack.slot_bytes(m);
      }
      const SlotEnds& ends = sequence_tables_[m][g];
      count<kFigures>(m, group.keeps_all ? SlotEnds(ends.last.size()) : ends, tables, changes);
    }
  }
  add_changes<kFigures>(changes, 1, to);
}

std::int64_t BlockPlayer::play(PassesOf<kBlockFigures>& detail, std::vector<PassesOf<1>>& sweep) {
  const std::vector<LayerStack> stacks = layer_stacks(members_, true);
  const std::span<const LayerStack> all(stacks);
  sequence_tables_.assign(members_.size(), std::vector<SlotEnds>(groups_.size()));
  // Each kind of tables by itself: number 0 is the detail.
  const auto for_tables = [&](bool of_sequence, auto&& use) {
    parallel_for(sweep.size() + 1, threads_, [&](std::size_t i) {
      const BlockTables& tables = i == 0 ? detail.tables : sweep[i - 1].tables;
      if (tables.compaction || (tables.of == TableOf::sequence) != of_sequence) return;
      if (i == 0) {
        use(detail);
      } else {
        use(sweep[i - 1]);
      }
    });
  };
  std::int64_t moved = 0;
  for (std::size_t begin = 0; begin < stacks.size();) {
    // A layer of few heads, as of MLA, does not occupy all threads.
    std::size_t end = begin;
    for (std::int64_t cells = 0; end < stacks.size() && cells < 8; ++end) {
      for (const LayerPart& part : stacks[end].parts) cells += part.scored ? part.heads : 1;
    }
    std::vector<PlayedStack> played = play_cells(all.subspan(begin, end - begin));
    parallel_for(played.size(), threads_, [&](std::size_t s) { merge_layers(played[s]); });
    merge_sequences(played);
    for_tables(false, [&](auto& tables) {
      for (const PlayedStack& stack : played) add(stack, tables);
    });
    for (const PlayedStack& stack : played) {
      for (std::size_t p = 0; p < stack.cells.size(); ++p) {
        const LayerPart& part = stack.stack->parts[p];
        const std::int64_t heads = stack.stack->layers * (part.scored ? 1 : part.heads);
        for (const Cell& cell : stack.cells[p]) {
          moved += cell->moved * heads * part.copies * part.sequences * part.bytes;
        }
      }
    }
    begin = end;
  }
  for_tables(true, [&](auto& tables) { add_sequences(all, tables); });
  return moved;
}

}  // namespace kvf
