// The memory that vLLM's weights take on one GPU, from a model's tensors.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/engines/estimate.h"
#include "models/engines/version.h"
#include "models/units.h"
#include "models/weights.h"

namespace kvf {

// How the matrices of layers are stored; embedding, head, norms, routers and biases keep the
// model's dtype.
enum class Quantization : std::uint8_t {
  none,
  fp8,                // 1 byte, a float32 for each row
  int8,               // the same ("w8a8")
  fp8_block,          // 1 byte, a float32 for each block of 128 x 128
  int4_group,         // half a byte, 2 bytes for each group of 128 ("w4a16 g128")
  int4_group_zeros,   // the same, and half a byte
  bitsandbytes_4bit,  // half a byte and a scale for each 64, itself quantised or not
  mxfp4,              // of experts only: half a byte, a byte for each 32
};
std::string_view to_string(Quantization quantization);
// "none", "fp8", "w8a8", "fp8-block", "w4a16", "w4a16-zeros", "bitsandbytes", "mxfp4"; nullopt if unknown.
std::optional<Quantization> parse_quantization(std::string_view word);
std::vector<std::string_view> quantization_names();

struct WeightLoad {
  std::string_view dtype = "bf16";  // a plain one
  Quantization quantization = Quantization::none;
  std::int64_t ranks = 1;   // tensor parallel
  std::int64_t stages = 1;  // pipeline parallel
  std::int64_t stage = 0;   // which of them
  EngineVersion version{{0, 19, 0}};
  bool vision = false;  // a tower that sees comes on top of the tensors
};

// One rank and stage: each tensor, fused as vLLM fuses them, in the order of creation, through the
// caching allocator, and the rotary tables. Exact where the formula reproduces logs to the last digit;
// else the cause says what the band is for. Throws std::invalid_argument with the reason if heads
// or columns cannot be shared by the ranks, or a dtype is unknown.
//
// Source: 51 weights that vLLM 0.6 to 0.19 logged are met within 0.012 GiB, 21 more lie in their
// bands; what each quantisation stores.
Estimate vllm_weights(const LlmWeights& weights, const WeightLoad& load);

// The same tensors as they are stored, without rotary tables, the allocator's rounding and copies:
// numbers times bytes of the dtype or of the quantisation. Throws as vllm_weights().
Bytes stored_bytes(const LlmWeights& weights, const WeightLoad& load);

// The tensors of a stage as one rank of vLLM makes them: qkv and gate_up in one, the vocabulary
// padded to 64.
std::vector<TensorRun> vllm_tensors(const LlmWeights& weights, const WeightLoad& load);

}  // namespace kvf
