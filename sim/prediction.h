// What a program should hold pass by pass, for `compare` to lay a recording over.
#pragma once

#include "models/footprint.h"
#include "sim/alloc/score_model.h"
#include "sim/input/scenario.h"
#include "timeline/timeline.h"

namespace kvf {

// The tracks of one case, all sequences together:
//   total      entries
//   held       bytes of them
//   allocated  bytes of tensors that a transformers or kvpress program keeps between passes, as a
//              profiler of its allocations sees them: those of the cache (of a memory that is not
//              paged; contiguous if the scenario says nothing), the hidden states that decoding-press
//              keeps until it fires, and the ids of the next tokens, 8 bytes a sequence
//   blocks, cache        of a paged cache: blocks in use, and their bytes
//   layer N    the blocks of one layer
// Entries and blocks follow from the closed form by arithmetic, without a simulation, where blocks
// hold survivors side by side (compaction) or nothing is evicted; other blocks from their entries, which
// `scores` choose where the rule says only how many.
// Throws std::invalid_argument for what is not predicted: a nominal share of heads; tensors of a batch
// of unequal sequences; decoding-press on a model whose hidden size is not known.
Timeline predict(const input::Scenario& scenario, const input::ScenarioTask& task,
                 const input::ScenarioPolicy& policy, const ScoreModel& scores);

// The footprint and peaks of one case, all sequences together, by closed form.
Footprint predicted_footprint(const input::Scenario& scenario, const input::ScenarioTask& task,
                              const input::ScenarioPolicy& policy);

}  // namespace kvf
