#include "models/engines/vllm_weights.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "models/dtype.h"
#include "models/engines/caching_blocks.h"

namespace kvf {
namespace {

constexpr std::array<std::string_view, 8> kNames{
    "none", "fp8", "w8a8", "fp8-block", "w4a16", "w4a16-zeros", "bitsandbytes", "mxfp4"};

// Bytes of `numbers` numbers, `numerator` for each `denominator` of them, rounded up.
std::int64_t bytes_of(std::int64_t numbers, std::int64_t numerator, std::int64_t denominator = 1) {
  return (numbers * numerator + denominator - 1) / denominator;
}

std::int64_t bytes_of_dtype(const WeightLoad& load) { return dtype(load.dtype).bytes(1).count(); }

// A matrix of a layer that quantisation concerns: projections and experts, not routers.
bool is_matrix(const Tensor& tensor, bool is_layer) {
  if (!is_layer || tensor.shape.size() < 2) return false;
  const std::string_view name = tensor.name;
  for (const std::string_view word :
       {"router", "mlp.gate.", "shared_expert_gate", "conv", "A_log", "norm", "bias", "indexer"}) {
    if (name.find(word) != std::string_view::npos) return false;
  }
  return true;
}
bool is_expert(const Tensor& tensor) {
  return tensor.name.find("experts.") != std::string::npos &&
         tensor.name.find("shared_experts.") == std::string::npos;
}

// What a tensor becomes: one or more blocks of bytes.
using Sizes = std::vector<std::int64_t>;
Sizes stored(const Tensor& tensor, const WeightLoad& load, std::int64_t dtype, bool is_layer,
             bool most) {
  const std::int64_t numbers = tensor.numbers() / std::max<std::int64_t>(tensor.count, 1);
  const bool quantised = load.quantization != Quantization::none && is_matrix(tensor, is_layer) &&
                         (load.quantization != Quantization::mxfp4 || is_expert(tensor));
  if (!quantised) return {numbers * dtype};
  const std::int64_t columns = std::max<std::int64_t>(tensor.shape.back().size(), 1);
  switch (load.quantization) {
    case Quantization::fp8:
    case Quantization::int8:
      return {numbers, numbers / columns * 4};
    case Quantization::fp8_block: {
      const std::int64_t rows = tensor.shape[tensor.shape.size() - 2].size();
      const std::int64_t matrices = numbers / columns / std::max<std::int64_t>(rows, 1);
      return {numbers, matrices * ((rows + 127) / 128) * ((columns + 127) / 128) * 4};
    }
    case Quantization::int4_group:
      return {bytes_of(numbers, 1, 2), bytes_of(numbers, 2, 128)};
    case Quantization::int4_group_zeros:
      return {bytes_of(numbers, 1, 2), bytes_of(numbers, 2, 128), bytes_of(numbers, 1, 256)};
    case Quantization::bitsandbytes_4bit:
      return {bytes_of(numbers, 1, 2), bytes_of(numbers, most ? 4 : 1, 64)};
    case Quantization::mxfp4: {
      // Kernels want both sides of a matrix in multiples of 256.
      std::int64_t padded = numbers;
      if (most) {
        for (std::size_t i = tensor.shape.size() - 2; i < tensor.shape.size(); ++i) {
          const std::int64_t side = std::max<std::int64_t>(tensor.shape[i].size(), 1);
          padded = padded / side * ((side + 255) / 256 * 256);
        }
      }
      return {bytes_of(padded, 1, 2), bytes_of(padded, 1, 32)};
    }
    case Quantization::none:
      break;
  }
  return {numbers * dtype};
}

// What MLA adds: copies of what is folded into the queries and outputs.
//   before 0.8  queries times keys' expansion, and values' expansion times output, as whole matrices
//   from 0.8    the two halves of kv_b, transposed
std::int64_t absorbed(const LlmWeights& weights, const WeightLoad& load, std::int64_t dtype) {
  std::int64_t bytes = 0;
  for (const TensorRun& run : weights.runs) {
    for (const Tensor& tensor : run.tensors) {
      if (!tensor.name.ends_with("kv_b_proj.weight")) continue;
      const Tensor rank = per_rank(tensor, load.ranks);
      const std::int64_t halves = rank.numbers();
      const Architecture& model = weights.architecture;
      const std::int64_t heads = model.query_heads / load.ranks;
      const std::int64_t merged = 2 * heads * rank.shape.back().size() * model.hidden;
      const bool old = load.version < EngineVersion{{0, 8, 0}};
      bytes += run.count * (old ? merged : halves) * dtype;
    }
  }
  return bytes;
}

std::int64_t allocated(const LlmWeights& weights, const WeightLoad& load, std::int64_t dtype,
                       bool most) {
  CachingBlocks blocks;
  bool has_tables = weights.rotary.empty();
  const auto make = [&](const Tensor& tensor, bool is_layer) {
    for (std::int64_t i = 0; i < tensor.count; ++i) {
      for (const std::int64_t size : stored(tensor, load, dtype, is_layer, most)) {
        blocks.allocate(size);
      }
    }
  };
  for (const TensorRun& run : vllm_tensors(weights, load)) {
    for (std::int64_t layer = 0; layer < run.count; ++layer) {
      for (const Tensor& tensor : run.tensors) make(tensor, run.is_layer);
      if (!run.is_layer || has_tables) continue;
      for (const RotaryTable& table : weights.rotary) {
        blocks.allocate(table.positions * table.width * dtype);
      }
      has_tables = true;
    }
  }
  return blocks.allocated();
}

Estimate banded(std::int64_t low, std::int64_t mid, std::int64_t high, std::string cause) {
  return {Bytes(low), Bytes(mid), Bytes(high), Basis::formula, std::move(cause)};
}

}  // namespace

std::string_view to_string(Quantization quantization) {
  switch (quantization) {
    case Quantization::none:
      return "none";
    case Quantization::fp8:
      return "fp8";
    case Quantization::int8:
      return "w8a8 int8";
    case Quantization::fp8_block:
      return "fp8 in blocks of 128";
    case Quantization::int4_group:
      return "w4a16 in groups of 128";
    case Quantization::int4_group_zeros:
      return "w4a16 in groups of 128, with zero points";
    case Quantization::bitsandbytes_4bit:
      return "bitsandbytes 4-bit";
    case Quantization::mxfp4:
      return "mxfp4";
  }
  return "";
}

std::optional<Quantization> parse_quantization(std::string_view word) {
  const auto found = std::find(kNames.begin(), kNames.end(), word);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Quantization>(found - kNames.begin());
}

std::vector<std::string_view> quantization_names() { return {kNames.begin(), kNames.end()}; }

Bytes stored_bytes(const LlmWeights& weights, const WeightLoad& load) {
  const std::int64_t dtype = bytes_of_dtype(load);
  std::int64_t bytes = 0;
  for (const TensorRun& run : vllm_tensors(weights, load)) {
    for (const Tensor& tensor : run.tensors) {
      for (const std::int64_t size : stored(tensor, load, dtype, run.is_layer, false)) {
        bytes += run.count * tensor.count * size;
      }
    }
  }
  return Bytes(bytes);
}

Estimate vllm_weights(const LlmWeights& weights, const WeightLoad& load) {
  const std::int64_t dtype = bytes_of_dtype(load);
  const std::int64_t mid = allocated(weights, load, dtype, false);
  const Architecture& model = weights.architecture;
  if (load.vision) {
    // Published towers have 0.3 to 0.7 thousand million parameters.
    return banded(mid, mid + kMiB.times(750).count(), mid + kMiB.times(1500).count(),
                  "the tower that sees comes on top, 0 to 1.5 GiB");
  }
  if (model.latent) {
    std::int64_t tables = 0;  // kept in float32 by some versions
    for (const RotaryTable& table : weights.rotary) {
      tables += table.positions * table.width * (4 - std::min<std::int64_t>(dtype, 4));
    }
    const std::int64_t copies = absorbed(weights, load, dtype);
    const std::int64_t high = mid + copies + tables;
    return banded(mid - mid / 200, mid + copies, high + high / 200,
                  "latent attention: copies of kv_b that are folded in, or not");
  }
  if (model.hybrid) {
    return banded(mid - mid / 20, mid, mid + mid / 20, "recurrent layers: 5 % either way");
  }
  switch (load.quantization) {
    case Quantization::none:
      break;
    case Quantization::bitsandbytes_4bit:
    case Quantization::mxfp4: {
      const std::int64_t high = allocated(weights, load, dtype, true);
      return banded(mid - mid / 100, (mid + high) / 2, high + high / 100,
                    std::string(to_string(load.quantization)) + ": scales and padding, or less");
    }
    default:
      return banded(mid - mid / 50, mid, mid + mid / 50,
                    std::string(to_string(load.quantization)) + ": 2 % either way");
  }
  if (load.stages > 1) {
    return banded(mid - mid / 50, mid, mid + mid / 50, "pipeline stages: 2 % either way");
  }
  return exactly(Bytes(mid));
}

}  // namespace kvf
