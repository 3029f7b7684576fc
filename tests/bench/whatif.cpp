// What a change in the what-if panel costs before anything is drawn.
#include <benchmark/benchmark.h>

#include "gui/whatif/fits.h"
#include "gui/whatif/model.h"
#include "sim/input/policy.h"

namespace {

using namespace kvf;
using namespace kvf::gui;

WhatIf what_if(std::string_view model, std::string_view policy, Workload workload) {
  WhatIf what;
  choose_model(what, model);
  what.policy = input::parse_policy(policy);
  what.workload = std::move(workload);
  return what;
}

void evaluate_case(benchmark::State& state, const WhatIf& what) {
  for (auto _ : state) benchmark::DoNotOptimize(evaluate(what));
}
void evaluate_128k(benchmark::State& state) {
  evaluate_case(state, what_if("llama-3.1-8b", "prulong:streaming_heads=0.7",
                               {Tokens(131072), Tokens(1024), Tokens(32768), {}}));
}
// Layers and heads that differ, all passes short.
void evaluate_70b_1m(benchmark::State& state) {
  evaluate_case(state, what_if("llama-3.1-70b",
                               "prulong:streaming_heads=0.7,other_heads=(pyramidkv:sparsity=0.5)",
                               {Tokens(1 << 20), Tokens(1 << 20), Tokens(512), {}}));
}
// A budget that moves: no closed form of constant size.
void evaluate_decoding_press(benchmark::State& state) {
  evaluate_case(state,
                what_if("llama-3.1-8b", "decoding-press:interval_passes=128,target_tokens=2048",
                        {Tokens(8192), Tokens(131072), Tokens(8192), {}}));
}
void fits_on_all_gpus(benchmark::State& state) {
  const WhatIf what = first_what_if();
  for (auto _ : state) benchmark::DoNotOptimize(fits_on(what));
}

BENCHMARK(evaluate_128k)->Unit(benchmark::kMicrosecond);
BENCHMARK(evaluate_70b_1m)->Unit(benchmark::kMicrosecond);
BENCHMARK(evaluate_decoding_press)->Unit(benchmark::kMicrosecond);
BENCHMARK(fits_on_all_gpus)->Unit(benchmark::kMicrosecond);

}  // namespace
