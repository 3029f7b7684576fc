// What a run holds at some of its passes, from the closed form: a curve without a simulation.
#pragma once

#include <cstdint>
#include <vector>

#include "models/schedule.h"
#include "sim/memory/level_column.h"

namespace kvf {

// Column i is of pass[i]. Passes ascend; the first and the last are among them.
struct SampledPasses {
  std::vector<std::int64_t> pass;
  std::vector<std::int64_t> first_row;  // of one sequence
  std::vector<std::int64_t> rows;
  LevelColumn entries;  // all layers at once: the track `total` of a played run
  LevelColumn bytes;    // layers one after another: its track `held`
  friend bool operator==(const SampledPasses&, const SampledPasses&) = default;
};

// Of `sequences` equal ones. Both ends of every stretch of passes in which all rules are affine are
// there, and between them so many passes that some `most` in all are spread over the passes and over
// the rows. A nominal share of heads is rounded last. Throws OverflowError.
SampledPasses from_closed_form(const Schedule& schedule, std::int64_t sequences = 1,
                               std::int64_t most = 2048);

}  // namespace kvf
