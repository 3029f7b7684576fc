#include "models/shape.h"

#include <array>
#include <stdexcept>
#include <utility>

namespace kvf {
namespace {

constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> kDtypes{
    {{"fp32", 4}, {"fp16", 2}, {"bf16", 2}, {"fp8", 1}}};

// ASCII only: catalogue names are.
std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

}  // namespace

std::optional<std::int64_t> dtype_bytes(std::string_view dtype) {
  for (const auto& [name, bytes] : kDtypes) {
    if (name == dtype) return bytes;
  }
  return std::nullopt;
}

std::vector<std::string_view> dtype_names() {
  std::vector<std::string_view> names;
  for (const auto& entry : kDtypes) names.push_back(entry.first);
  return names;
}

BytesPerEntry LlmShape::bytes_per_entry() const {
  return BytesPerEntry(2).times(head_dim).times(dtype_bytes(dtype).value());
}

BytesPerToken LlmShape::bytes_per_token() const {
  return BytesPerToken(bytes_per_entry().count()).times(cells().count());
}

void check(const LlmShape& shape) {
  // Large enough for every model, small enough that no product below can overflow.
  constexpr std::int64_t kLimit = 1 << 20;
  const auto positive = [](std::string_view field, std::int64_t value) {
    if (value < 1 || value > kLimit) {
      throw std::invalid_argument("'" + std::string(field) + "' is " + std::to_string(value) +
                                  "; expected 1 to " + std::to_string(kLimit));
    }
  };
  positive("layers", shape.layers);
  positive("kv_heads", shape.kv_heads);
  positive("query_heads", shape.query_heads);
  positive("head_dim", shape.head_dim);
  if (shape.query_heads % shape.kv_heads != 0) {
    throw std::invalid_argument("'query_heads' is " + std::to_string(shape.query_heads) +
                                "; expected a multiple of 'kv_heads', which is " +
                                std::to_string(shape.kv_heads));
  }
  if (!dtype_bytes(shape.dtype)) {
    std::string known;
    for (const std::string_view name : dtype_names()) {
      known += (known.empty() ? "" : ", ") + std::string(name);
    }
    throw std::invalid_argument("unknown dtype '" + shape.dtype + "'; expected one of " + known);
  }
}

const std::vector<CatalogueEntry>& catalogue() {
  static const std::vector<CatalogueEntry> models{
      {{"llama-3.1-8b-instruct", 32, 8, 32, 128, "bf16"},
       {"llama-3.1-8b"},
       "Llama-3.1-8B-Instruct",
       "config.json of meta-llama/Llama-3.1-8B-Instruct; the model of arXiv 2506.17121"},
      {{"llama-3-70b-instruct", 80, 8, 64, 128, "bf16"},
       {"llama-3-70b"},
       "Llama-3-70B",
       "config.json of meta-llama/Meta-Llama-3-70B; arXiv 2506.17121 states its 128K cache"},
      {{"stories260k", 5, 4, 8, 8, "fp32"},
       {},
       "stories260K",
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
