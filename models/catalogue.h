// Published shapes, each with its source.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "models/shape.h"

namespace kvf {

struct CatalogueEntry {
  LlmShape shape;
  std::vector<std::string_view> aliases;  // also accepted
  std::string_view title;                 // as its publisher writes it
  std::string_view family;                // the model_type of its config.json
  std::string source;
};
const std::vector<CatalogueEntry>& catalogue();
// By name or alias, any case; nullptr if unknown.
const CatalogueEntry* find_model(std::string_view name);

}  // namespace kvf
