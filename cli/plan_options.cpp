#include "cli/plan_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "cli/command.h"
#include "models/dtype.h"
#include "models/engines/vllm_ledger.h"
#include "models/engines/vllm_weights.h"
#include "sim/input/bind.h"
#include "sim/input/gpu.h"
#include "sim/input/model.h"
#include "sim/input/policy.h"
#include "sim/input/policy_forms.h"

namespace kvf::cli {
namespace {

[[noreturn]] void refuse(std::string_view key, std::string_view value, std::string_view expected) {
  throw UsageError(fmt::format("--{} is {}; expected {}", key, input::in_quotes(value), expected));
}

std::string flag(std::string_view key) { return "--" + std::string(key); }

Tokens tokens(std::string_view key, std::string_view value, Range range) {
  return input::parse_tokens(value, std::string(key), range, flag(key));
}

std::int64_t count(std::string_view key, std::string_view value) {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), count);
  if (error != std::errc{} || end != value.data() + value.size() || count < 1 || count > 1 << 20) {
    refuse(key, value, "a whole number, 1 to 1048576");
  }
  return count;
}

double number(std::string_view key, std::string_view value, double low, double high) {
  double number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc{} || end != value.data() + value.size() || !(number > low) ||
      !(number <= high)) {
    refuse(key, value, fmt::format("a number above {}, up to {}", low, high));
  }
  return number;
}

void set_model(PlanOptions& options, std::string_view, std::string_view value) {
  options.model = std::make_shared<const input::Model>(input::parse_model(value));
}

// GPUs whose name begins as the one that is looked for: "A100" has several sizes.
std::string similar(std::string_view value) {
  std::string begin(value);
  std::transform(begin.begin(), begin.end(), begin.begin(), [](unsigned char c) {
    return c == ' ' ? '-' : static_cast<char>(std::tolower(c));
  });
  std::string names;
  for (const std::string_view name : device_names()) {
    if (name.starts_with(begin)) names += (names.empty() ? ": " : ", ") + std::string(name);
  }
  if (!names.empty()) return names;
  const std::string_view near = input::nearest(value, device_names());
  return near.empty() ? " (kvfootprint devices lists them)"
                      : fmt::format("; did you mean '{}'?", near);
}

void set_gpu(PlanOptions& options, std::string_view key, std::string_view value) {
  const auto gpu = input::parse_gpu(value);
  const bool too_small = !gpu && input::parse_size(value);
  if (!gpu) refuse(key, value, std::string(input::kGpuWords) + (too_small ? "" : similar(value)));
  options.gpu = *gpu;
}

void set_engine(PlanOptions& options, std::string_view key, std::string_view value) {
  bool bad_version = false;
  const auto engine = input::parse_engine(value, bad_version);
  if (!engine) refuse(key, value, bad_version ? input::kVersionWords : input::kEngineWords);
  options.v0 = engine->v0;
  options.version = engine->version;
}

void set_kv_dtype(PlanOptions& options, std::string_view key, std::string_view value) {
  if (value != "auto" && find_dtype(value) == nullptr) {
    refuse(key, value, fmt::format("auto, {}", fmt::join(dtype_names(), ", ")));
  }
  options.kv_dtype = value == "auto" ? std::string_view() : find_dtype(value)->name;
}

void set_dtype(PlanOptions& options, std::string_view key, std::string_view value) {
  if (value == "auto") {
    options.dtype.clear();
    return;
  }
  const Dtype* dtype = find_dtype(value);
  if (dtype == nullptr || !dtype->is_plain() || dtype->bytes(1) < Bytes(2))
    refuse(key, value, "auto, fp32, fp16 or bf16");
  options.dtype = dtype->name;
}

void set_quantization(PlanOptions& options, std::string_view key, std::string_view value) {
  const auto quantization = parse_quantization(value);
  if (!quantization) refuse(key, value, fmt::format("{}", fmt::join(quantization_names(), ", ")));
  options.quantization = *quantization;
}

// A policy that is named alone takes what it cannot do without from the paper's tables.
void set_policy(PlanOptions& options, std::string_view key, std::string_view value) {
  options.policy = input::make_usual_policy(value);
  if (!options.policy) options.policy = input::parse_policy(value, flag(key));
}

using O = PlanOptions;
using S = std::string_view;

template <auto... Members>
void copy(const O& from, O& to) {
  ((to.*Members = from.*Members), ...);
}

struct Key {
  S name;
  S help;
  void (*set)(O&, S key, S value);
  void (*copy)(const O& from, O& to);  // what it sets
};

constexpr std::array<Key, 16> kKeys{{
    {"model", "a name, or a config.json", set_model, copy<&O::model>},
    {"gpu", "a name (kvfootprint devices), or bytes: 80GiB", set_gpu, copy<&O::gpu>},
    {"engine", "vllm@VERSION; absent: the newest that is modelled", set_engine,
     copy<&O::version, &O::v0>},
    {"tp", "tensor-parallel GPUs; absent: 1",
     [](O& o, S k, S v) { o.tensor_parallel = count(k, v); }, copy<&O::tensor_parallel>},
    {"pp", "pipeline-parallel GPUs; absent: 1",
     [](O& o, S k, S v) { o.pipeline_parallel = count(k, v); }, copy<&O::pipeline_parallel>},
    {"dtype", "of weights and activations; absent: bf16", set_dtype, copy<&O::dtype>},
    {"kv-dtype", "of the cache; absent: auto, the model's", set_kv_dtype, copy<&O::kv_dtype>},
    {"quantization", "of the weights; absent: what the config.json says, else none",
     set_quantization, copy<&O::quantization>},
    {"max-model-len", "tokens of the longest request; absent: the model's",
     [](O& o, S k, S v) { o.max_model_len = tokens(k, v, kAtLeastOne); }, copy<&O::max_model_len>},
    {"max-num-seqs", "sequences of a pass; absent: the engine's default on this GPU",
     [](O& o, S k, S v) { o.max_num_seqs = count(k, v); }, copy<&O::max_num_seqs>},
    {"max-num-batched-tokens", "rows of a pass; absent: the engine's default on this GPU",
     [](O& o, S k, S v) { o.max_num_batched_tokens = tokens(k, v, kAtLeastOne); },
     copy<&O::max_num_batched_tokens>},
    {"gpu-memory-utilization", "share of the GPU that the engine may use; absent: 0.9",
     [](O& o, S k, S v) { o.gpu_memory_utilization = number(k, v, 0, 1); },
     copy<&O::gpu_memory_utilization>},
    {"prompt", "prompt tokens of a request; K and M are 1024 and 1024 K",
     [](O& o, S k, S v) { o.prompt = tokens(k, v, kAnyCount); }, copy<&O::prompt>},
    {"output", "output tokens of a request; absent: none",
     [](O& o, S k, S v) { o.output = tokens(k, v, kAnyCount); }, copy<&O::output>},
    {"chunk", "rows of a prefill pass; absent: max-num-batched-tokens",
     [](O& o, S k, S v) { o.chunk = tokens(k, v, kAtLeastOne); }, copy<&O::chunk>},
    {"policy", "NAME:PARAMETER=VALUE,...; absent: full", set_policy, copy<&O::policy>},
}};

const Key& key_of(std::string_view name) {
  const auto found =
      std::find_if(kKeys.begin(), kKeys.end(), [&](const Key& key) { return key.name == name; });
  if (found == kKeys.end()) {
    std::vector<std::string_view> names;
    for (const Key& key : kKeys) names.push_back(key.name);
    throw UsageError(
        fmt::format("--what-if of {}{}", input::in_quotes(name), input::suggestion(name, names)));
  }
  return *found;
}

}  // namespace

std::vector<PlanKey> plan_keys() {
  std::vector<PlanKey> keys;
  for (const Key& key : kKeys) keys.push_back({key.name, key.help});
  return keys;
}

void set_plan_option(PlanOptions& options, std::string_view key, std::string_view value) {
  key_of(key).set(options, key, value);
}

Axis parse_axis(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals + 1 == text.size()) {
    throw UsageError(
        fmt::format("--what-if is {}; expected KEY=VALUE,VALUE,...", input::in_quotes(text)));
  }
  Axis axis{std::string(text.substr(0, equals)), {}};
  const Key& key = key_of(axis.name);
  std::vector<std::string> values{""};
  int depth = 0;
  for (const char c : text.substr(equals + 1)) {
    if (c == '(' || c == '[') ++depth;
    if (c == ')' || c == ']') --depth;
    if (c == ',' && depth == 0) {
      values.emplace_back();
    } else {
      values.back() += c;
    }
  }
  // snapkv:sparsity=0.5,eviction=naive is one value: its parameters have an equals sign.
  std::vector<std::string> joined;
  for (std::string& value : values) {
    const bool parameter = value.find('=') < value.find(':');
    if (parameter && !joined.empty() && joined.back().find(':') != std::string::npos) {
      joined.back() += "," + value;
    } else {
      joined.push_back(std::move(value));
    }
  }
  if (std::any_of(joined.begin(), joined.end(), [](const std::string& v) { return v.empty(); })) {
    throw UsageError(fmt::format("--what-if {} has an empty value", axis.name));
  }
  for (const std::string& value : joined) {
    // Parsed once, copied to each point.
    auto parsed = std::make_shared<PlanOptions>();
    key.set(*parsed, axis.name, value);
    axis.values.push_back(
        {value, [parsed, &key](PlanOptions& options) { key.copy(*parsed, options); }});
  }
  return axis;
}

}  // namespace kvf::cli
