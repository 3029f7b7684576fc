// Plays a scenario: every policy on every task, by simulation and by closed form, into a run file.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "models/footprint.h"
#include "models/peak_bytes.h"
#include "models/schedule.h"
#include "sim/alloc/score_model.h"
#include "sim/input/scenario.h"
#include "sim/memory/levels.h"
#include "sim/memory/paging.h"
#include "sim/run_seconds.h"
#include "timeline/run_file.h"

namespace kvf {

// What a run file keeps pass by pass: the sum over all groups, or also each group by itself.
enum class Tracks { total, group };

// Whose lives of entries a run file keeps: nobody's, those of the first cell of each different rule,
// of each group, or of all cells. Cells of one rule keep as many entries, but by scores of their own.
enum class Lives { none, rule, group, all };

struct PlayOptions {
  Tracks tracks = Tracks::total;
  Lives lives = Lives::none;
  ScoreModel scores;  // which entries stay, where a rule says only how many
};

// Sizes of a block that a sweep looks at, in tokens.
inline constexpr std::array<std::int64_t, 7> kSweptBlocks{1, 8, 16, 32, 64, 128, 256};

// A case in blocks, beside full attention under the same tables. With tensor parallelism: what one
// GPU holds.
struct PagedCase {
  Paging of_policy;
  std::shared_ptr<const Paging> of_full;
  std::optional<Bytes> engine_pool{};  // if the blocks are taken from one

  // What block use and token use are shares of: the pool, or the blocks of full attention at its peak.
  Bytes pool() const { return engine_pool.value_or(of_full->peak.in_use); }
};

// One policy on one task. Points into the scenario.
struct PlayedCase {
  const input::ScenarioPolicy* policy;
  const input::ScenarioTask* task;
  Schedule schedule;    // of a batch: of its first sequence
  Footprint footprint;  // of the simulation
  bool agrees = false;  // the closed form gave the same integers
  PeakBytes peak_bytes;
  std::optional<PagedCase> paging;      // if the cache is paged
  std::optional<Levels> levels;         // if the scenario asks for memory
  std::optional<RunSeconds> seconds{};  // if has_seconds(); then the run has a clock
};

// One sequence has a track of the sum of its groups; a batch has one of the sum of its members and one
// for each of them. Where the scenario asks for memory, one of blocks and those of bytes, over all
// sequences, follow, and the clock `passes`, where has_seconds().
// Policy by policy, in the scenario's order; each case is a run of the file. `progress`, if given,
// hears now and then which share of the cases is done. Throws what plan() and the writer throw;
// input::check_plans() and check_levels()
// have found before what is refused.
std::vector<PlayedCase> play(const input::Scenario& scenario, const PlayOptions& options,
                             RunFileWriter& writer,
                             const std::function<void(double share)>& progress = {});

}  // namespace kvf
