// One KV pool of a serving engine: what is given of it, and what follows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "models/engines/llama_cpp_pool.h"
#include "models/engines/vllm_pool.h"
#include "models/units.h"

namespace kvf {

// A quantity that was printed with few digits: anything from low to high.
template <class T>
struct Between {
  T low{};
  T high{};
  friend bool operator==(const Between&, const Between&) = default;
};

// A figure that follows, with its unit in its name; `whole` ones are integers.
struct PoolFigure {
  std::string name;
  double value = 0;
  bool whole = false;
};

// vLLM, any layout. Blocks come from the available memory, or are given.
struct VllmPool {
  std::optional<vllm::Layout> layout;
  std::optional<vllm::AlignedBlock> aligned;  // where a state decides the attention block
  std::optional<Between<Bytes>> available;
  std::optional<Blocks> blocks;
  std::optional<Bytes> swap;
  std::optional<vllm::Limits> limits;
  vllm::TokenFormula formula = vllm::TokenFormula::blocks_div_groups;
  std::optional<Tokens> needed_length;  // bytes of one request of that length are asked for
};

struct LlamaCppPool {
  llama_cpp::Cache cache;
  // A latent whose build is not known: early ones store it twice, as key and as value too.
  bool perhaps_without_values = false;
  std::vector<std::pair<std::string, std::int64_t>> split;  // device, layers
  bool cells_predicted = false;
};

struct SglangPool {
  Tokens tokens;
  Tokens page{1};
  double key_bytes = 0;  // of a token, all layers
  double value_bytes = 0;
  bool tokens_predicted = false;
  std::optional<double> cell_bytes;
};

struct SglangStates {
  std::int64_t slots = 0;
  Bytes state;
};

struct TensorRtPool {
  BytesPerToken of_token;
  Tokens block;
  double fraction = 0.9;
  std::optional<Between<Bytes>> available;
  std::optional<Blocks> blocks;
};

// transformers with kvpress: one prefill of `context` tokens.
struct TransformersPool {
  std::int64_t layers = 0;
  std::int64_t kv_heads = 0;
  std::int64_t head_dim = 0;
  std::int64_t number_bytes = 2;
  Tokens context;
  // Of the model, where it is known: bytes of its parameters, and of the widest activations a token.
  std::optional<Bytes> weights;
  BytesPerToken activations{};
};

using PoolCase = std::variant<VllmPool, LlamaCppPool, llama_cpp::States, SglangPool, SglangStates,
                              TensorRtPool, TransformersPool>;

// The numbers of blocks that the rounding leaves open; one where nothing was rounded, or where there
// are no blocks. Of a cache that may be without values: 0 without, 1 with them. nullopt if neither memory nor blocks are given, but needed.
std::optional<Between<Blocks>> block_range(const PoolCase& pool);
// All that follows for one number of blocks. Throws std::invalid_argument.
std::vector<PoolFigure> pool_figures(const PoolCase& pool, Blocks blocks);

}  // namespace kvf
