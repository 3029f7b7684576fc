// The life of entries: when they were born, and when they were evicted.
#pragma once

#include <cstdint>

namespace kvf {

// Entries at positions first..last that were born in one pass and share one fate: evicted at the end
// of pass `evicted`, which still attended them, or kept to the end (kNever).
struct Life {
  static constexpr std::int64_t kNever = -1;
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::int64_t born = 0;
  std::int64_t evicted = kNever;
  friend bool operator==(const Life&, const Life&) = default;
};

}  // namespace kvf
