// A model as a user names it -> its shape.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "models/shape.h"
#include "sim/input/node.h"

namespace kvf::input {

struct Model {
  LlmShape shape;
  std::string title;  // as its publisher writes it, or "inline model"
};

// A name of the catalogue, or a map {layers, kv_heads, query_heads, head_dim, dtype}, of which
// layers and kv_heads are required; query_heads is kv_heads unless given, head_dim 128, dtype bf16.
// Returns false if it added a problem.
bool read_shape(const Node& node, LlmShape& shape, Problems& problems);
std::string title_of(const LlmShape& shape);

// A name on the command line. Throws InputError; `source` stands for the file: "--model".
Model parse_model(std::string_view name, std::string source = "--model");

}  // namespace kvf::input
