// kvfootprint footprint --map: which entries each row reads, as text.
#pragma once

#include <cstdint>

#include "cli/score_options.h"
#include "models/schedule.h"

namespace kvf::cli {

struct MapOptions {
  bool wanted = false;
  std::int64_t layer = 0;
  std::int64_t head = 0;  // its number in the layer
  ScoreOptions scores;

  // Adds --map and what belongs to it. The command has --json, --detail and --trace already.
  void add_to(CLI::App& command);
};

// Throws UsageError for a case that is too large to look at, and for a cell that is not there.
// Returns the exit status.
int print_map(const Schedule& schedule, const MapOptions& options);

}  // namespace kvf::cli
