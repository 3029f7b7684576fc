// Published models, each with the values of its config.json that matter and their source.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/input/config/config.h"

namespace kvf::input {

struct CatalogueEntry {
  std::string_view name;
  std::string_view aliases;  // words, also accepted
  std::string_view title;    // as its publisher writes it
  std::string_view family;   // model_type
  std::int64_t parameters;  // as published, with the buffers of the checkpoint where it counts them
  std::string_view values;  // the members of its config.json, without braces
  std::string_view facts = {};  // their source; "" if it is the number of parameters
};
const std::vector<CatalogueEntry>& catalogue();
// By name or alias, any case; nullptr if unknown.
const CatalogueEntry* find_model(std::string_view name);

std::string source_of(const CatalogueEntry& entry);
// The model as the reader of config.json files builds it, with its name.
Config read_config(const CatalogueEntry& entry);

}  // namespace kvf::input
