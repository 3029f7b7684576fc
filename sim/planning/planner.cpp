#include "sim/planning/planner.h"

#include <algorithm>

#include "models/closed_form.h"
#include "models/peak_bytes.h"
#include "models/rank_schedule.h"
#include "models/schedule.h"

namespace kvf {
namespace {

// What all cells hold at one time, in bytes.
Bytes held(const Schedule& schedule, const Result& result, Tokens CellTotals::*when) {
  HeldSum sum;
  for (const Group& group : schedule.groups) {
    const std::int64_t of_cell = (result.rules[group.rule].*when).count();
    sum += schedule.of(group, Bytes(per_entry(group, Unit::bytes)).times(of_cell).count());
  }
  return Bytes(schedule.rounded(sum));
}

// The most that the last blocks of all tables leave empty.
Bytes tail_waste(const Schedule& schedule, const Result& result, Tokens block) {
  HeldSum sum;
  for (const Group& group : schedule.groups) {
    const std::int64_t rest = result.rules[group.rule].peak.count() % block.count();
    const std::int64_t empty = rest == 0 ? 0 : block.count() - rest;
    sum += schedule.of(group, Bytes(per_entry(group, Unit::bytes)).times(empty).count());
  }
  return Bytes(schedule.rounded(sum));
}

std::int64_t whole(Bytes pool, Bytes of_request) {
  return pool <= Bytes{} || of_request <= Bytes{} ? 0 : pool / of_request;
}

}  // namespace

RequestNeeds needs_of(const LlmShape& shape, const Request& request, const Gpus& gpus, Tokens block,
                      const TimeModel& time) {
  const Schedule all =
      plan(request.policy, shape, request.workload, Accounting::implementation, request.convention);
  const Schedule schedule = on_largest_rank(all, request.policy, gpus.ranks, gpus.stages);
  const Result result = closed_form(schedule);
  const PeakBytes peaks = peak_bytes(schedule);
  const Bytes states = schedule.shape.state_bytes();

  RequestNeeds needs;
  const bool alone = gpus.ranks * gpus.stages == 1;
  needs.footprint = alone ? result.footprint.footprint : closed_form(all).footprint.footprint;
  needs.peak = peaks.all_layers + states;
  needs.layerwise_peak = peaks.layerwise + states;
  needs.block_bytes = needs.peak + tail_waste(schedule, result, block);
  needs.after_prefill = held(schedule, result, &CellTotals::after_prefill) + states;
  needs.after_decode = held(schedule, result, &CellTotals::after_decode) + states;
  needs.time = run_time(schedule, time, {result.footprint.active_share.value_or(1)});
  needs.heads_assumed = schedule.heads_assumed;
  return needs;
}

Band<std::int64_t> requests_at_once(const Estimate& pool, const RequestNeeds& needs) {
  Band<std::int64_t> requests;
  requests.low = whole(pool.low, needs.block_bytes);
  requests.mid = whole(pool.mid, needs.block_bytes);
  if (pool.high >= needs.layerwise_peak) {
    const Bytes others = std::max(needs.after_prefill, needs.after_decode);
    requests.high = 1 + whole(pool.high - needs.layerwise_peak, others);
  }
  requests.high = std::max(requests.high, requests.mid);
  return requests;
}

Tokens last_that(Tokens most, const std::function<bool(Tokens)>& fits) {
  std::int64_t good = 0;
  std::int64_t bad = most.count() + 1;
  while (bad - good > 1) {
    const std::int64_t middle = good + (bad - good) / 2;
    (fits(Tokens(middle)) ? good : bad) = middle;
  }
  return Tokens(good);
}

Tokens longest_prompt(const LlmShape& shape, const Request& request, const Gpus& gpus, Tokens block,
                      Bytes pool, Tokens most) {
  return last_that(most, [&](Tokens prompt) {
    Request longer = request;
    longer.workload.prompt = prompt;
    return needs_of(shape, longer, gpus, block, TimeModel{}).block_bytes <= pool;
  });
}

}  // namespace kvf
