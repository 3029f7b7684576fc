// What memory really costs, measured with the device's own figure: rounding of blocks, a context.
#pragma once

#include <cstdint>
#include <functional>

#include "models/units.h"
#include "profiler/capture/backends/allocator.h"

namespace kvf::capture {

struct Granularity {
  Bytes block;              // asked for, each
  std::int64_t blocks = 0;  // that were allocated
  Bytes grown;              // what the device's figure grew by, all together
  // The growth that, with all its repetitions, was most of it; 0 if it never grew. What else the
  // process or others do comes in small or in single steps.
  Bytes step;
  std::int64_t steps = 0;  // how often it grew by that
};

// Allocates blocks of `block` bytes, at most `most`, until `used` has grown by the same step
// `enough` times, and frees them. Other processes of the device may disturb the figure.
Granularity measure_granularity(DeviceAllocator& allocator, const std::function<Bytes()>& used,
                                Bytes block = Bytes(4096), std::int64_t most = 4096,
                                std::int64_t enough = 3);

// What `used` grows by while `open` runs: of the first context, if none was made before. Negative
// when somebody else freed more.
Bytes measure_growth(const std::function<Bytes()>& used, const std::function<void()>& open);

}  // namespace kvf::capture
