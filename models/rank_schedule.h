// What one tensor-parallel rank holds of a schedule.
#pragma once

#include <cstdint>

#include "models/policy.h"
#include "models/schedule.h"

namespace kvf {

// The rank that holds the most: its KV heads, at least one of each layer; a latent is on every rank.
// Heads lie on ranks in their order: those of a file of head roles are counted on each rank, else
// the groups of a layer are taken in their order, in which full heads come first. Throws
// std::invalid_argument if heads are left over.
Schedule on_largest_rank(Schedule schedule, const PolicySpec& policy, std::int64_t ranks);

}  // namespace kvf
