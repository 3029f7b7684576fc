// Which block of a paged cache is free, filling, live or pinned at which pass: the picture of what
// paging costs, for any window of blocks and passes at the cost of the picture.
//
// It comes from the lives of entries alone. An entry's slot is its position in the sequence (no
// compaction, nothing appended), slot s is in block s / block_tokens; with blocks of one token a row
// is a token. What holds at a pass is what it attends: an entry counts from the pass that gives
// birth to it to the pass that evicts it, both included.
//
// Each block is a list of steps, one for each pass that changes it; nothing is kept for the passes in
// between. Levels above hold steps of 2, 4, 8 ... neighbouring blocks together, and over the steps of
// each level lies a pyramid, 16 to one, so that neither many blocks in a row of pixels nor many
// passes in a column are gone through. What is put together this way is a union of states and a
// least number: one block in a state for one pass is seen at any zoom.
//
// Building takes O((lives + blocks) x levels) time. A step of a block takes 12 bytes, one of a level
// above 8; those are far fewer, because unions and minima seldom change, and levels of more rows
// than kMostRows are not kept.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "models/life.h"
#include "timeline/pass_axis.h"

namespace kvf {

// Of a block at a pass; what costs more comes later.
enum class BlockState : std::uint8_t {
  unused,   // none of its slots has been written
  freed,    // all that was written is evicted
  live,     // all slots are live
  filling,  // all written slots are live; others are still to be written
  pinned,   // some slots are evicted, but survivors keep the block
};
inline constexpr std::array<std::string_view, 5> kBlockStateWords{"not yet used", "freed", "live",
                                                                  "filling", "pinned"};
constexpr std::string_view to_string(BlockState state) {
  return kBlockStateWords[static_cast<std::size_t>(state)];
}

// What some blocks are during some passes.
struct BlockCell {
  std::uint8_t states = 0;  // bit i: BlockState i occurs; 0: there is nothing
  // The fewest live slots of a block that is live or pinned; kNone where there is no such block. Of
  // several blocks rounded down to a half, a quarter, an eighth ... of a block's slots.
  std::uint16_t live_min = kNone;

  static constexpr std::uint16_t kNone = 0xffff;
  bool has(BlockState state) const { return (states >> static_cast<unsigned>(state) & 1U) != 0; }
  void add(const BlockCell& other);
  friend bool operator==(const BlockCell&, const BlockCell&) = default;
};

// One block at one pass, for a readout.
struct BlockReadout {
  std::int64_t block = 0;
  std::int64_t first_token = 0, last_token = 0;  // its slots
  BlockState state = BlockState::unused;
  std::int64_t live = 0, dead = 0;  // slots
  std::int64_t since = 0;           // the pass from which it has been in this state
  friend bool operator==(const BlockReadout&, const BlockReadout&) = default;
};

// Columns up to `end`, from the end of the run before, show `cell`.
struct CellRun {
  std::int64_t end = 0;
  BlockCell cell;
  friend bool operator==(const CellRun&, const CellRun&) = default;
};

// Immutable.
class OccupancyMap {
 public:
  // A sequence may have so many tokens, which bounds the memory of whatever a file says.
  static constexpr std::int64_t kMostTokens = std::int64_t{1} << 24;

  // More rows than screens have: of levels above the lowest only those with no more are kept.
  static constexpr std::int64_t kMostRows = 4096;

  OccupancyMap() = default;
  // The lives of one cell, or of `cells` cells that share their blocks (a block is free when none of
  // them has an entry in it), in any order. `passes`: of the run, at most 2^31 - 2. Throws
  // std::invalid_argument for numbers out of range, and more than 65,534 slots in a block of all cells.
  OccupancyMap(std::span<const Life> lives, std::int64_t block_tokens, std::int64_t passes,
               std::int64_t cells = 1);

  std::int64_t blocks() const { return blocks_; }
  std::int64_t block_tokens() const { return block_tokens_; }
  std::int64_t capacity() const { return capacity_; }  // slots of a block, all cells
  std::int64_t passes() const { return passes_; }

  // The rows of level 0 are blocks, those of higher levels so many neighbouring blocks, a power of
  // two; the last row may have fewer.
  std::int64_t rows(std::size_t level) const;
  std::int64_t blocks_per_row(std::size_t level) const;
  std::size_t levels() const { return levels_.size(); }
  // The lowest level that has at most `most` rows (at least 1).
  std::size_t level_for(std::int64_t most) const;

  // What the columns, as PassAxis gives them, show of a row: neighbouring columns that show the same
  // are one run. Empty ones, and passes that are not of the run, show nothing. Costs at most columns x
  // depth, and less where little changes.
  void row(std::size_t level, std::int64_t row, std::span<const PassColumn> columns,
           std::vector<CellRun>& runs) const;

  // Throws std::out_of_range.
  BlockReadout at(std::int64_t block, std::int64_t pass) const;

  std::size_t bytes() const;  // of memory

 private:
  struct Level {
    int shift = 0;                     // 2^shift blocks in a row
    std::vector<std::size_t> begin;    // of each row's steps, and one more
    std::vector<std::int32_t> passes;  // when each step begins; the first of a row at 0
    std::vector<BlockCell> cells;
    std::vector<std::vector<BlockCell>> above;  // the pyramid: 16 of the ones below in each
    void push(std::int32_t pass, const BlockCell& cell);
    void build_pyramid();
    BlockCell sum(std::size_t first, std::size_t end) const;
    std::int64_t rows() const { return static_cast<std::int64_t>(begin.size()) - 1; }
  };
  void build_lowest(std::span<const Life> lives);
  Level merged(const Level& below) const;

  std::int64_t blocks_ = 0;
  std::int64_t block_tokens_ = 1;
  std::int64_t capacity_ = 1;
  std::int64_t passes_ = 0;
  std::vector<Level> levels_;
  struct Slots {
    std::uint16_t live, written;
  };
  std::vector<Slots> slots_;  // of each step of the lowest level
};

}  // namespace kvf
