// The question of `kvfootprint plan`: a model, a GPU, an engine and its settings, maybe a request;
// and the answer.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/devices.h"
#include "models/engines/ledger.h"
#include "models/engines/vllm_memory.h"
#include "models/engines/vllm_weights.h"
#include "sim/input/model.h"
#include "sim/planning/planner.h"

namespace kvf {

// As a user gives it. What is absent takes the engine's default.
struct PlanOptions {
  std::shared_ptr<const input::Model> model;
  std::string dtype;                         // of weights and activations; "": bf16
  std::string kv_dtype;                      // "": `dtype`, or the model's, float32 halved
  std::optional<Quantization> quantization;  // of weights; absent: the model's
  Device gpu;
  EngineVersion version{{0, 19, 0}};
  std::optional<bool> v0;
  std::int64_t tensor_parallel = 1;
  std::int64_t pipeline_parallel = 1;
  std::optional<Tokens> max_model_len;
  std::optional<std::int64_t> max_num_seqs;
  std::optional<Tokens> max_num_batched_tokens;
  double gpu_memory_utilization = 0.9;
  bool enforce_eager = false;
  std::optional<Tokens> block;  // of the pool; absent: the engine's choice
  // Of a request; absent: one of max_model_len tokens, and full attention.
  std::optional<Tokens> prompt;
  Tokens output{};
  std::optional<Tokens> chunk;  // absent: max_num_batched_tokens
  std::optional<PolicySpec> policy;
  double rate_efficiency = 1;  // of the time model
  double bandwidth_efficiency = 1;
  std::optional<double> price;  // of one GPU and hour

  std::int64_t gpus() const { return tensor_parallel * pipeline_parallel; }
};

struct Capacity {
  vllm::Settings settings;                         // with the defaults that were taken
  Quantization quantization = Quantization::none;  // of the weights
  Ledger ledger;
  Request request;
  TimeModel time;  // of the rank of `ledger`
  RequestNeeds needs;
  Band<std::int64_t> requests;         // at once
  Band<std::int64_t> memory_requests;  // the same, were there no max_num_seqs
  bool beyond_positions = false;       // max_model_len is above what the model was made for
  std::optional<double> cost;          // of one request
};

// Throws Refusal with the reason, std::invalid_argument, PolicyError, OverflowError.
Capacity capacity_of(const PlanOptions& options);

// The longest prompt of which one request fits, all else being equal.
Tokens longest_prompt(const PlanOptions& options, const Capacity& capacity);

// "KV pool: ...", in one sentence.
std::string limited_by(const Capacity& capacity);

// Changes of one thing each, those that help first, with the requests at once that they allow.
struct Advice {
  std::string change;
  std::int64_t requests = 0;
};
std::vector<Advice> advice(const PlanOptions& options, const Capacity& capacity);

// Replicas of a model that is served by so many tensor-parallel GPUs each.
struct GpusFor {
  std::int64_t ranks = 1;
  std::int64_t replicas = 1;
  std::int64_t gpus() const { return ranks * replicas; }
};
// The fewest GPUs that serve so many requests at once, with 1, 2, 4 ... up to `most` a replica;
// nullopt if none of these serves any.
std::optional<GpusFor> gpus_for(const PlanOptions& options, std::int64_t requests,
                                std::int64_t most = 64);

}  // namespace kvf
