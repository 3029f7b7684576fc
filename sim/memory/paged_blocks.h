// The blocks of a run by pass, from the lives of its entries: without compaction.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "sim/alloc/paged.h"
#include "sim/alloc/score_model.h"
#include "sim/held_passes.h"
#include "sim/memory/layered_pass.h"
#include "sim/memory/paged_cells.h"
#include "sim/memory/paged_layers.h"

namespace kvf {

// What is followed of block tables in detail, in this order.
enum BlockFigure : std::uint8_t { kInUseBytes, kBlocks, kPinnedBlocks, kTailBytes, kPaddingBytes };
constexpr std::size_t kBlockFigures = 5;

using DetailedPass = LayeredPass<kBlockFigures>;
using SizedPass = LayeredPass<1>;  // bytes reserved

// The passes of a run under one kind of block tables.
template <std::size_t kFigures>
struct PassesOf {
  BlockTables tables;
  std::vector<LayeredPass<kFigures>> passes;  // by pass
};

// Plays all cells, some layers at a time, each on one of `threads` threads, and fills in the passes
// of the tables given: those with compaction are left alone. Gives the bytes that compaction moves.
class BlockPlayer {
 public:
  // `groups`: of tables of a sequence, each layer in one of them.
  BlockPlayer(std::span<const BatchMember> members, const RunPasses& passes,
              std::span<const TableGroup> groups, const ScoreModel& scores, std::size_t threads)
      : members_(members), passes_(passes), groups_(groups), scores_(scores), threads_(threads) {}

  std::int64_t play(PassesOf<kBlockFigures>& detail, std::vector<PassesOf<1>>& sweep);

 private:
  using Cell = std::shared_ptr<const CellPages>;
  // The cells of some stacks: cells[part] are its heads, or one that stands for all of them. The
  // table of a layer: by member.
  struct PlayedStack {
    const LayerStack* stack = nullptr;
    std::vector<std::vector<Cell>> cells;
    std::vector<SlotEnds> layer_tables;
  };
  std::vector<PlayedStack> play_cells(std::span<const LayerStack> stacks);
  void merge_layers(PlayedStack& played) const;
  void merge_sequences(const std::vector<PlayedStack>& played);
  template <std::size_t kFigures>
  void add(const PlayedStack& played, PassesOf<kFigures>& to) const;
  template <std::size_t kFigures>
  void add_sequences(std::span<const LayerStack> stacks, PassesOf<kFigures>& to) const;
  template <std::size_t kFigures>
  using AllChanges = std::vector<Changes>;
  // Equal tables. A slot has bytes for entries, and padding.
  struct Tables {
    Tokens block;
    std::int64_t count = 1;
    std::int64_t slot_bytes = 0;
    std::int64_t padding = 0;
  };
  template <std::size_t kFigures>
  void count(std::size_t member, const SlotEnds& ends, const Tables& tables,
             AllChanges<kFigures>& changes) const;
  template <std::size_t kFigures>
  void add_changes(const AllChanges<kFigures>& changes, std::int64_t layers,
                   PassesOf<kFigures>& to) const;

  std::span<const BatchMember> members_;
  const RunPasses& passes_;
  std::span<const TableGroup> groups_;
  const ScoreModel& scores_;
  std::size_t threads_;
  std::vector<std::vector<SlotEnds>> sequence_tables_;  // by member and group, of the layers so far
  // Cells whose entries do not depend on scores, by member and rule.
  std::map<std::pair<std::size_t, std::uint32_t>, Cell> fixed_;
  std::size_t fixed_bytes_ = 0;
};

}  // namespace kvf
