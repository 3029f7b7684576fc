#include "sim/memory/device_level.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "models/engines/vllm_ledger.h"
#include "sim/memory/peak_memory.h"
#include "sim/planning/capacity.h"

namespace kvf {
namespace {

bool outside_budget(std::string_view part) { return part == "context" || part == "cuda_graphs"; }

Tokens largest_pass(const Schedule& schedule) {
  Tokens rows(1);
  for (const PassRun& run : schedule.plan.runs) rows = std::max(rows, run.rows + run.appended);
  return rows;
}

PlanOptions options_of(const input::Scenario& scenario, std::span<const BatchMember> members) {
  const input::ScenarioGpu& gpu = *scenario.memory->gpu;
  PlanOptions options;
  options.model = scenario.model;
  // Of tensors only what lies beside them is asked, which the dtype of the cache does not change.
  if (scenario.memory->cache == input::CacheKind::paged) {
    options.kv_dtype = scenario.shape.dtype;
    const input::ScenarioBlocks& blocks = *scenario.memory->blocks;
    if (blocks.size_given) options.block = blocks.tables.block;
  }
  options.gpu = gpu.device;
  options.version = gpu.engine.version;
  options.v0 = gpu.engine.v0;
  options.tensor_parallel = gpu.ranks;
  Tokens longest;
  for (const BatchMember& member : members) {
    longest = std::max(longest, member.schedule.plan.rows());
  }
  options.prompt = longest;
  return options;
}

Capacity engine_of(PlanOptions options, std::span<const BatchMember> members) {
  const Capacity by_default = capacity_of(options);
  Tokens rows;
  for (const BatchMember& member : members) {
    rows = std::max(rows, largest_pass(member.schedule));
  }
  if (rows <= by_default.settings.max_num_batched_tokens) return by_default;
  options.max_num_batched_tokens = rows;
  return capacity_of(options);
}

// Programs that run a model without an engine.
struct Loop {
  std::int64_t sequences = 0;
  Tokens rows;  // of the largest pass, all sequences together
};
Loop loop_of(std::span<const BatchMember> members) {
  Loop loop;
  for (const BatchMember& member : members) {
    loop.sequences += member.count;
    loop.rows += largest_pass(member.schedule).times(member.count);
  }
  return loop;
}

Capacity beside_loop(PlanOptions options, const Loop& loop, bool contiguous) {
  options.max_num_seqs = loop.sequences;
  options.max_num_batched_tokens = loop.rows;
  options.enforce_eager = contiguous;
  return capacity_of(options);
}

// Of the transformers library's code, for models that peak_memory() knows.
std::optional<Estimate> activations_of(const input::Model& model, const Loop& loop,
                                       std::int64_t ranks) {
  const Architecture& a = model.weights->architecture;
  const bool known = model.shape.uniform() && a.gated && a.experts == 0 && !a.latent;
  if (!known || a.intermediate % ranks != 0) return std::nullopt;
  LlmShape shape = per_rank(model.shape, ranks);
  shape.dtype = "bf16";  // as the weights beside it
  const DecoderWidths widths{a.hidden, a.intermediate / ranks, a.vocabulary, false};
  RunningCode code = transformers_code();
  code.batch = loop.sequences;
  const Tokens rows(loop.rows.count() / loop.sequences);
  // The largest error on peaks that kvpress measured (peak_memory_test.cpp) is 0.2 of 7.2 GiB.
  return within(activation_peak(widths, shape, code, rows), 0.03, {}, Basis::formula);
}

}  // namespace

Estimate Beside::total(Bytes reserved) const {
  if (!pool) return sum + exactly(reserved);
  Estimate total = exactly(reserved);
  for (const LedgerPart& part : parts) {
    const Estimate& size = part.size;
    total = total + (outside_budget(part.name) ? size : exactly(size.mid));
  }
  return total;
}

Tables tables_of(const input::Scenario& scenario, std::span<const BatchMember> members) {
  const input::ScenarioMemory& memory = *scenario.memory;
  Tables tables{memory.blocks->tables, {}};
  if (!memory.engine_pool()) return tables;
  vllm::PoolTables of_pool =
      vllm::tables_of(scenario.shape, capacity_of(options_of(scenario, members)).settings);
  tables.tables.block = of_pool.block;
  tables.groups = std::move(of_pool.groups);
  return tables;
}

Beside beside_cache(const input::Scenario& scenario, std::span<const BatchMember> members) {
  const input::ScenarioMemory& memory = *scenario.memory;
  const PlanOptions options = options_of(scenario, members);
  const bool contiguous = memory.cache == input::CacheKind::contiguous;
  const bool paged = memory.cache == input::CacheKind::paged;
  const Loop loop = loop_of(members);
  const Capacity capacity =
      paged ? engine_of(options, members) : beside_loop(options, loop, contiguous);
  Beside beside;
  if (memory.gpu->device.name != kGivenMemory) beside.time = capacity.time;
  for (LedgerPart part : capacity.ledger.parts) {
    if (part.name == "activations" && !paged) {
      const auto size = activations_of(*scenario.model, loop, memory.gpu->ranks);
      beside.pytorch_activations = size.has_value();
      if (size) part.size = *size;
    }
    if (part.name == "kv_pool") {
      if (!memory.engine_pool()) continue;
      beside.pool = part.size;
      if (part.size.mid == Bytes{}) beside.no_pool = limited_by(capacity);
    } else if (part.name != "slack") {
      beside.parts.push_back(part);
      beside.sum = beside.sum + part.size;
    }
  }
  return beside;
}

}  // namespace kvf
