// Blocks of a paged cache ("pages"): when each is in use, and what is wasted inside.
//
// A block table gives the slots of a cache to blocks of so many tokens. Entries take slots in the
// order in which they come; slot s lies in block s / block. A block is taken by the first entry that
// needs it and freed at the end of the pass that leaves none of its entries alive. Slots that are
// free inside a block in use are not written again: they are holes, unless a pass ends with
// compaction, which moves the survivors of each cell to the front.
//
// Nothing here goes through passes block by block. What decides is when the entries of each slot
// end; the blocks of any size follow from it in one walk over the slots.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "models/block_tables.h"
#include "models/units.h"

namespace kvf {

// A pass of the run, from 0. At most 2^31 of them: half the memory of what is kept for each slot.
using PassNumber = std::int32_t;
constexpr PassNumber kNoPass = -1;
constexpr PassNumber kStays = std::numeric_limits<PassNumber>::max();

// What one pass of a sequence writes: slots up to `end` that stay written, then `transient` ones
// for tokens that are dropped when the pass ends, and whose slots the next pass writes again.
struct Write {
  PassNumber pass = 0;
  std::int64_t first = 0;  // its first slot
  std::int64_t end = 0;
  std::int64_t transient = 0;
  std::int64_t shift = 0;  // slot of a row less its position in the sequence
};

// The slots of a sequence: the same for all tables, as every cell is given every token.
struct Slots {
  std::vector<Write> writes;     // by pass of the sequence
  std::vector<PassNumber> born;  // of each slot: the pass that writes it

  void add(const Write& write);
};

// When the entries of each slot go, over the cells of a table.
struct SlotEnds {
  std::vector<PassNumber> last;    // the pass at whose end the last one goes, or kStays
  std::vector<PassNumber> second;  // the same of the last but one; kNoPass if there is but one

  // One cell, of which nothing has gone yet.
  explicit SlotEnds(std::size_t slots = 0) : last(slots, kStays), second(slots, kNoPass) {}
  // Another cell, or cells, under the same table.
  void merge(const SlotEnds& other);
};

// How a figure changes in each pass: by `taken` when it begins, by `freed` when it ends. `released`
// goes before a pass begins, because a sequence has finished.
struct Changes {
  std::vector<std::int64_t> taken, freed, released;

  explicit Changes(std::size_t passes = 0)
      : taken(passes + 1), freed(passes + 1), released(passes + 1) {}
  // `left` goes when the sequence has finished, which is after pass `last`.
  void release(std::int64_t left, PassNumber last) {
    released[static_cast<std::size_t>(last) + 1] += left;
  }
};

// Each of these adds the figures of one table, every block counting `weight`, and gives what the
// table still has at its end. `block` is at least 1.

// Blocks in use.
std::int64_t count_blocks(const Slots& slots, const SlotEnds& ends, Tokens block,
                          std::int64_t weight, Changes& changes);
// Blocks that one surviving entry keeps from being freed: all their slots were written, and one
// entry in one cell is alive. A block counts from the end of the pass that leaves it so.
std::int64_t count_pinned(const Slots& slots, const SlotEnds& ends, Tokens block,
                          std::int64_t weight, Changes& changes);
// Slots that are not written yet, in the last block of the table. `weight`: of a slot.
std::int64_t count_tail(const Slots& slots, const SlotEnds& ends, Tokens block, std::int64_t weight,
                        Changes& changes);

// Blocks of `entries` that lie side by side: what compaction leaves.
constexpr std::int64_t blocks_for(std::int64_t entries, Tokens block) {
  return (entries + block.count() - 1) / block.count();
}

}  // namespace kvf
