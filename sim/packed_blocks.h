// Blocks of a paged cache by arithmetic from the closed form: of survivors that lie side by side.
#pragma once

#include <cstdint>
#include <map>
#include <span>

#include "models/batch.h"
#include "models/block_tables.h"
#include "sim/memory/level_column.h"

namespace kvf {

struct PackedBlocks {
  LevelColumn blocks;                          // in use, of all sequences
  LevelColumn bytes;                           // of them
  std::map<std::int64_t, LevelColumn> layers;  // blocks by layer; empty under a table of them all
};

// In every pass of the batch. Right where blocks have no holes: with compaction, or if nothing is
// evicted.
PackedBlocks packed_blocks(std::span<const BatchMember> members, const BlockTables& tables);

// Whether a pass leaves less than it held.
bool evicts(const Schedule& schedule);

}  // namespace kvf
