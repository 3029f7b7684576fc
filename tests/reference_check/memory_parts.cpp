// What vLLM logged of its memory beside weights: activations, CUDA graphs, and what is left for KV.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "models/engines/vllm_ledger.h"
#include "models/engines/vllm_weights.h"
#include "tests/reference_check/memory_model.h"

namespace kvf::reference {
namespace {

constexpr double kActivationShare = 0.02;
constexpr double kGraphShare = 0.3;
constexpr double kIdentity = 0.02;  // GiB: four figures with two decimals
constexpr double kChainShare = 0.01;
constexpr double kChainLeast = 0.1;    // GiB
constexpr double kWidestShare = 0.15;  // of a band
constexpr double kWidest = 1.5;        // GiB
constexpr double kHalfDigit = 0.005;   // of what a log prints, GiB

// What decides whether a figure must be met, or only a band.
struct Scope {
  bool text = true;   // no encoder of images
  bool plain = true;  // weights are not quantised
  bool one_stage = true;
  bool latent = false;
  bool dense = true;

  bool all() const { return text && plain && one_stage && !latent; }
};

Band band_of(const Estimate& e) { return {in_gib(e.low), in_gib(e.mid), in_gib(e.high)}; }

void compare(Row& row, const std::string& part, bool in_scope, double want, const Estimate& got,
             double tolerance) {
  if (in_scope) return row.measure(part, want, in_gib(got.mid), tolerance);
  row.banded(part + ", out of scope", want, band_of(got), kHalfDigit,
             std::max(kWidestShare * std::abs(in_gib(got.mid)), kWidest));
}

// Versions are told apart from what the log calls itself. A build between releases counts as the
// release that followed it.
std::optional<EngineVersion> version_of(const std::string& words) {
  if (words.starts_with("main 2024-12")) return EngineVersion{{0, 6, 5}};
  return parse_engine_version(words);
}

std::optional<vllm::Settings> settings_of(const Node& record, std::string& reason) {
  const Node* words = find(record, "engine_version");
  const auto version = words == nullptr ? std::nullopt : version_of(std::string(words->text));
  if (!version) {
    reason = "the version is not known";
    return std::nullopt;
  }
  const auto sequences = maybe_integer(record, "max_num_seqs");
  const auto rows = maybe_integer(record, "max_num_batched_tokens");
  if (!sequences || !rows) {
    reason = "max_num_seqs or max_num_batched_tokens is not known";
    return std::nullopt;
  }
  vllm::Settings s;
  s.version = *version;
  s.v0 = words->text.find("(V0") != std::string_view::npos;
  s.tensor_parallel = integer(get(record, "tensor_parallel_size"));
  s.pipeline_parallel = maybe_integer(record, "pipeline_parallel_size").value_or(1);
  s.max_num_seqs = *sequences;
  s.max_num_batched_tokens = Tokens(*rows);
  s.max_model_len = Tokens(maybe_integer(record, "max_model_len_tokens").value_or(*rows));
  if (const Node* share = find(record, "gpu_memory_utilization")) {
    s.gpu_memory_utilization = number(*share);
  }
  if (const Node* eager = find(record, "enforce_eager")) s.enforce_eager = boolean(*eager);
  const Node* dtype = find(record, "dtype");
  s.number_bytes = dtype != nullptr && dtype->text == "float32" ? 4 : 2;
  return s;
}

vllm::Gpu gpu_of(const Node& record) {
  vllm::Gpu gpu;
  if (const Node* total = find(record, "total_gpu_memory_gib")) {
    gpu.memory = gibibytes(number(*total));
  }
  if (const auto sms = maybe_integer(record, "gpu_sm_count")) gpu.sm_count = *sms;
  if (const Node* capability = find(record, "gpu_compute_capability")) {
    gpu.compute_major =
        static_cast<int>(std::strtod(std::string(capability->text).c_str(), nullptr));
  }
  return gpu;
}

// Of the logged parts: what is left of the budget, as the engine works it out.
void compare_identity(Row& row, const Node& record, const Scope& scope, const vllm::Settings& s,
                      const vllm::Gpu& gpu) {
  const Node* want = find(record, "available_kv_cache_gib");
  const Node* weights = find(record, "weights_gib");
  const Node* peak = find(record, "activation_peak_gib");
  const Node* other = find(record, "non_torch_gib");
  if (want == nullptr || weights == nullptr || peak == nullptr || other == nullptr) return;
  if (gpu.memory == Bytes{} || !scope.all()) return;
  const std::string model = text(get(record, "model"));
  if (model.starts_with("unsloth")) {
    return row.refused("available_kv_cache_gib", "another program changes vLLM");
  }
  const Bytes used =
      gibibytes(number(*weights)) + gibibytes(number(*peak)) + gibibytes(number(*other));
  row.measure("KV from logged parts", number(*want), in_gib(vllm::budget(s, gpu) - used),
              kIdentity);
}

}  // namespace

void compare_parts(Row& row) {
  const Node& record = row.node();
  std::string reason;
  const auto config = model_of(record, reason);
  const auto load = config ? load_of(record, reason) : std::nullopt;
  const auto settings = load ? settings_of(record, reason) : std::nullopt;
  if (!settings) return row.refused("activation_peak_gib", reason);
  const vllm::Gpu gpu = gpu_of(record);
  const Architecture& model = config->weights->architecture;
  vllm::Settings with_load = *settings;
  with_load.triton_experts = load->quantization != Quantization::mxfp4;
  Scope scope;
  scope.text = !load->vision;
  scope.plain = load->quantization == Quantization::none;
  scope.one_stage = settings->pipeline_parallel == 1;
  scope.latent = model.latent;
  scope.dense = model.experts == 0;
  compare_identity(row, record, scope, *settings, gpu);

  vllm::Served served{config->shape, model, {}, load->vision};
  try {
    served.weights = vllm_weights(*config->weights, *load);
    const Ledger ledger = vllm::ledger(served, with_load, gpu);
    if (const Node* want = find(record, "activation_peak_gib")) {
      const double logged = number(*want);
      compare(row, "activation peak", scope.all(), logged, ledger.find("activations")->size,
              kActivationShare * logged);
    }
    const Node* graphs = find(record, "cuda_graph_gib");
    const LedgerPart* predicted = ledger.find("cuda_graphs");
    if (graphs != nullptr && predicted != nullptr) {
      const bool in_scope =
          scope.all() && scope.dense && settings->version >= EngineVersion{{0, 15, 0}};
      compare(row, "CUDA graphs", in_scope, number(*graphs), predicted->size,
              kGraphShare * number(*graphs));
    }
    const Node* kv = find(record, "available_kv_cache_gib");
    if (kv != nullptr && gpu.memory > Bytes{}) {
      const double logged = number(*kv);
      compare(row, "whole chain", scope.all(), logged, ledger.available_kv,
              std::max(kChainShare * logged, kChainLeast));
    }
  } catch (const Refusal& refusal) {
    row.refused("activation_peak_gib", refusal.what());
  }
}

}  // namespace kvf::reference
