#include "sim/planning/capacity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
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
  return {device.memory, device.sm_count, device.compute_major, device.name.starts_with("a100")};
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
  if (!options.max_model_len && std::max(longest, Tokens(model.max_positions)) < Tokens(1)) {
    throw std::invalid_argument(
        "the model does not say its longest length; expected --max-model-len");
  }
  s.max_model_len = options.max_model_len.value_or(std::max(longest, Tokens(model.max_positions)));
  s.max_num_seqs = options.max_num_seqs.value_or(vllm::default_max_num_seqs(s.v0, gpu));
  s.max_num_batched_tokens = options.max_num_batched_tokens.value_or(
      vllm::default_max_num_batched_tokens(s.v0, gpu, s.max_model_len));
  s.gpu_memory_utilization = options.gpu_memory_utilization;
  s.enforce_eager = options.enforce_eager;
  s.block = options.block;
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
  if (load.quantization == Quantization::mxfp4 &&
      weights_of(*options.model).architecture.experts == 0) {
    throw Refusal("mxfp4 is of experts, and this model has none");
  }
  return load;
}

// vLLM's own names for its cache, and what they come to: that of the model, but float32 is halved.
LlmShape cache_of(const PlanOptions& options) {
  LlmShape shape = options.model->shape;
  if (!options.kv_dtype.empty()) {
    shape.dtype = options.kv_dtype;
  } else if (!options.dtype.empty()) {
    shape.dtype = options.dtype;
  } else if (shape.dtype == "fp32") {
    shape.dtype = "bf16";
  }
  check(shape);
  if (!dtype(shape.dtype).is_plain()) {
    throw Refusal("vLLM keeps no cache in " + shape.dtype + "; expected fp32, fp16, bf16 or fp8");
  }
  return shape;
}

// Of one stage of a pipeline, and one rank of it.
TimeModel time_of(const PlanOptions& options, const LlmWeights& weights, const LlmShape& shape,
                  Bytes loaded) {
  const Architecture& model = weights.architecture;
  const auto gpus = static_cast<double>(options.gpus());
  TimeModel time;
  const Device& gpu = options.gpu;
  const bool half = options.dtype != "fp32" && gpu.fp16_rate > 0;
  const bool fp8 = quantization_of(options) == Quantization::fp8 ||
                   quantization_of(options) == Quantization::fp8_block;
  time.rate = half ? gpu.fp16_rate : gpu.fp32_rate;
  if (fp8 && gpu.fp8_rate > 0) time.rate = gpu.fp8_rate;
  time.bandwidth = gpu.bandwidth;
  time.rate_efficiency = options.rate_efficiency;
  time.bandwidth_efficiency = options.bandwidth_efficiency;
  time.stages = options.pipeline_parallel;

  const auto parameters = static_cast<double>(weights.total());
  const auto experts = static_cast<double>(weights.expert_parameters());
  if (experts > 0) {
    time.idle_share =
        1 - static_cast<double>(model.experts_per_token) / static_cast<double>(model.experts);
  }
  time.experts = Bytes(std::llround(static_cast<double>(loaded.count()) * experts / parameters));
  time.weights = loaded - time.experts;
  const double idle = experts > 0 ? time.idle_share : 0;
  time.flops_per_row = 2 * (parameters - idle * experts) / gpus;

  for (const LayerRun& run : shape.all_runs()) {
    if (!run.holds_entries()) continue;
    time.flops_per_entry = 2.0 * static_cast<double>(run.key_width + run.value_width) *
                           static_cast<double>(run.query_heads) / static_cast<double>(run.cells());
    // A latent is on every rank, its query heads are not.
    if (run.is_latent()) time.flops_per_entry /= static_cast<double>(options.tensor_parallel);
    if (run.kind == LayerKind::full) break;
  }
  return time;
}

Request request_of(const PlanOptions& options, const vllm::Settings& settings) {
  Request request{options.policy.value_or(*make_policy("full")), {}};
  request.workload.prompt =
      options.prompt.value_or(std::max(settings.max_model_len - options.output, Tokens{}));
  request.workload.output = options.output;
  request.workload.chunk = options.chunk.value_or(settings.max_num_batched_tokens);
  return request;
}

// What the engine itself does is known to the block.
bool serves(const PolicySpec& policy) { return policy.name == "full"; }

void charge_as_engine(const LlmShape& shape, Capacity& out) {
  const Blocks charged =
      vllm::blocks_of_request(shape, out.settings, out.request.workload.tokens());
  out.needs.block_bytes = charged * out.ledger.block_bytes;
  const Band<Blocks>& blocks = out.ledger.blocks;
  out.memory_requests = {blocks.low / charged, blocks.mid / charged, blocks.high / charged};
}

std::string with_gib(Bytes bytes) { return fmt::format("{:.2f} GiB", in_gib(bytes)); }

}  // namespace

Capacity capacity_of(const PlanOptions& options) {
  const LlmWeights& weights = weights_of(*options.model);
  const Tokens positions(weights.architecture.max_positions);
  if (weights.architecture.hybrid) throw Refusal("recurrent layers: no version has been measured");
  Capacity out;
  out.quantization = quantization_of(options);
  out.settings = settings_of(options, weights.architecture);
  const vllm::Served served{cache_of(options), weights.architecture,
                            vllm_weights(weights, load_of(options, out.settings)),
                            options.model->sees_or_hears};
  out.ledger = vllm::ledger(served, out.settings, gpu_of(options.gpu));
  out.request = request_of(options, out.settings);
  const Tokens length = out.request.workload.tokens();
  if (length > out.settings.max_model_len) {
    throw std::invalid_argument(
        fmt::format("a request of {} tokens is longer than max_model_len, which is {}",
                    length.count(), out.settings.max_model_len.count()));
  }
  out.beyond_positions = positions > Tokens{} && out.settings.max_model_len > positions;
  out.time = time_of(options, weights, served.shape, served.weights.mid);
  out.needs =
      needs_of(served.shape, out.request, {options.tensor_parallel, options.pipeline_parallel},
               out.ledger.block, out.time);
  out.memory_requests = requests_at_once(out.ledger.available_kv, out.needs);
  if (serves(out.request.policy)) charge_as_engine(served.shape, out);
  const auto admitted = [&](std::int64_t requests) {
    return std::min(requests, out.settings.max_num_seqs);
  };
  out.requests = {admitted(out.memory_requests.low), admitted(out.memory_requests.mid),
                  admitted(out.memory_requests.high)};
  if (options.price && out.ledger.available_kv.mid > Bytes{}) {
    const double share =
        out.needs.time.held_byte_seconds / static_cast<double>(out.ledger.available_kv.mid.count());
    out.cost = *options.price / 3600 * static_cast<double>(options.gpus()) * share;
  }
  return out;
}

Tokens longest_prompt(const PlanOptions& options, const Capacity& capacity) {
  const Tokens most = std::max(capacity.settings.max_model_len - options.output, Tokens{});
  const LlmShape shape = cache_of(options);
  const Gpus gpus{options.tensor_parallel, options.pipeline_parallel};
  const Ledger& ledger = capacity.ledger;
  if (!serves(capacity.request.policy)) {
    return longest_prompt(shape, capacity.request, gpus, ledger.block, ledger.available_kv.mid,
                          most);
  }
  return last_that(most, [&](Tokens prompt) {
    return vllm::blocks_of_request(shape, capacity.settings, prompt + options.output) <=
           ledger.blocks.mid;
  });
}

std::string limited_by(const Capacity& capacity) {
  const Ledger& ledger = capacity.ledger;
  if (ledger.available_kv.mid <= Bytes{}) {
    const LedgerPart* largest = ledger.find("weights");
    const LedgerPart* activations = ledger.find("activations");
    if (activations->size.mid > largest->size.mid) largest = activations;
    return fmt::format("{}: {} of a budget of {}, nothing is left for the KV cache", largest->name,
                       with_gib(largest->size.mid), with_gib(ledger.budget));
  }
  if (ledger.concurrency.mid < 1) {
    const double needed = in_gib(ledger.available_kv.mid) / ledger.concurrency.mid;
    return fmt::format(
        "max_model_len: vLLM does not start, for one request of {} tokens needs {:.2f} "
        "GiB of {}",
        capacity.settings.max_model_len.count(), needed, with_gib(ledger.available_kv.mid));
  }
  if (capacity.memory_requests.mid > capacity.settings.max_num_seqs) {
    return fmt::format("max_num_seqs: {} requests, memory would do for {}",
                       capacity.settings.max_num_seqs, capacity.memory_requests.mid);
  }
  const LedgerPart* slack = ledger.find("slack");
  if (slack->size.mid < Bytes{}) {
    return fmt::format(
        "gpu_memory_utilization: what is outside the budget needs {} more than there is",
        with_gib(Bytes{} - slack->size.mid));
  }
  return fmt::format("KV pool: {} for requests of {} each", with_gib(ledger.available_kv.mid),
                     with_gib(capacity.needs.block_bytes));
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

std::optional<GpusFor> gpus_for(const PlanOptions& options, std::int64_t requests,
                                std::int64_t most) {
  std::optional<GpusFor> best;
  for (std::int64_t ranks = 1; ranks <= most; ranks *= 2) {
    PlanOptions more = options;
    more.tensor_parallel = ranks;
    more.pipeline_parallel = 1;
    try {
      const std::int64_t each = capacity_of(more).requests.mid;
      if (each == 0) continue;
      const std::int64_t replicas = (requests + each - 1) / each;
      if (!best || replicas * ranks < best->gpus()) best = GpusFor{ranks, replicas};
    } catch (const std::exception&) {
      // Heads that cannot be divided over so many, or nobody can tell.
    }
  }
  return best;
}

}  // namespace kvf
