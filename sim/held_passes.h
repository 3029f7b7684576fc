// The passes of a run one by one: what every rule of every sequence holds, and what of it is live.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "models/batch.h"
#include "sim/alloc/paged.h"

namespace kvf {

// The passes of a run: of one sequence its own, of a batch those of the lock step.
struct RunPasses {
  std::int64_t count = 0;
  std::int64_t after_prefill = -1;  // the pass that ends the (last) prefill, -1 if there is none
  std::vector<char> decode;         // by pass
  std::vector<PassNumber> last;     // of each member: the pass after which it is freed
  std::vector<Slots> slots;         // of each member
};

// A single sequence is a batch of one member. Throws what slots_of() throws.
RunPasses run_passes(std::span<const BatchMember> members);

// What a cell of one rule holds in a pass of the run, and how much of that is masked.
struct CellInPass {
  std::int64_t past = 0;
  std::int64_t during = 0;
  std::int64_t after = 0;
  std::int64_t masked_past = 0;  // while the pass attends, too
  std::int64_t masked_after = 0;
};

// now[m][r]: of a cell of rule r of member m.
using CellsInPass = std::vector<std::vector<CellInPass>>;

// Calls see(pass, now) for each pass.
void for_each_held_pass(std::span<const BatchMember> members, const RunPasses& passes,
                        const std::function<void(std::int64_t, const CellsInPass&)>& see);

}  // namespace kvf
