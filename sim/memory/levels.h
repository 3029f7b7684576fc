// The five levels of memory of a case, at their peaks, at the end and pass by pass: entries, their
// bytes, what the cache takes for them (tensors or blocks), what an allocator reserves for that, and
// the GPU.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "models/batch.h"
#include "sim/input/scenario.h"
#include "sim/memory/device_level.h"
#include "sim/memory/level_column.h"
#include "sim/memory/paging.h"

namespace kvf {

// live <= held <= without_copies <= cache <= reserved <= device; but for a pool that is too small.
struct LevelFigures {
  Entries entries;       // 1
  Bytes live;            // 2, of these what is not masked
  Bytes held;            // 2, copies of KV heads included
  Bytes without_copies;  // 3, tensors but for those that are there twice while copied; or blocks
  Bytes cache;           // 3, with them
  Bytes reserved;        // 4
  std::optional<Estimate> device;  // 5, if a GPU is given
};

// Of one GPU, the one that holds the most, with tensor parallelism; else of the whole model.
struct Levels {
  LevelFigures peak;            // each level at its own peak
  LevelFigures end;             // when the last pass has ended
  std::int64_t peak_pass = 0;   // the first in which the cache takes the most
  std::int64_t given_back = 0;  // times that the allocator had to empty itself to go on
  bool fits = true;  // the cache in its pool, or on the GPU by the middle of the estimate
  // What the cache needs, of the pool or of the GPU: less than is reserved, where an allocator keeps
  // what it could give back. Up to `needed_within` less may do.
  Bytes needed, needed_within;
  std::optional<Beside> beside;
  // Bytes by pass; of the device its middle.
  LevelColumn live, held, cache, reserved, device;

  // What of the GPU's memory is not needed, by the middle of the estimate; below 0: too little. With
  // an engine's pool: of the pool.
  Bytes left(const input::ScenarioMemory& memory) const;
  // The parts of what lies beside, by name, those that take something: with `reserved` they add up to
  // `device`, in every pass.
  std::vector<std::pair<std::string_view, LevelColumn>> beside_columns() const;
};

// What one GPU holds of the sequences of a case. `policy` is theirs. Throws std::invalid_argument if
// heads cannot be shared out.
std::vector<BatchMember> on_one_gpu(std::vector<BatchMember> members, const PolicySpec& policy,
                                    std::int64_t ranks);

// `members`: whole. `paging`: of what one GPU holds; needed if the cache is paged. Throws Refusal and
// std::invalid_argument; check_levels() has found them before.
Levels levels_of(const input::Scenario& scenario, const PolicySpec& policy,
                 const std::vector<BatchMember>& members, const Paging* paging);

// What no reader can tell: whether the figures of the GPU are known, heads can be shared out, and a
// static cache holds what each policy does. Throws InputError at the policy, task or key to blame.
void check_levels(const input::Scenario& scenario);

}  // namespace kvf
