// A run under block tables: how many blocks it takes, and how much of what a policy evicts is saved
// once the cache is paged.
//
// A table of a whole sequence, or of a group of its layers, takes the blocks of all layers when a pass
// begins and frees them when it ends. Tables of layers or heads follow the layers, which run one after another: while layer l
// attends, those below it have evicted and those above it have not begun.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/batch.h"
#include "models/block_tables.h"
#include "sim/alloc/paged.h"
#include "sim/alloc/score_model.h"
#include "sim/memory/level_column.h"
#include "timeline/track.h"

namespace kvf {

// A cache at one moment, all sequences together: live <= held <= in use.
struct PagedMoment {
  std::int64_t pass = -1;  // -1: there is no such moment
  Bytes live;              // of entries that are not masked
  Bytes held;              // of entries
  Bytes in_use;            // of blocks in use
  Bytes tail;              // slots not written yet, in the last block of each table
  Blocks blocks;           // in use
  Blocks pinned;           // those that one surviving entry keeps (count_pinned)
  Bytes padding{};         // places of blocks in which no layer is

  // Slots of blocks in use that were written and whose entry is gone.
  Bytes holes() const { return in_use - held - tail - padding; }
  friend bool operator==(const PagedMoment&, const PagedMoment&) = default;
};

// Bytes at their peak, and added up over the decode passes: while each attends.
struct PagedBytes {
  Bytes peak;
  Area decode;
  friend bool operator==(const PagedBytes&, const PagedBytes&) = default;
};

struct PagedSize {
  BlockTables tables;
  PagedBytes in_use;
  friend bool operator==(const PagedSize&, const PagedSize&) = default;
};

struct PagingOptions {
  BlockTables tables;              // those that are followed in detail
  std::vector<BlockTables> sweep;  // others, of which only the bytes are told
  std::vector<TableGroup> groups;  // of tables of a sequence; empty: all layers share one
  ScoreModel scores;               // which entries stay, where a rule says only how many
  std::size_t threads = 0;         // 0: as many as the machine has
};

struct Paging {
  BlockTables tables;
  std::int64_t groups = 1;    // of tables of a sequence
  PagedMoment peak;           // of bytes in use; the first
  PagedMoment after_prefill;  // of a conversation: the last
  PagedMoment after_decode;   // when the run ends, before what is left is freed
  Bytes moved;                // by compaction in all passes: each is read once and written once
  // What is held, as if blocks were free of waste: for a table of the sequence, and for the others.
  PagedBytes held_all_layers;
  PagedBytes held_layerwise;
  std::vector<PagedSize> sweep;  // in the order of the options
  LevelColumn blocks;            // in use
  LevelColumn in_use;            // bytes of them

  const PagedBytes& held(TableOf of) const {
    return of == TableOf::sequence ? held_all_layers : held_layerwise;
  }
  friend bool operator==(const Paging&, const Paging&) = default;
};

// `members`: the sequences of a batch, or one schedule counted once. The copies of a group (KV sets
// for each query head) are taken to keep the same entries. Results do not depend on the threads.
// Throws std::invalid_argument for a nominal share of heads, a block below 1, or more tokens or
// scores than can be followed one by one.
// Time: some 10 ns an entry where scores decide, twice that where they decide anew in every pass;
// memory: 8 bytes a token for each of a layer's cells, 32 bytes a pass for each of the sweep.
Paging page(std::span<const BatchMember> members, const PagingOptions& options);

}  // namespace kvf
