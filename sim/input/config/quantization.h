// The quantization_config of a config.json: how the weights are stored, and the cache.
#pragma once

#include <string>

#include "models/engines/vllm_weights.h"
#include "sim/input/node.h"
#include "sim/input/problems.h"

namespace kvf::input {

struct StoredWeights {
  Quantization quantization = Quantization::none;
  std::string unknown;  // why it is not known; then `quantization` means nothing
  friend bool operator==(const StoredWeights&, const StoredWeights&) = default;
};

// nullptr: there is none. Never an error, for the cache does not depend on it: what is not clear
// has its reason in `unknown`.
//
// Read: fp8 (of rows, or of blocks of 128 x 128), fbgemm_fp8, compressed-tensors, awq, gptq
// (4 bits in groups of 128), bitsandbytes (4 bits), mxfp4, modelopt (FP8).
StoredWeights read_quantization(const Node* config);

// Whether the cache is of 8-bit floats. What quantises weights leaves it alone, unless it says so.
bool has_fp8_cache(const Node& config, Problems& problems);

}  // namespace kvf::input
