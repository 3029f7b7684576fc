// Levels 1 and 2 of memory by pass: entries, and the bytes that store them.
#pragma once

#include <span>

#include "models/batch.h"
#include "sim/memory/level_column.h"

namespace kvf {

struct HeldLevels {
  LevelColumn entries;  // each once, also where a head is stored in several copies
  LevelColumn held;     // bytes, copies of heads included
  LevelColumn live;     // of these, what is not masked, at the moment when most is held
};

// `all_layers`: a pass holds its rows in all layers at once, as under a block table that they share;
// else layers run one after another. Throws std::invalid_argument for a sequence of more tokens or
// passes than can be followed one by one (kMostPaged). The shares of heads of a nominal rounding
// count whole: refuse them before.
HeldLevels held_levels(std::span<const BatchMember> members, bool all_layers);

}  // namespace kvf
