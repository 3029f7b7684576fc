// A config.json -> the parameters of its model.
#pragma once

#include <vector>

#include "models/weights.h"
#include "sim/input/config/values.h"
#include "sim/input/weights/symbols.h"

namespace kvf::input {

// The tensors that transformers 5.23.0 would make of the map, whose layers have been read. Adds a
// problem, and returns nothing of use, for a model type whose tensors are not known and for a key
// that may change the parameters and is not understood.
LlmWeights read_weights(const Node& map, const Family& family,
                        const std::vector<WeightLayer>& layers, Problems& problems);

}  // namespace kvf::input
