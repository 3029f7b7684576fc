// A model as a user names it -> its shape. All that a program needs of models: this header.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/shape.h"
#include "models/shape_report.h"
#include "models/transformers_cache.h"
#include "models/weights.h"
#include "sim/input/catalogue/catalogue.h"
#include "sim/input/config/config.h"
#include "sim/input/node.h"

namespace kvf::input {

struct Model {
  LlmShape shape;
  std::string title;                    // as its publisher writes it, or "inline model"
  std::string family;                   // its model_type, "" of an inline shape
  std::string source;                   // where the shape comes from
  std::string note;                     // what the shape leaves out
  std::vector<ConfigDefault> defaults;  // values that its config.json leaves to the class
  std::optional<LlmWeights> weights;    // its parameters, where they are known
  std::string no_weights;               // why they are not
  bool sees_or_hears = false;           // towers for that come on top of them
  StoredWeights quantization;           // how its config.json says that they are stored
};

// Looks up each name, and reads each config.json, once.
class ModelReader {
 public:
  // Relative paths start at `folder`.
  explicit ModelReader(std::filesystem::path folder = {}) : folder_(std::move(folder)) {}

  // A name of the catalogue; a path of a config.json or of its folder; a map as in a config.json;
  // or a map {layers, kv_heads, query_heads, head_dim, dtype}, of which layers and kv_heads are
  // required; query_heads is kv_heads unless given, head_dim 128, dtype bf16. nullptr if it added a
  // problem. The model is valid until the next call.
  const Model* read(const Node& node, Problems& problems);
  // A name or a path. nullptr if there is no such name. Throws InputError.
  const Model* find(std::string_view name);

 private:
  std::filesystem::path folder_;
  std::map<std::string, Model, std::less<>> models_;
  Model inline_;
};

std::string title_of(const LlmShape& shape);

// A name or a path on the command line. Throws InputError; `source` stands for the file: "--model".
Model parse_model(std::string_view name, std::string source = "--model");

}  // namespace kvf::input
