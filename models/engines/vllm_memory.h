// What vLLM needs beside weights and KV cache, as its profile run measures it.
//
// Formulas whose structure reproduces the logs of 0.6 to 0.19; their constants and errors, and the
// tables with the logs that they come from, are in docs/gpu-memory.md. Each rule holds for versions
// [from, to).
#pragma once

#include <cstdint>
#include <optional>

#include "models/engines/estimate.h"
#include "models/engines/version.h"
#include "models/units.h"
#include "models/weights.h"

namespace kvf::vllm {

// As far as memory depends on it.
struct Gpu {
  Bytes memory;  // total
  std::int64_t sm_count = 132;
  int compute_major = 9;
  bool a100 = false;  // its defaults are those of small GPUs, whatever its memory
};

struct Settings {
  EngineVersion version;
  bool v0 = false;  // the older core
  std::int64_t tensor_parallel = 1;
  std::int64_t pipeline_parallel = 1;
  Tokens max_model_len;
  std::int64_t max_num_seqs = 256;
  Tokens max_num_batched_tokens{2048};
  double gpu_memory_utilization = 0.9;
  bool enforce_eager = false;
  std::int64_t number_bytes = 2;  // of weights and activations
  bool triton_experts = true;     // not those of mxfp4, which have kernels of their own
  std::optional<Tokens> block{};  // of full attention; absent: as the engine chooses
};

// Whether a version runs the older core unless told otherwise: before 0.8, and up to 0.10 on GPUs
// before compute capability 8.
bool runs_v0(const EngineVersion& version, const Gpu& gpu);

// max_num_seqs and max_num_batched_tokens where the user gives none: they depend on the GPU.
std::int64_t default_max_num_seqs(bool v0, const Gpu& gpu);
Tokens default_max_num_batched_tokens(bool v0, const Gpu& gpu, Tokens max_model_len);

// Tensors of the forward pass over max_num_batched_tokens rows, or those of sampling max_num_seqs
// rows of logits, whichever are more. Per rank; the first one.
Estimate activation_peak(const Architecture& model, const Settings& settings, const Gpu& gpu);

// CUDA modules, communication buffers and the like, inside the budget.
Estimate non_torch(const Settings& settings, const Gpu& gpu);

// Memory in use before the worker starts: the context. Outside the budget.
Estimate context(const Settings& settings);

// Captured graphs, outside the budget before 0.21. nullopt: no figures for this version.
std::optional<Estimate> cuda_graphs(const Architecture& model, const Settings& settings);

}  // namespace kvf::vllm
