// What one GPU holds of a schedule: a tensor-parallel rank of a pipeline stage.
#pragma once

#include <cstdint>

#include "models/policy.h"
#include "models/schedule.h"

namespace kvf {

// The rank that holds the most: its KV heads, at least one of each layer; a latent is on every rank.
// Heads of a file of head roles are counted on each rank, in their order. Where nothing says which
// heads are full they are dealt to the ranks in turn, for their places are free; other groups of a
// layer are taken in their order. Of pipeline stages it is the first, which has the most layers. Throws
// std::invalid_argument if heads are left over.
Schedule on_largest_rank(Schedule schedule, const PolicySpec& policy, std::int64_t ranks,
                         std::int64_t stages = 1);

}  // namespace kvf
