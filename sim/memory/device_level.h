// Level 5 of memory: what lies on the GPU beside the cache, and the pool of an engine.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/batch.h"
#include "models/block_tables.h"
#include "models/engines/ledger.h"
#include "models/time_model.h"
#include "sim/input/scenario.h"

namespace kvf {

// Of one GPU, the one that has the least left.
struct Beside {
  std::vector<LedgerPart> parts;  // context, weights, activations, CUDA graphs, non-torch
  Estimate sum;
  bool pytorch_activations = false;  // else the engine's
  // The pool that an engine takes when it starts; its size is what the parts of its budget leave.
  std::optional<Estimate> pool;
  // Of a pool of which nothing is left: why.
  std::string no_pool;
  // At the peak rates of the GPU; not of one of which only the memory is known.
  std::optional<TimeModel> time;

  // With so much reserved for the cache. With a pool, `reserved` is the pool: what is more in the
  // parts of the budget is less in it, so that only what is outside the budget is uncertain.
  Estimate total(Bytes reserved) const;
};

// The block tables of a cache in an engine's pool, under which layers of one kind share groups; those
// of the scenario else.
struct Tables {
  BlockTables tables;
  std::vector<TableGroup> groups;
};
// Throws as beside_cache() does.
Tables tables_of(const input::Scenario& scenario, std::span<const BatchMember> members);

// `members`: the sequences of a task, under any policy, whole (not on one rank). A cache of tensors
// runs without an engine: the passes are those of the members, as large as the largest, all
// sequences at once; activations are those of PyTorch code (peak_memory.h) where it knows the model;
// a contiguous one has no CUDA graphs, for its tensors move. A paged one has the engine's defaults,
// and passes as large as the largest at least.
// Throws Refusal or std::invalid_argument with the reason. `memory.gpu` is given.
Beside beside_cache(const input::Scenario& scenario, std::span<const BatchMember> members);

}  // namespace kvf
