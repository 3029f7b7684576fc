#include "sim/input/catalogue/catalogue.h"

#include <fmt/format.h>

#include "sim/input/catalogue/tables.h"

namespace kvf::input {
namespace {

// ASCII only: catalogue names are.
std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

}  // namespace

const std::vector<CatalogueEntry>& catalogue() {
  static const std::vector<CatalogueEntry> models = [] {
    std::vector<CatalogueEntry> all;
    for (const std::span<const CatalogueEntry> table :
         {llama_like_models(), uniform_models(), mixed_models()}) {
      all.insert(all.end(), table.begin(), table.end());
    }
    return all;
  }();
  return models;
}

const CatalogueEntry* find_model(std::string_view name) {
  const std::string wanted = lower(name);
  for (const CatalogueEntry& entry : catalogue()) {
    bool found = entry.name == wanted;
    for_each_word(entry.aliases, [&](std::string_view alias) { found |= alias == wanted; });
    if (found) return &entry;
  }
  return nullptr;
}

// A wrong configuration would not have the published number of parameters.
std::string source_of(const CatalogueEntry& entry) {
  if (!entry.facts.empty()) return std::string(entry.facts);
  return fmt::format(
      "the configuration that has the published number of parameters, {}, counted tensor by tensor",
      entry.parameters);
}

Config read_config(const CatalogueEntry& entry) {
  Config config = parse_config(
      fmt::format(R"({{"model_type": "{}", {}}})", entry.family, entry.values), "catalogue");
  config.shape.name = entry.name;
  // What a published config.json leaves out is no news.
  config.defaults.clear();
  config.sees_or_hears = entry.title.ends_with("(text part)");
  return config;
}

}  // namespace kvf::input
