// The most bytes a schedule stores, copies of KV heads included.
#pragma once

#include <cstdint>

#include "models/batch.h"
#include "models/schedule.h"

namespace kvf {

// All layers at once, and layers one after another (models/peaks.h), each with the first pass that
// reaches it. Where only some heads are copied that may be another pass than the one of the peak in
// entries. A nominal share of heads is rounded to whole bytes.
struct PeakBytes {
  Bytes all_layers;
  std::int64_t pass = 0;
  Bytes layerwise;
  std::int64_t layerwise_pass = 0;
  friend bool operator==(const PeakBytes&, const PeakBytes&) = default;
};

// In closed form. Throw OverflowError.
PeakBytes peak_bytes(const Schedule& schedule);
PeakBytes peak_bytes(const Batch& batch);

}  // namespace kvf
