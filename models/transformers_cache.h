// What the cache classes of the transformers library hold, tensor by tensor.
//
// n = prompt + decode calls so far; the prompt is prefilled in one call.
//   dynamic     full: n. Sliding and chunked: min(n, W - 1), but as a view: the memory behind it
//               is min(before, W - 1) + q entries after a call of q rows, so that after the prefill
//               it is the whole prompt. The default of generate().
//   no config   DynamicCache(): n in every layer
//   static      full: M. Sliding: min(W, M). Allocated by the first call.
//   quantized   the prompt is quantised; later tokens wait at full precision until there are
//               residual_length of them, then all is quantised anew. fp8: quantised at once.
// Latent attention is cached as latents since 5.23.0; before, as the expanded keys and values.
// Source: transformers 5.23.0, 5.2.0 and 4.57.6, torch 2.11.0 on the CPU, run with random weights.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/shape.h"

namespace kvf {

enum class TransformersVersion { v4_57_6, v5_2_0, v5_23_0 };
enum class TransformersCacheKind { dynamic, dynamic_without_config, static_length, quantized };

std::string_view to_string(TransformersVersion version);
std::optional<TransformersVersion> parse_transformers_version(std::string_view text);

// Of a quantised cache.
struct CacheQuantization {
  bool fp8 = false;  // one byte a number, nothing else
  std::int64_t bits = 4;
  std::int64_t group = 64;  // numbers that share a scale and a zero point
  Tokens residual{128};
};

struct TransformersCall {
  TransformersVersion version = TransformersVersion::v5_23_0;
  TransformersCacheKind kind = TransformersCacheKind::dynamic;
  Tokens length;  // M of a static cache
  CacheQuantization quantization = {};
  Tokens prompt;
  Tokens decoded;  // calls of one token; generate() makes one less than it returns tokens
  std::int64_t batch = 1;
};

struct CacheTensor {
  std::vector<std::int64_t> shape;
  std::string_view dtype;  // as dtype_names()
  friend bool operator==(const CacheTensor&, const CacheTensor&) = default;
};

// Layers that hold the same.
struct CachedLayers {
  std::int64_t count = 1;
  std::vector<CacheTensor> tensors;  // none of a quantised cache: its packing has no formula
  Bytes bytes;                       // of one layer
  Bytes storage;                     // memory kept alive: more where tensors are views
};

struct CacheSnapshot {
  std::vector<CachedLayers> layers;
  Bytes bytes() const;
  Bytes storage() const;
};

struct TransformersCache {
  CacheSnapshot after_prefill;
  CacheSnapshot after_decode;
};

// Throws std::invalid_argument where the library has no such cache for the model, or one that is
// not modelled: state layers before 5.23.0, windows in a quantised cache.
TransformersCache transformers_cache(const LlmShape& shape, const TransformersCall& call);

// What costs memory in these caches and is easily overlooked, in words; of this model.
std::vector<std::string> transformers_surprises(const LlmShape& shape);

}  // namespace kvf
