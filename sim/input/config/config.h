// A Hugging Face config.json -> the shape of its cache.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/shape.h"
#include "models/weights.h"
#include "sim/input/config/quantization.h"
#include "sim/input/config/values.h"

namespace kvf::input {

struct Config {
  LlmShape shape;  // its name is for the caller to give
  std::string model_type;
  std::vector<ConfigDefault> defaults;  // values that are not in the file
  std::string note;                     // what the shape leaves out, "" if nothing
  std::optional<LlmWeights> weights;
  std::string no_weights;      // why there are none
  bool sees_or_hears = false;  // towers for that come on top of the weights
  StoredWeights quantization;  // of the weights
};

// Throws InputError with all that is wrong. `path` is a config.json, or a folder that holds one.
// The shape is what transformers 5.23.0 would build: a missing key has its class's default, what a
// class derives is derived again, a key that may matter and is not known is refused.
Config read_config(const std::filesystem::path& path);
// The same of a text that is in memory; `file` is for messages.
Config parse_config(std::string_view text, const std::string& file);
// The same of a tree. Returns an empty shape if it added a problem.
Config read_config(const Node& root, Problems& problems);

}  // namespace kvf::input
