// A record of a real engine's memory -> the model and the settings that it speaks of.
#pragma once

#include <optional>
#include <string>

#include "models/engines/vllm_weights.h"
#include "sim/input/config/config.h"
#include "tests/reference_check/row.h"

namespace kvf::reference {

// The model as the reader of config.json files builds it: the catalogue's values under the record's
// name, if it is there, with the record's own fields in their place; else those fields and the
// model_type that the name stands for. nullopt, with the reason, if that is no model.
std::optional<input::Config> model_of(const Node& record, std::string& reason);

// The settings that weights depend on. nullopt, with the reason, if one is not known.
std::optional<WeightLoad> load_of(const Node& record, std::string& reason);

// Parts of a vLLM log beside the weights.
void compare_parts(Row& row);
// The compute buffers of llama.cpp.
void compare_compute_buffer(Row& row);

}  // namespace kvf::reference
