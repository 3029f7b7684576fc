// What a scenario says of memory below the count of entries: `memory` and `scores`.
#pragma once

#include <cstdint>
#include <optional>

#include "models/block_tables.h"
#include "sim/input/bind.h"

namespace kvf::input {

// `memory: {blocks: ...}`: the cache is paged.
struct ScenarioBlocks {
  BlockTables tables;
  bool sweep = false;  // other sizes and tables too
  Position at;
};

// `scores`: how synthetic scores are drawn. What is not given has its default.
struct ScenarioScores {
  std::optional<std::int64_t> seed;
  std::optional<std::int64_t> sinks;
  std::optional<double> half_life;
  std::optional<double> heavy_hitters;
};

std::optional<ScenarioBlocks> read_memory(const Node& node, Problems& problems);
ScenarioScores read_synthetic_scores(const Node& node, Problems& problems);

}  // namespace kvf::input
