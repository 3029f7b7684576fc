#include "sim/input/config/quantization.h"

#include <fmt/format.h>

#include <string_view>

#include "sim/input/bind.h"

namespace kvf::input {
namespace {

constexpr std::int64_t kGroup = 128;

// The first that is given and not null.
const Node* member_of(const Node* map, std::string_view key, std::string_view other = {}) {
  if (map == nullptr || map->kind != Kind::map) return nullptr;
  for (const std::string_view name : {key, other}) {
    for (const Node& member : *map) {
      if (!name.empty() && member.key == name && member.kind != Kind::null) return &member;
    }
  }
  return nullptr;
}

std::string_view text_of(const Node* node) {
  return node != nullptr ? node->text : std::string_view();
}

bool is_true(const Node* node) {
  return node != nullptr && node->kind == Kind::boolean && node->boolean;
}

StoredWeights known(Quantization quantization) { return {quantization, ""}; }

StoredWeights unknown(std::string why) { return {Quantization::none, std::move(why)}; }

// [128, 128].
bool is_known_block(const Node& block) {
  std::size_t sides = 0;
  if (block.kind != Kind::list) return false;
  for (const Node& side : block) {
    if (side.kind != Kind::integer || side.integer != kGroup) return false;
    ++sides;
  }
  return sides == 2;
}

StoredWeights of_fp8(const Node* block) {
  if (block == nullptr) return known(Quantization::fp8);
  if (is_known_block(*block)) return known(Quantization::fp8_block);
  return unknown("8-bit floats in blocks other than 128 x 128");
}

// Integers of 4 bits, a scale for each group of columns.
StoredWeights of_groups(std::string_view bits, std::string_view group, bool zeros) {
  if (bits == "4" && group == "128") {
    return known(zeros ? Quantization::int4_group_zeros : Quantization::int4_group);
  }
  return unknown(
      fmt::format("integers of {} bits in groups of {}; 4 bits in groups of 128 are known",
                  bits.empty() ? "unknown" : bits, group.empty() ? "unknown size" : group));
}

// One of the config_groups of compressed-tensors.
StoredWeights of_scheme(const Node& scheme) {
  const Node* weights = member_of(&scheme, "weights");
  const std::string_view bits = text_of(member_of(weights, "num_bits"));
  const std::string_view type = text_of(member_of(weights, "type"));
  const std::string_view strategy = text_of(member_of(weights, "strategy"));
  const Node* symmetric = member_of(weights, "symmetric");
  const Node* inputs = member_of(&scheme, "input_activations");
  if (type == "float" && bits == "8") {
    return of_fp8(strategy == "block" ? member_of(weights, "block_structure") : nullptr);
  }
  if (type == "int" && bits == "8" && text_of(member_of(inputs, "num_bits")) == "8") {
    return known(Quantization::int8);
  }
  if (type == "int" && strategy == "group") {
    return of_groups(bits, text_of(member_of(weights, "group_size")),
                     symmetric != nullptr && !is_true(symmetric));
  }
  return unknown(fmt::format("weights of type '{}' with {} bits by '{}'", type,
                             bits.empty() ? "unknown" : bits, strategy));
}

StoredWeights of_compressed_tensors(const Node& config) {
  const Node* groups = member_of(&config, "config_groups");
  if (groups == nullptr || groups->kind != Kind::map || !groups->has_members()) {
    return unknown("compressed-tensors without 'config_groups'");
  }
  const StoredWeights first = of_scheme(*groups->begin());
  for (const Node& scheme : *groups) {
    if (of_scheme(scheme) != first) return unknown("compressed-tensors of several kinds");
  }
  return first;
}

StoredWeights of_method(const Node& config, std::string_view method) {
  const auto text = [&](std::string_view key, std::string_view other = {}) {
    return text_of(member_of(&config, key, other));
  };
  if (method == "fp8") return of_fp8(member_of(&config, "weight_block_size"));
  if (method == "fbgemm_fp8") return known(Quantization::fp8);
  if (method == "mxfp4") return known(Quantization::mxfp4);
  if (method == "compressed-tensors") return of_compressed_tensors(config);
  if (method == "awq") {
    const Node* zeros = member_of(&config, "zero_point");
    return of_groups(text("bits", "w_bit"), text("group_size", "q_group_size"),
                     zeros == nullptr || is_true(zeros));
  }
  if (method == "gptq") {
    const Node* symmetric = member_of(&config, "sym");
    return of_groups(text("bits"), text("group_size"), symmetric != nullptr && !is_true(symmetric));
  }
  if (method == "bitsandbytes" && is_true(member_of(&config, "load_in_4bit", "_load_in_4bit"))) {
    return known(Quantization::bitsandbytes_4bit);
  }
  if (method == "modelopt" && text("quant_algo") == "FP8") return known(Quantization::fp8);
  return unknown(fmt::format("'quant_method' '{}'{}", method,
                             method == "bitsandbytes" ? " of other than 4 bits" : ""));
}

}  // namespace

StoredWeights read_quantization(const Node* config) {
  if (config == nullptr || !config->has_members()) return {};
  const std::string_view method = text_of(member_of(config, "quant_method"));
  if (method.empty()) return unknown("'quantization_config' has no 'quant_method'");
  return of_method(*config, method);
}

bool has_fp8_cache(const Node& config, Problems& problems) {
  bool fp8 = false;
  for (const Node& member : config) {
    if (member.kind == Kind::null || !member.key.starts_with("kv_cache")) continue;
    std::string_view bits;
    std::string_view type;
    if (member.key == "kv_cache_scheme" && member.kind == Kind::map) {
      for (const Node& value : member) {
        if (value.key == "num_bits") bits = value.text;
        if (value.key == "type") type = value.text;
      }
    }
    if ((member.key == "kv_cache_quant_algo" && member.text == "FP8") ||
        (bits == "8" && type == "float")) {
      fp8 = true;
    } else {
      problems.add(member.key_at, fmt::format("{} quantises the cache in a way that is not known "
                                              "here; expected 8-bit floats",
                                              in_quotes(member.key)));
    }
  }
  return fp8;
}

}  // namespace kvf::input
