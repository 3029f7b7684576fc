// Plays a batch of sequences in lock step, pass by pass.
#pragma once

#include <functional>

#include "models/batch.h"

namespace kvf {

// What a watcher sees: now[m][r] of rule r of member m, and how many rows each member has.
struct PlayedBatchPass {
  std::int64_t pass = 0;
  const std::vector<std::vector<InPass>>& now;
  const std::vector<Pass>& passes;  // of each member; rows 0 for one that waits or has finished
};

// Gives the same as closed_form(batch), to the integer. `watch`, if given, sees every pass in order.
Footprint simulate(const Batch& batch,
                   const std::function<void(const PlayedBatchPass&)>& watch = {});

}  // namespace kvf
