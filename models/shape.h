// The shape of a model, as far as its KV cache is concerned.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/units.h"

namespace kvf {

struct LlmShape {
  std::string name;
  std::int64_t layers = 1;
  std::int64_t kv_heads = 1;     // per layer
  std::int64_t query_heads = 1;  // per layer; a multiple of kv_heads
  std::int64_t head_dim = 128;   // width of one key and of one value vector
  std::string dtype = "bf16";    // of the cache

  Cells cells() const { return Cells(layers).times(kv_heads); }
  BytesPerEntry bytes_per_entry() const;
  // All layers and KV heads. Of the idea, not of an implementation that copies heads.
  BytesPerToken bytes_per_token() const;

  friend bool operator==(const LlmShape&, const LlmShape&) = default;
};

// Throws std::invalid_argument that names the field if the shape cannot exist.
void check(const LlmShape& shape);

// Bytes of one number of a cache dtype ("fp32", "fp16", "bf16", "fp8"); nullopt if unknown.
std::optional<std::int64_t> dtype_bytes(std::string_view dtype);
std::vector<std::string_view> dtype_names();

struct CatalogueEntry {
  LlmShape shape;
  std::vector<std::string_view> aliases;  // also accepted
  std::string_view title;                 // as its publisher writes it
  std::string_view source;
};
const std::vector<CatalogueEntry>& catalogue();
// By name or alias, any case; nullptr if unknown.
const CatalogueEntry* find_model(std::string_view name);

}  // namespace kvf
