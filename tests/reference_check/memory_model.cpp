#include "tests/reference_check/memory_model.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "sim/input/catalogue/catalogue.h"
#include "sim/input/config/family.h"
#include "sim/input/json.h"
#include "sim/input/weights/family.h"

namespace kvf::reference {
namespace {

std::string lower(std::string name) {
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name;
}

// "Qwen2.5-7B-Instruct" of "Qwen/Qwen2.5-7B-Instruct, 4-bit", in lower case.
std::string short_name(std::string name) {
  name = name.substr(0, std::min(name.find(" ("), name.find(',')));
  name = name.substr(name.rfind('/') == std::string::npos ? 0 : name.rfind('/') + 1);
  name = lower(name);
  if (name.starts_with("meta-")) name = name.substr(5);
  for (const std::string_view word : {"-quantized", "-fp8", "-awq", "-gptq", "-bnb", " "}) {
    name = name.substr(0, name.find(word));
  }
  return name;
}

const input::CatalogueEntry* entry_of(std::string name) {
  while (true) {
    if (const input::CatalogueEntry* entry = input::find_model(name)) return entry;
    const std::size_t end = name.rfind('-');
    if (end == std::string::npos) return nullptr;
    // What a checkpoint was trained for is no part of its shape.
    static constexpr std::array<std::string_view, 8> kEndings{"instruct", "chat", "it",   "hf",
                                                              "base",     "1m",   "v0.1", "v0.2"};
    if (std::find(kEndings.begin(), kEndings.end(), name.substr(end + 1)) == kEndings.end()) {
      return nullptr;
    }
    name.resize(end);
  }
}

// What publishers call their models: the first that the name holds. "": a record does not say enough
// (shared experts, dense layers, states), so that only the catalogue has them.
std::string_view type_of(std::string_view name, bool experts) {
  static constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"llama-4", ""},
      {"distill-llama", "llama"},
      {"distill-qwen", "qwen2"},
      {"qwen1.5-moe", ""},
      {"qwen3-next", ""},
      {"qwen3.", ""},
      {"qwen2-57b", ""},
      {"granite-4", ""},
      {"phi-4-multimodal", ""},
      {"qwen3", "qwen3"},
      {"qwen", "qwen2"},
      {"qwq", "qwen2"},
      {"kimi-dev", "qwen2"},
      {"kimi-k2", ""},
      {"kimi-vl", ""},
      {"moonlight", ""},
      {"deepseek-coder-v2", ""},
      {"deepseek-v2", ""},
      {"deepseek-v3", ""},
      {"deepseek-r1", ""},
      {"mixtral", "mixtral"},
      {"mistral", "mistral"},
      {"ministral", "mistral"},
      {"devstral", "mistral"},
      {"codestral", "mistral"},
      {"pixtral", "mistral"},
      {"granite", "granite"},
      {"gemma-3n", ""},
      {"gemma-3", "gemma3_text"},
      {"gemma-2-", "gemma2"},
      {"gemma", "gemma"},
      {"gpt-oss", "gpt_oss"},
      {"phi-3.5-moe", "phimoe"},
      {"phi-4", "phi3"},
      {"phi-3", "phi3"},
      {"phi", "phi"},
      {"smollm3", "smollm3"},
      {"olmoe", "olmoe"},
      {"olmo-2", "olmo2"},
      {"olmo", "olmo"},
      {"command-r7b", "cohere2"},
      {"command-r", "cohere"},
      {"starcoder2", "starcoder2"},
      {"falcon", "falcon"},
      {"opt-", "opt"},
      {"glm-4.5", ""},
      {"glm-4", "glm4"},
      {"stablelm", "stablelm"},
      {"llama", "llama"},
      {"vicuna", "llama"},
      {"yi-", "llama"},
      {"zephyr", "mistral"},
      {"hermes", "llama"},
      {"smollm", "llama"},
      {"tulu", "llama"},
      {"deepseek", "llama"},
  };
  for (const auto& [word, type] : kNames) {
    if (name.find(word) == std::string_view::npos) continue;
    if (experts && type == "qwen3") return "qwen3_moe";
    if (experts && type == "granite") return "granitemoe";
    return type;
  }
  return "";
}

std::string written(const Node& node) {
  switch (node.kind) {
    case Kind::text:
      return fmt::format("\"{}\"", node.text);
    case Kind::list:
    case Kind::map: {
      std::string inside;
      for (const Node& item : node) {
        if (!inside.empty()) inside += ",";
        if (node.kind == Kind::map) inside += fmt::format("\"{}\":", item.key);
        inside += written(item);
      }
      return node.kind == Kind::list ? "[" + inside + "]" : "{" + inside + "}";
    }
    case Kind::boolean:
      return node.boolean ? "true" : "false";
    case Kind::null:
      return "null";
    default:
      return std::string(node.text);
  }
}

using Values = std::map<std::string, std::string>;

Values values_of(const input::CatalogueEntry& entry) {
  Values values;
  input::Problems problems("catalogue");
  input::Tree tree;
  const std::string text = fmt::format("{{{}}}", entry.values);
  input::JsonParser().parse(text, tree, problems);
  problems.throw_if_any();
  for (const Node& member : tree.root()) values[std::string(member.key)] = written(member);
  return values;
}

// The record's fields under the names that the family has for them.
void put_fields(const Node& record, std::string_view type, Values& values) {
  const input::Family* cache = input::find_family(type);
  const bool own_heads = cache != nullptr && cache->attention != input::Attention::mha;
  for (const std::string_view key : {"num_hidden_layers", "hidden_size", "num_attention_heads",
                                     "num_key_value_heads", "head_dim", "tie_word_embeddings"}) {
    // A family without KV heads of their own has no such keys.
    if (!own_heads && (key == "num_key_value_heads" || key == "head_dim")) continue;
    if (const Node* value = find(record, key)) values[std::string(key)] = written(*value);
  }
  const input::WeightFamily* family = input::find_weight_family(type);
  if (family == nullptr) return;
  static constexpr std::pair<std::string_view, std::string_view> kFields[] = {
      {"intermediate_size", "I"}, {"vocab_size", "V"},     {"max_position_embeddings", "M"},
      {"moe_experts", "X"},       {"moe_top_k", "active"}, {"moe_intermediate_size", "Im"}};
  for (const auto& [field, symbol] : kFields) {
    const std::string_view key = input::key_of_symbol(*family, symbol);
    const Node* value = find(record, field);
    if (value != nullptr && !key.empty()) values[std::string(key)] = written(*value);
  }
  if (const Node* rank = find(record, "mla_kv_lora_rank")) values["kv_lora_rank"] = written(*rank);
}

}  // namespace

std::optional<input::Config> model_of(const Node& record, std::string& reason) {
  const std::string name = short_name(text(get(record, "model")));
  const input::CatalogueEntry* entry = entry_of(name);
  const bool shaped = find(record, "hidden_size") != nullptr;
  const bool experts = find(record, "moe_experts") != nullptr;
  std::string_view type = entry != nullptr ? entry->family : type_of(name, experts);
  if (type.empty()) type = type_of(lower(text(get(record, "model"))), experts);
  if (type.empty() || (entry == nullptr && !shaped)) {
    reason = fmt::format("'{}' is no model that is known, or has no shape", name);
    return std::nullopt;
  }
  Values values = entry != nullptr ? values_of(*entry) : Values();
  if (shaped) put_fields(record, type, values);
  // Published ones with so many positions stretch their positions eightfold.
  if (type == "gemma3_text" && !values.contains("rope_scaling") &&
      values["max_position_embeddings"] == "131072") {
    values["rope_scaling"] = R"({"rope_type":"linear","factor":8})";
  }
  std::string all = fmt::format(R"("model_type":"{}")", type);
  for (const auto& [key, value] : values) all += fmt::format(",\"{}\":{}", key, value);
  input::Config config;
  try {
    config = input::parse_config("{" + all + "}", "record");
  } catch (const input::InputError& error) {
    reason = error.what();
    return std::nullopt;
  }
  if (!config.weights) {
    reason = config.no_weights;
    return std::nullopt;
  }
  return config;
}

std::optional<WeightLoad> load_of(const Node& record, std::string& reason) {
  static const std::map<std::string_view, std::string_view> kDtypes{
      {"bfloat16", "bf16"}, {"float16", "fp16"}, {"float32", "fp32"}};
  static const std::map<std::string_view, Quantization> kQuantizations{
      {"none", Quantization::none},
      {"fp8", Quantization::fp8},
      {"w8a8_int8", Quantization::int8},
      {"fp8_block128", Quantization::fp8_block},
      {"w4a16_g128", Quantization::int4_group},
      {"w4_g128", Quantization::int4_group_zeros},
      {"bnb_4bit", Quantization::bitsandbytes_4bit},
      {"mxfp4", Quantization::mxfp4}};
  WeightLoad load;
  const Node* dtype = find(record, "dtype");
  const Node* quantization = find(record, "quantization");
  const Node* ranks = find(record, "tensor_parallel_size");
  if (dtype != nullptr) {
    const auto found = kDtypes.find(dtype->text);
    if (found == kDtypes.end()) reason = fmt::format("dtype '{}' is not known", dtype->text);
    load.dtype = found == kDtypes.end() ? "bf16" : found->second;
  }
  if (quantization != nullptr) {
    const auto found = kQuantizations.find(quantization->text);
    if (found == kQuantizations.end()) {
      reason = fmt::format("quantisation '{}' is not modelled", quantization->text);
    } else {
      load.quantization = found->second;
    }
  }
  if (ranks == nullptr) reason = "the number of ranks is not recorded";
  if (!reason.empty()) return std::nullopt;
  load.ranks = integer(*ranks);
  load.stages = maybe_integer(record, "pipeline_parallel_size").value_or(1);
  load.stage = maybe_integer(record, "pipeline_rank").value_or(0);
  const Node* vision = find(record, "vision_encoder");
  load.vision = vision != nullptr && boolean(*vision);
  // "0.19.0 (V1)"; anything else counts as the newest that is modelled.
  if (const Node* version = find(record, "engine_version")) {
    load.version = parse_engine_version(version->text).value_or(load.version);
  }
  return load;
}

}  // namespace kvf::reference
