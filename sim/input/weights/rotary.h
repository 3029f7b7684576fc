// The tables of sines and cosines that an engine makes of a config.json.
#pragma once

#include <vector>

#include "models/weights.h"
#include "sim/input/config/values.h"
#include "sim/input/weights/symbols.h"

namespace kvf::input {

// One for each different way in which layers rotate, as vLLM makes them: max_position_embeddings
// rows, times the factor of a linear, dynamic or yarn scaling.
std::vector<RotaryTable> read_rotary(ConfigValues& values, Symbols& symbols,
                                     const std::vector<WeightLayer>& layers);

}  // namespace kvf::input
