// Which layers a config.json has: the layouts of config_family.h.
#pragma once

#include <vector>

#include "sim/input/config/values.h"

namespace kvf::input {

// `nothing`: a layer without attention; `experts`: the same, with a mixture of them. `compressed`: of deepseek_v4.
enum class LayerType { full, sliding, chunked, linear, hybrid, nothing, experts, compressed };

// One for each layer; empty if a problem was added.
std::vector<LayerType> layer_types(ConfigValues& values);

}  // namespace kvf::input
