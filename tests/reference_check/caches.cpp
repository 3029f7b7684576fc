// Rows with `cache_class`: what the caches of the transformers library really held.
#include <algorithm>
#include <map>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "models/transformers_cache.h"
#include "sim/input/config/config.h"
#include "tests/reference_check/row.h"

namespace kvf::reference {
namespace {

// One tensor: its shape and dtype. Names and classes are not compared.
std::string shown(const CacheTensor& tensor) {
  return fmt::format("{} {}", tensor.dtype, fmt::join(tensor.shape, "x"));
}

std::string our_dtype(std::string_view theirs) {
  static const std::map<std::string_view, std::string> names{
      {"float32", "fp32"}, {"float16", "fp16"}, {"bfloat16", "bf16"}, {"float8_e4m3fn", "fp8"}};
  const auto found = names.find(theirs);
  return found == names.end() ? std::string(theirs) : found->second;
}

std::string shown(const Node& tensor) {
  std::string shape;
  std::string dtype = "fp32";
  for (const Node& item : tensor) {
    if (item.kind == Kind::text) {
      dtype = our_dtype(item.text);
    } else {
      shape += (shape.empty() ? "" : "x") + std::to_string(integer(item));
    }
  }
  return dtype + " " + shape;
}

struct Layer {
  std::vector<std::string> tensors;  // in order
  std::int64_t bytes = 0;
  std::int64_t storage = 0;
};

std::vector<Layer> expanded(const CacheSnapshot& snapshot) {
  std::vector<Layer> layers;
  for (const CachedLayers& run : snapshot.layers) {
    Layer layer{{}, run.bytes.count(), run.storage.count()};
    for (const CacheTensor& tensor : run.tensors) layer.tensors.push_back(shown(tensor));
    std::sort(layer.tensors.begin(), layer.tensors.end());
    layers.insert(layers.end(), static_cast<std::size_t>(run.count), layer);
  }
  return layers;
}

void compare(Row& row, const std::string& name, const Node& want, const CacheSnapshot& got,
             bool only_bytes) {
  const std::vector<Layer> layers = expanded(got);
  std::size_t i = 0;
  for (const Node& run : get(want, "layers")) {
    std::vector<std::string> tensors;
    for (const Node& tensor : get(run, "tensors")) tensors.push_back(shown(tensor));
    std::sort(tensors.begin(), tensors.end());
    for (std::int64_t n = integer(get(run, "layers")); n > 0; --n, ++i) {
      const std::string field = fmt::format("{}.layers[{}]", name, i);
      if (i >= layers.size()) {
        row.different(field, "a layer", "none");
        return;
      }
      if (!only_bytes && tensors != layers[i].tensors) {
        row.different(field, fmt::format("{}", tensors), fmt::format("{}", layers[i].tensors));
      }
      row.compare(field + ".bytes", get(run, "bytes"), layers[i].bytes);
      if (const Node* storage = find(run, "storage_bytes"); storage != nullptr && !only_bytes) {
        row.compare(field + ".storage_bytes", *storage, layers[i].storage);
      }
    }
  }
  if (i != layers.size()) {
    row.different(name + ".layers", std::to_string(i), std::to_string(layers.size()));
  }
  row.compare(name + ".total_bytes", get(want, "total_bytes"), got.bytes().count());
  if (const Node* storage = find(want, "total_storage_bytes"); storage != nullptr && !only_bytes) {
    row.compare(name + ".total_storage_bytes", *storage, got.storage().count());
  }
}

TransformersCacheKind kind_of(std::string_view cache) {
  if (cache == "DynamicCache()") return TransformersCacheKind::dynamic_without_config;
  if (cache == "static" || cache == "StaticCache") return TransformersCacheKind::static_length;
  if (cache == "QuantizedCache") return TransformersCacheKind::quantized;
  if (cache == "default" || cache == "dynamic" || cache == "DynamicCache(config)") {
    return TransformersCacheKind::dynamic;
  }
  throw BadRow("an unknown cache '" + std::string(cache) + "'");
}

TransformersCall call_of(const Node& node) {
  TransformersCall call;
  const std::string cache = text(get(node, "cache"));
  call.kind = kind_of(cache);
  call.batch = integer(get(node, "batch"));
  call.prompt = tokens(node, "prompt");
  const Tokens output = tokens(node, "output");
  const bool generate = text(get(node, "driver")) == "generate";
  call.decoded = generate ? std::max(output - Tokens(1), Tokens{}) : output;
  call.length =
      cache == "StaticCache" ? tokens(node, "max_cache_len") : call.prompt + output - Tokens(1);
  if (const Node* quant = find(node, "quant")) {
    call.quantization.fp8 = text(get(*quant, "backend")) == "fp8";
    call.quantization.bits = maybe_integer(*quant, "nbits").value_or(4);
    call.quantization.group = maybe_integer(*quant, "q_group_size").value_or(64);
    call.quantization.residual = Tokens(maybe_integer(*quant, "residual_length").value_or(128));
  }
  return call;
}

// Where there is no formula: caches of a class of their own, and compressed or encoder's entries.
bool has_formula(const Node& node) {
  const Node* name = find(node, "cache_class");
  if (find(node, "error") != nullptr || name == nullptr || find(node, "after_prefill") == nullptr) {
    return false;
  }
  for (const std::string_view known : {"DynamicCache", "StaticCache", "QuantizedCache"}) {
    if (name->text != known) continue;
    const std::string type = text(get(node, "model_type"));
    return type != "deepseek_v4" && type != "minimax" && type != "recurrent_gemma";
  }
  return false;
}

}  // namespace

void check_cache(Row& row) {
  const Node& node = row.node();
  input::Problems problems("config");
  input::Config config = input::read_config(get(node, "config"), problems);
  problems.throw_if_any();
  config.shape.dtype = our_dtype(text(get(node, "dtype")));

  if (!has_formula(node)) {
    std::string answer = "not modelled";
    try {
      TransformersCall call = call_of(node);
      call.version = parse_transformers_version(text(get(node, "version"))).value();
      const TransformersCache cache = transformers_cache(config.shape, call);
      answer = fmt::format("{} bytes after the prefill", cache.after_prefill.bytes().count());
    } catch (const std::exception& error) {
      answer = error.what();
    }
    row.recorded_exception(answer);
    return;
  }
  TransformersCall call = call_of(node);
  std::vector<std::string> versions{text(get(node, "version"))};
  if (const Node* same = find(node, "same_in")) {
    for (const Node& version : *same) versions.push_back(text(version));
  }
  const bool only_bytes = call.kind == TransformersCacheKind::quantized;
  for (const std::string& version : versions) {
    const auto known = parse_transformers_version(version);
    if (!known) throw BadRow("an unknown version " + version);
    call.version = *known;
    const TransformersCache cache = transformers_cache(config.shape, call);
    compare(row, version + ".after_prefill", get(node, "after_prefill"), cache.after_prefill,
            only_bytes);
    compare(row, version + ".after_decode", get(node, "after_decode"), cache.after_decode,
            only_bytes);
  }
}

}  // namespace kvf::reference
