// Closed form, simulation and planning: the costs that are promised.
#include <benchmark/benchmark.h>

#include "models/closed_form.h"
#include "sim/input/model.h"
#include "sim/simulate.h"

namespace kvf {
namespace {

// Llama-3.1-8B: 32 layers of 8 KV heads.
const LlmShape& llama() {
  static const LlmShape shape = input::parse_model("llama-3.1-8b").shape;
  return shape;
}
const Workload kLong{Tokens(131'072), Tokens(10'000), Tokens(128)};

PolicySpec head_roles() {
  HeadRoles roles;
  roles.streaming_heads = 0.7;
  return {roles, HeadRoles::name};
}

// ns a distinct head group ("group"): kept counts depend on the chunk's length only.
void closed_form_of_two_groups(benchmark::State& state) {
  const Schedule schedule = plan(head_roles(), llama(), kLong);
  for (auto _ : state) benchmark::DoNotOptimize(closed_form(schedule));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(schedule.rules.size()));
}
BENCHMARK(closed_form_of_two_groups);

// ns an eviction: locret's budget moves with every chunk.
void closed_form_of_locret(benchmark::State& state) {
  const Schedule schedule = plan({Locret{}, Locret::name}, llama(), kLong);
  for (auto _ : state) benchmark::DoNotOptimize(closed_form(schedule));
  state.SetItemsProcessed(state.iterations() * (kLong.prompt / *kLong.chunk));
}
BENCHMARK(closed_form_of_locret);

void plan_of_head_roles(benchmark::State& state) {
  const PolicySpec policy = head_roles();
  for (auto _ : state) benchmark::DoNotOptimize(plan(policy, llama(), kLong));
}
BENCHMARK(plan_of_head_roles);

// A pass and group, at 1,000,000 + 10,000 tokens with a chunk of 1 and 256 groups that all differ.
void simulate_a_million(benchmark::State& state) {
  TopK topk;
  LlmShape shape = llama();
  shape.layers = 256;
  shape.kv_heads = 1;
  shape.query_heads = 1;
  for (std::int64_t layer = 0; layer < shape.layers; ++layer) {
    topk.ratio.push_back(static_cast<double>(layer) / 1000);
  }
  const Workload workload{Tokens(1'000'000), Tokens(10'000), Tokens(1)};
  const Schedule schedule = plan({topk, TopK::name}, shape, workload);
  for (auto _ : state) benchmark::DoNotOptimize(simulate(schedule));
  state.SetItemsProcessed(state.iterations() * schedule.plan.passes() *
                          static_cast<std::int64_t>(schedule.rules.size()));
}
BENCHMARK(simulate_a_million)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kvf
