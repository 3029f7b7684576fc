#include "models/catalogue.h"

namespace kvf {
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
  static const std::vector<CatalogueEntry> models{
      {{"llama-3.1-8b-instruct", 32, 8, 32, 128, "bf16", {}},
       {"llama-3.1-8b"},
       "Llama-3.1-8B-Instruct",
       "llama",
       "config.json of meta-llama/Llama-3.1-8B-Instruct; the model of arXiv 2506.17121"},
      {{"llama-3-70b-instruct", 80, 8, 64, 128, "bf16", {}},
       {"llama-3-70b"},
       "Llama-3-70B",
       "llama",
       "config.json of meta-llama/Meta-Llama-3-70B; arXiv 2506.17121 states its 128K cache"},
      {{"stories260k", 5, 4, 8, 8, "fp32", {}},
       {},
       "stories260K",
       "llama",
       "header of stories260K.bin, karpathy/tinyllamas (float32)"},
  };
  return models;
}

const CatalogueEntry* find_model(std::string_view name) {
  const std::string wanted = lower(name);
  for (const CatalogueEntry& entry : catalogue()) {
    if (entry.shape.name == wanted) return &entry;
    for (const std::string_view alias : entry.aliases) {
      if (alias == wanted) return &entry;
    }
  }
  return nullptr;
}

}  // namespace kvf
