// The parameters of a model: its tensors in the order they are made, and how ranks share them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/units.h"

namespace kvf {

// How tensor parallelism shares a part of a dimension.
enum class Division : std::uint8_t {
  whole,       // every rank holds it
  vocabulary,  // words; an engine may pad them
  heads,       // query heads, and heads of a recurrent state
  kv_heads,    // at least one on every rank
  inner,       // columns of an MLP, channels of a state
  experts,     // whole; only expert parallelism shares them
};

std::string_view to_string(Division division);

// `units` that ranks share out, each of `width` numbers that stay together: heads of head_dim.
struct Part {
  Division division = Division::whole;
  std::int64_t units = 1;
  std::int64_t width = 1;
  std::int64_t size() const { return units * width; }
  friend bool operator==(const Part&, const Part&) = default;
};

// Parts one after another: the rows of a fused projection of queries, keys and values are three.
struct Dimension {
  std::vector<Part> parts;
  std::int64_t size() const;
  friend bool operator==(const Dimension&, const Dimension&) = default;
};

struct Tensor {
  std::string name;  // as transformers writes it, N where a number stands
  std::vector<Dimension> shape;
  std::int64_t count = 1;  // equal ones in one layer

  std::int64_t numbers() const;  // of all `count`
  friend bool operator==(const Tensor&, const Tensor&) = default;
};

// Equal layers, one after another; or what stands outside of layers, once.
struct TensorRun {
  std::int64_t count = 1;
  bool is_layer = false;
  std::vector<Tensor> tensors;
  friend bool operator==(const TensorRun&, const TensorRun&) = default;
};

// A table of sines and cosines that an engine keeps: rows x width numbers.
struct RotaryTable {
  std::int64_t positions = 0;
  std::int64_t width = 0;
  friend bool operator==(const RotaryTable&, const RotaryTable&) = default;
};

// The sizes that memory beside the weights depends on. 0 where the model has no such thing.
struct Architecture {
  std::int64_t hidden = 0;
  std::int64_t vocabulary = 0;
  std::int64_t layers = 0;
  std::int64_t query_heads = 0;
  std::int64_t kv_heads = 0;
  std::int64_t head_dim = 0;
  std::int64_t intermediate = 0;  // of a dense MLP
  bool gated = true;              // three matrices; else two
  std::int64_t experts = 0;
  std::int64_t experts_per_token = 0;
  std::int64_t moe_intermediate = 0;     // of one routed expert
  std::int64_t shared_intermediate = 0;  // of all shared experts together
  std::int64_t max_positions = 0;
  bool latent = false;  // MLA
  bool hybrid = false;  // has recurrent layers
  friend bool operator==(const Architecture&, const Architecture&) = default;
};

struct LlmWeights {
  Architecture architecture;
  bool tied = false;               // some name shares another's tensor, which is listed once
  std::vector<TensorRun> runs;     // embedding, layers, final norm, head
  std::vector<TensorRun> buffers;  // stored in a checkpoint, but no parameters
  std::vector<RotaryTable> rotary;

  std::int64_t total() const;  // parameters
  std::int64_t buffers_total() const;
  std::int64_t expert_parameters() const;  // of all routed experts
  std::int64_t embedding() const;          // of the input embedding, which is the first tensor
  friend bool operator==(const LlmWeights&, const LlmWeights&) = default;
};

// Appends a run; equal layers become one run.
void append(std::vector<TensorRun>& runs, TensorRun run);

// What one of `ranks` tensor-parallel ranks holds of it. `vocabulary_multiple`: words are padded to
// a multiple of it before they are shared. Throws std::invalid_argument if units are left over.
Dimension per_rank(const Dimension& dimension, std::int64_t ranks,
                   std::int64_t vocabulary_multiple = 1);
Tensor per_rank(const Tensor& tensor, std::int64_t ranks, std::int64_t vocabulary_multiple = 1);
LlmWeights per_rank(const LlmWeights& weights, std::int64_t ranks,
                    std::int64_t vocabulary_multiple = 1);

}  // namespace kvf
