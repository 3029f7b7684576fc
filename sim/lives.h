// The lives of a schedule's entries, cell by cell, and the attention map they make.
#pragma once

#include <functional>
#include <string>

#include "models/schedule.h"
#include "sim/alloc/lifespans.h"

namespace kvf {

// A cell: head `head` of those of a group, 0 first. Its number for the scores counts layer by layer,
// and within a layer group by group.
struct CellRef {
  std::size_t group = 0;
  std::int64_t head = 0;
};

// The cell of head `head` of a layer, its heads counted group by group. Throws std::out_of_range,
// with words for a user.
CellRef find_cell(const Schedule& schedule, std::int64_t layer, std::int64_t head);
// The other way round: the number of its head in the layer.
std::int64_t head_in_layer(const Schedule& schedule, const CellRef& cell);

// Plays the group's rule and tells each life, evicted ones first. `watch`, if given, sees every pass
// before anything is evicted, with the positions alive before it. Throws std::out_of_range for a
// cell that is not there.
void play_lives(
    const Schedule& schedule, const CellRef& cell, const ScoreModel& scores,
    const LifeTracker::Sink& sink,
    const std::function<void(const Pass&, const std::vector<std::int64_t>&)>& watch = {});

// The map of the paper's Figures 1 and 2 as text: a line a query row, a column a key.
//   #  active: read by the row       o  inactive: stored, not read by it
//   .  evicted before                   nothing: not yet seen
// For small cases: the text is as large as the square of the tokens. A pass begins where its phase
// is named.
std::string attention_map(const Schedule& schedule, const CellRef& cell, const ScoreModel& scores);

}  // namespace kvf
