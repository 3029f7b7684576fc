#include "sim/memory/device_level.h"

#include <algorithm>
#include <string_view>

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
  if (scenario.memory->cache == input::CacheKind::paged) options.kv_dtype = scenario.shape.dtype;
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

Capacity loop_of(PlanOptions options, std::span<const BatchMember> members, bool contiguous) {
  std::int64_t sequences = 0;
  Tokens rows;
  for (const BatchMember& member : members) {
    sequences += member.count;
    rows += largest_pass(member.schedule).times(member.count);
  }
  options.max_num_seqs = sequences;
  options.max_num_batched_tokens = rows;
  options.enforce_eager = contiguous;
  return capacity_of(options);
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

Beside beside_cache(const input::Scenario& scenario, std::span<const BatchMember> members) {
  const input::ScenarioMemory& memory = *scenario.memory;
  const PlanOptions options = options_of(scenario, members);
  const bool contiguous = memory.cache == input::CacheKind::contiguous;
  const Capacity capacity = memory.cache == input::CacheKind::paged
                                ? engine_of(options, members)
                                : loop_of(options, members, contiguous);
  Beside beside;
  for (const LedgerPart& part : capacity.ledger.parts) {
    if (part.name == "kv_pool") {
      if (memory.engine_pool()) beside.pool = part.size;
    } else if (part.name != "slack") {
      beside.parts.push_back(part);
      beside.sum = beside.sum + part.size;
    }
  }
  return beside;
}

}  // namespace kvf
