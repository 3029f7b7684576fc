#include "models/dtype.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <utility>

namespace kvf {
namespace {

// llama.cpp's block types: ggml/src/ggml-common.h (a half-precision scale, with _1 a minimum too, and
// with q5 a fifth bit of each). fp4: e2m1 with a scale byte for 16 (NVFP4). int4: quanto's groups of
// 64 with scale and shift in the model's 16 bits.
constexpr std::array<Dtype, 12> kDtypes{{{"fp32", 4, 1},
                                         {"fp16", 2, 1},
                                         {"bf16", 2, 1},
                                         {"fp8", 1, 1},
                                         {"q8_0", 34, 32},
                                         {"q5_1", 24, 32},
                                         {"q5_0", 22, 32},
                                         {"q4_1", 20, 32},
                                         {"q4_0", 18, 32},
                                         {"iq4_nl", 18, 32},
                                         {"fp4", 9, 16},
                                         {"int4", 36, 64}}};

constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kOtherNames{
    {{"f32", "fp32"},
     {"float32", "fp32"},
     {"float", "fp32"},
     {"f16", "fp16"},
     {"float16", "fp16"},
     {"half", "fp16"},
     {"bfloat16", "bf16"},
     {"fp8_e4m3", "fp8"},
     {"fp8_e5m2", "fp8"},
     {"float8_e4m3fn", "fp8"},
     {"nvfp4", "fp4"}}};

}  // namespace

Bytes Dtype::bytes(std::int64_t elements) const {
  if (elements % block_elements != 0) {
    throw std::invalid_argument(std::to_string(elements) + " numbers in " + std::string(name) +
                                "; expected a multiple of its block of " +
                                std::to_string(block_elements));
  }
  return Bytes(block_bytes).times(elements / block_elements);
}

const Dtype* find_dtype(std::string_view name) {
  for (const auto& [other, ours] : kOtherNames) {
    if (other == name) name = ours;
  }
  const auto found = std::find_if(kDtypes.begin(), kDtypes.end(),
                                  [&](const Dtype& dtype) { return dtype.name == name; });
  return found == kDtypes.end() ? nullptr : &*found;
}

const Dtype& dtype(std::string_view name) {
  if (const Dtype* found = find_dtype(name)) return *found;
  std::string known;
  for (const Dtype& dtype : kDtypes) {
    known += (known.empty() ? "" : ", ") + std::string(dtype.name);
  }
  throw std::invalid_argument("unknown dtype '" + std::string(name) + "'; expected one of " +
                              known);
}

std::vector<std::string_view> dtype_names() {
  std::vector<std::string_view> names;
  for (const Dtype& dtype : kDtypes) names.push_back(dtype.name);
  return names;
}

}  // namespace kvf
