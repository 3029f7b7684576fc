// How long passes take, in two lines and without a fit: a pass takes as long as its arithmetic or
// its memory traffic, whichever is longer (the roofline). Marked estimated wherever it is shown.
//
//   flops = rows x flops_per_row + flops_per_entry x (rows x past + rows (rows + 1) / 2)
//   bytes = weights + experts x (1 - idle_share ^ rows) + cache read
//   time  = max(flops / (rate x efficiency), bytes / (bandwidth x efficiency))
#pragma once

#include <cstdint>
#include <vector>

#include "models/schedule.h"
#include "models/units.h"

namespace kvf {

// Of one GPU, and of the part of the model on it.
struct TimeModel {
  double rate = 1;       // FLOP/s
  double bandwidth = 1;  // bytes/s
  double rate_efficiency = 1;
  double bandwidth_efficiency = 1;
  Bytes weights;             // read once a pass
  double flops_per_row = 0;  // 2 x parameters that a row goes through
  double flops_per_entry =
      0;  // of attention, a row and cell: 2 x (key + value width) x query heads
  // Of a mixture: a pass reads those experts that any of its rows is sent to.
  Bytes experts{};        // beside `weights`, all of them
  double idle_share = 1;  // of the experts, after one row: 1 - experts a token / experts
  // Stages of a pipeline, of which the figures above are one: a pass goes through them in turn.
  std::int64_t stages = 1;
};

// How a schedule runs.
struct Running {
  double active_share = 1;     // that of the footprint: 1 unless the policy reads sparsely
  std::int64_t sequences = 1;  // equal ones, in lock step: they read the weights together
};

// What one run of a schedule takes, all its sequences together. `copies` of KV heads are held and read.
struct RunTime {
  double prefill_seconds = 0;
  double decode_seconds = 0;
  double held_byte_seconds = 0;  // cache, from the first pass to the last
  double decode_read_bytes = 0;  // cache read by all decode passes, sparse reading applied
  std::int64_t decode_passes = 0;
  double mean_held_bytes() const {
    const double seconds = prefill_seconds + decode_seconds;
    return seconds > 0 ? held_byte_seconds / seconds : 0;
  }
  double bytes_read_per_decode_pass() const {
    return decode_passes > 0 ? decode_read_bytes / static_cast<double>(decode_passes) : 0;
  }
};

// Cost: O(segments).
RunTime run_time(const Schedule& schedule, const TimeModel& model, const Running& running = {});

// The seconds of each pass, which run_time() sums up. Cost: O(passes).
std::vector<double> pass_seconds(const Schedule& schedule, const TimeModel& model,
                                 const Running& running = {});

}  // namespace kvf
