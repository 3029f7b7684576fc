#include "sim/capacity.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "models/dtype.h"
#include "models/engines/vllm_ledger.h"
#include "models/engines/vllm_weights.h"

namespace kvf {
namespace {

const LlmWeights& weights_of(const input::Model& model) {
  if (!model.weights) {
    throw Refusal("the parameters of this model are not known" +
                  (model.no_weights.empty() ? "" : ": " + model.no_weights));
  }
  return *model.weights;
}

vllm::Gpu gpu_of(const Device& device) {
  return {device.memory, device.sm_count, device.compute_major};
}

Quantization quantization_of(const PlanOptions& options) {
  const input::StoredWeights& stored = options.model->quantization;
  if (!options.quantization && !stored.unknown.empty()) {
    throw Refusal("how the weights of this model are quantised is not known: " + stored.unknown +
                  "; say it with 'quantization'");
  }
  return options.quantization.value_or(stored.quantization);
}

vllm::Settings settings_of(const PlanOptions& options, const Architecture& model) {
  const vllm::Gpu gpu = gpu_of(options.gpu);
  const std::string dtype = options.dtype.empty() ? "bf16" : options.dtype;
  vllm::Settings s;
  s.version = options.version;
  s.v0 = options.v0.value_or(vllm::runs_v0(options.version, gpu));
  s.tensor_parallel = options.tensor_parallel;
  s.pipeline_parallel = options.pipeline_parallel;
  const Tokens longest =
      options.prompt ? *options.prompt + options.output : Tokens(model.max_positions);
  s.max_model_len = options.max_model_len.value_or(std::max(longest, Tokens(model.max_positions)));
  s.max_num_seqs = options.max_num_seqs.value_or(vllm::default_max_num_seqs(s.v0, gpu));
  s.max_num_batched_tokens = options.max_num_batched_tokens.value_or(
      vllm::default_max_num_batched_tokens(s.v0, gpu, s.max_model_len));
  s.gpu_memory_utilization = options.gpu_memory_utilization;
  s.enforce_eager = options.enforce_eager;
  s.number_bytes = kvf::dtype(dtype).bytes(1).count();
  s.triton_experts = quantization_of(options) != Quantization::mxfp4;
  return s;
}

WeightLoad load_of(const PlanOptions& options, const vllm::Settings& settings) {
  WeightLoad load;
  load.dtype = options.dtype.empty() ? "bf16" : std::string_view(options.dtype);
  load.quantization = quantization_of(options);
  load.ranks = settings.tensor_parallel;
  load.stages = settings.pipeline_parallel;
  load.version = settings.version;
  load.vision = options.model->sees_or_hears;
  return load;
}

LlmShape cache_of(const PlanOptions& options) {
  LlmShape shape = options.model->shape;
  if (!options.kv_dtype.empty() && options.kv_dtype != "auto") {
    shape.dtype = dtype(options.kv_dtype).name;
  } else if (!options.dtype.empty()) {
    shape.dtype = dtype(options.dtype).name;
  }
  check(shape);
  return shape;
}

TimeModel time_of(const PlanOptions& options, const Architecture& model, Bytes weights,
                  std::int64_t parameters) {
  TimeModel time;
  const bool half = options.dtype != "fp32" && options.gpu.fp16_rate > 0;
  time.rate = half ? options.gpu.fp16_rate : options.gpu.fp32_rate;
  time.bandwidth = options.gpu.bandwidth;
  time.rate_efficiency = options.rate_efficiency;
  time.bandwidth_efficiency = options.bandwidth_efficiency;
  time.weights = weights;
  // Of experts, a row goes through a few.
  double active = static_cast<double>(parameters);
  if (model.experts > 0) {
    const double of_experts = 3.0 * static_cast<double>(model.layers * model.experts) *
                              static_cast<double>(model.hidden * model.moe_intermediate);
    const double idle =
        1 - static_cast<double>(model.experts_per_token) / static_cast<double>(model.experts);
    active = std::max(0.0, active - idle * std::min(of_experts, active));
  }
  time.flops_per_row = 2 * active / static_cast<double>(options.tensor_parallel);
  if (model.kv_heads > 0) {
    time.flops_per_entry = 4.0 * static_cast<double>(model.head_dim) *
                           static_cast<double>(model.query_heads) /
                           static_cast<double>(model.kv_heads);
  }
  return time;
}

Request request_of(const PlanOptions& options, const vllm::Settings& settings) {
  Request request{options.policy.value_or(*make_policy("full")), {}};
  request.workload.prompt = options.prompt.value_or(settings.max_model_len);
  request.workload.output = options.output;
  request.workload.chunk = options.chunk.value_or(settings.max_num_batched_tokens);
  return request;
}

std::string gib(Bytes bytes) { return fmt::format("{:.2f} GiB", in_gib(bytes)); }

}  // namespace

Capacity capacity_of(const PlanOptions& options) {
  const LlmWeights& weights = weights_of(*options.model);
  Capacity out;
  out.quantization = quantization_of(options);
  out.settings = settings_of(options, weights.architecture);
  const vllm::Served served{cache_of(options), weights.architecture,
                            vllm_weights(weights, load_of(options, out.settings)),
                            options.model->sees_or_hears};
  out.ledger = vllm::ledger(served, out.settings, gpu_of(options.gpu));
  out.request = request_of(options, out.settings);
  out.needs = needs_of(served.shape, out.request,
                       {options.tensor_parallel, options.pipeline_parallel}, out.ledger.block,
                       time_of(options, weights.architecture, served.weights.mid, weights.total()));
  out.requests = requests_at_once(out.ledger.available_kv, out.needs);
  if (options.price && out.ledger.available_kv.mid > Bytes{}) {
    const double share =
        out.needs.time.held_byte_seconds / static_cast<double>(out.ledger.available_kv.mid.count());
    out.cost = *options.price / 3600 * static_cast<double>(options.gpus()) * share;
  }
  return out;
}

Tokens longest_prompt(const PlanOptions& options, const Capacity& capacity) {
  const Tokens most = std::max(capacity.settings.max_model_len - options.output, Tokens{});
  return longest_prompt(cache_of(options), capacity.request,
                        {options.tensor_parallel, options.pipeline_parallel}, capacity.ledger.block,
                        capacity.ledger.available_kv.mid, most);
}

std::string limited_by(const Capacity& capacity) {
  const Ledger& ledger = capacity.ledger;
  if (ledger.available_kv.mid <= Bytes{}) {
    const LedgerPart* largest = ledger.find("weights");
    const LedgerPart* activations = ledger.find("activations");
    if (activations->size.mid > largest->size.mid) largest = activations;
    return fmt::format("{}: {} of a budget of {}, nothing is left for the KV cache", largest->name,
                       gib(largest->size.mid), gib(ledger.budget));
  }
  if (capacity.requests.mid >= capacity.settings.max_num_seqs) {
    return fmt::format("max_num_seqs: {} requests, memory would do for {}",
                       capacity.settings.max_num_seqs, capacity.requests.mid);
  }
  return fmt::format("KV pool: {} for requests of {} each", gib(ledger.available_kv.mid),
                     gib(capacity.needs.blocks));
}

std::vector<Advice> advice(const PlanOptions& options, const Capacity& capacity) {
  std::vector<Advice> list;
  const auto attempt = [&](const std::string& change, const PlanOptions& changed) {
    try {
      const std::int64_t requests = capacity_of(changed).requests.mid;
      if (requests > capacity.requests.mid) list.push_back({change, requests});
    } catch (const std::exception&) {
      // Not every change makes sense for every model.
    }
  };
  PlanOptions changed = options;
  changed.kv_dtype = "fp8";
  attempt("fp8 KV", changed);
  changed = options;
  const Tokens chunk = capacity.request.workload.chunk.value_or(Tokens(8192));
  changed.chunk = changed.max_num_batched_tokens =
      Tokens(std::max<std::int64_t>(chunk.count() / 4, 256));
  attempt(fmt::format("chunk {}", changed.chunk->count()), changed);
  changed = options;
  changed.tensor_parallel *= 2;
  attempt(fmt::format("{} GPUs", changed.gpus()), changed);
  changed = options;
  changed.quantization = Quantization::fp8;
  if (capacity.quantization == Quantization::none) attempt("fp8 weights", changed);
  std::stable_sort(list.begin(), list.end(),
                   [](const Advice& a, const Advice& b) { return a.requests > b.requests; });
  return list;
}

std::optional<std::int64_t> gpus_for(const PlanOptions& options, std::int64_t requests,
                                     std::int64_t most) {
  for (std::int64_t ranks = 1; ranks <= most; ranks *= 2) {
    PlanOptions more = options;
    more.tensor_parallel = ranks;
    more.pipeline_parallel = 1;
    try {
      const Capacity capacity = capacity_of(more);
      if (std::min(capacity.requests.mid, capacity.settings.max_num_seqs) >= requests) return ranks;
    } catch (const std::invalid_argument&) {
      // Heads that cannot be divided over so many.
    }
  }
  return std::nullopt;
}

}  // namespace kvf
