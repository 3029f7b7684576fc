// What if: a grid of plans, on all cores.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim/planning/capacity.h"

namespace kvf {

// One thing that varies, and what each of its values does to the options.
struct Axis {
  struct Value {
    std::string label;
    std::function<void(PlanOptions&)> apply;
  };
  std::string name;
  std::vector<Value> values;
};

struct GridPoint {
  std::vector<std::size_t> at;  // of each axis: which value
  std::int64_t gpus = 0;
  std::optional<Capacity> capacity;
  std::string error;  // why there is none
};

// All combinations, the last axis fastest. `done` counts finished points; may be read meanwhile.
std::vector<GridPoint> evaluate_grid(const PlanOptions& base, const std::vector<Axis>& axes,
                                     std::atomic<std::size_t>* done = nullptr);
std::size_t grid_size(const std::vector<Axis>& axes);

// Indices of the points that no other beats: with at least as many requests at once, as large a KV
// footprint (more of full attention is kept) and as few GPUs, and better in one of them. Needs an
// answer.
std::vector<std::size_t> pareto_front(const std::vector<GridPoint>& points);

}  // namespace kvf
