// The ledger of vLLM: what is left for KV follows from everything else.
//
// available = total * gpu_memory_utilization - weights - activation peak - non-torch; from 0.21 on
// also an estimate of CUDA graphs (vllm/v1/worker/gpu_worker.py, vllm/worker/worker.py).
#pragma once

#include <vector>

#include "models/block_tables.h"
#include "models/engines/ledger.h"
#include "models/engines/vllm_memory.h"
#include "models/engines/vllm_pool.h"
#include "models/shape.h"
#include "models/weights.h"

namespace kvf::vllm {

struct Served {
  LlmShape shape;             // with the dtype of the KV cache
  Architecture architecture;  // of all ranks
  Estimate weights;           // as loaded, of one rank
  bool vision = false;        // has an encoder of another kind of input beside
};

// The versions whose memory is modelled: [oldest, newest + 1).
EngineVersions modelled_versions();

// The pool's layout on one rank. Throws Refusal for layers that this version lays out otherwise.
Layout layout_of(const LlmShape& shape, const Settings& settings);

// The same by layer: which layers share a table. Throws Refusal for stages of a pipeline.
struct PoolTables {
  Tokens block;  // of the layers with the largest entries
  std::vector<TableGroup> groups;
};
PoolTables tables_of(const LlmShape& shape, const Settings& settings);

// Blocks that one request of so many tokens is charged, prompt and output.
Blocks blocks_of_request(const LlmShape& shape, const Settings& settings, Tokens length);

// What the engine may use in all.
Bytes budget(const Settings& settings, const Gpu& gpu);

// Throws Refusal with the reason, std::invalid_argument for settings without meaning.
Ledger ledger(const Served& model, const Settings& settings, const Gpu& gpu);

}  // namespace kvf::vllm
