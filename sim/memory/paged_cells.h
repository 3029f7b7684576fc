// The cells of a schedule as the slots of a block table: what is written, and when it goes.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "models/schedule.h"
#include "sim/alloc/paged.h"
#include "sim/alloc/score_model.h"

namespace kvf {

// The slots that each pass writes. `pass_of`: a pass of the sequence as one of the run. Appended
// tokens follow the rows of their pass; where no rule keeps any of them their slots are given back.
// Throws std::invalid_argument for more slots or passes than are followed one by one.
Slots slots_of(const Schedule& schedule, const std::function<std::int64_t(std::int64_t)>& pass_of);

// How many entries a cell of the rule scores in all passes. If none, scores have no say in which it
// keeps, and all cells of the rule keep the same. A few ns a pass.
std::int64_t scored_entries(const Schedule& schedule, std::size_t rule);

struct CellPages {
  SlotEnds ends;
  std::int64_t moved = 0;  // entries that compaction moves: survivors behind the first victim
};

// Plays a rule in the cell of number `cell` (layer by layer, head by head).
CellPages play_pages(const Schedule& schedule, const Slots& slots, std::size_t rule,
                     std::int64_t cell, const ScoreModel& scores);

}  // namespace kvf
