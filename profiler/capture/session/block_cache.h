// The KV cache of one sequence in blocks, as a program holds it: block tables, entries that come and
// go, survivors that move. It decides nothing: how many entries stay is the schedule's, which ones
// the scores'.
//
// What the tables share says what a block is: slots of one KV head, of all heads of a layer, or of all
// heads of all layers, head after head (attention/layout.h says how one head's slots lie).
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "models/block_tables.h"
#include "models/schedule.h"
#include "profiler/capture/attention/pass.h"
#include "profiler/capture/session/block_manager.h"
#include "profiler/capture/session/head_slots.h"
#include "sim/alloc/lifespans.h"

namespace kvf::capture {

// Throws std::invalid_argument, with what is wrong, for a schedule that cannot be held so: a nominal
// share of heads, latents, keys of another width than values, or without some of their channels, heads
// of which only some are copied, tokens that are appended without compaction.
void check_capturable(const Schedule& schedule, const BlockTables& tables);

class BlockCache {
 public:
  // A KV head, copies included.
  struct Cell {
    HeadSlots slots;
    HeadMask mask;

    // What its rule has come to.
    const Rule* rule;
    RuleState state;
    LifeTracker tracker;
    Tokens held;
    Tokens rows;  // of them; the others were appended
  };
  struct Layer {
    std::int64_t number = 0;
    std::int64_t copies = 1;
    std::int64_t head_dim = 0;
    std::int64_t query_heads = 0;
    std::deque<Cell> cells;  // which do not move

    // Of all heads; those of copies count once.
    std::int64_t entries() const;
  };

  // All must outlive this. `sequence`: its number in the log.
  BlockCache(std::int64_t sequence, const Schedule& schedule, const BlockTables& tables,
             const ScoreModel& scores, Device& device, BlockManager& manager);
  BlockCache(const BlockCache&) = delete;
  BlockCache& operator=(const BlockCache&) = delete;

  // Those that hold entries, in order: each is appended to, attends, evicts; then the next one.
  const std::deque<Layer>& layers() const { return layers_; }

  void begin_pass(const Pass& pass);
  // Takes blocks for the rows of the pass, and what is appended, and writes their keys and values:
  // of each the first numbers of `content`, which has head_dim of them for each row and token
  // appended, in the cache's dtype.
  void append(std::size_t layer, std::span<const std::byte> content);
  void evict(std::size_t layer);
  void end_pass();
  // The sequence has ended: gives all blocks back.
  void release();

 private:
  static constexpr std::int64_t kAllLayers = -1;

  // A table, and the heads that share it.
  struct Table {
    std::int64_t layer;
    BlockTable blocks;
    std::vector<Cell*> cells;
  };

  Table& table_for(std::int64_t layer, std::int64_t head);
  void evict(Cell& cell);
  // Gives back the blocks of the layer's own tables that hold nothing any more.
  void settle(std::int64_t layer);

  std::int64_t sequence_;
  BlockTables tables_of_;
  BlockManager& manager_;
  std::deque<Layer> layers_;
  std::deque<Table> tables_;  // by layer, by head
  Pass pass_;
};

}  // namespace kvf::capture
