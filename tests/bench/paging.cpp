// Blocks of paged caches: a long prompt with the identity of every entry in every cell.
#include <benchmark/benchmark.h>

#include "sim/input/model.h"
#include "sim/memory/paging.h"

namespace kvf {
namespace {

const Workload kMillion{Tokens(1'000'000), Tokens(10'000), Tokens(8192)};

std::vector<BatchMember> llama(const PolicySpec& policy, const Workload& workload = kMillion) {
  return {{plan(policy, input::parse_model("llama-3.1-8b").shape, workload), 1}};
}

void page_all(benchmark::State& state, const std::vector<BatchMember>& members, bool sweep) {
  PagingOptions options;
  for (const TableOf of : {TableOf::sequence, TableOf::layer, TableOf::head}) {
    for (const std::int64_t block : {1, 8, 16, 32, 64, 128, 256}) {
      for (const bool compaction : {false, true}) {
        if (sweep) options.sweep.push_back({Tokens(block), of, compaction});
      }
    }
  }
  for (auto _ : state) benchmark::DoNotOptimize(page(members, options));
}

// 1,000,000 + 10,000 tokens on 32 layers of 8 heads: each chunk is cut by scores of its own.
void page_snapkv(benchmark::State& state) {
  SnapKv snapkv;
  snapkv.sparsity = 0.7;
  snapkv.eviction = Eviction::naive;
  page_all(state, llama({snapkv, SnapKv::name}), state.range(0) != 0);
}
BENCHMARK(page_snapkv)->Arg(0)->Arg(1)->Unit(benchmark::kSecond)->Iterations(1);

// The same, all that is held being scored again after each chunk.
void page_locret(benchmark::State& state) {
  Locret locret;
  locret.sparsity = 0.9;
  page_all(state, llama({locret, Locret::name}), state.range(0) != 0);
}
BENCHMARK(page_locret)->Arg(0)->Arg(1)->Unit(benchmark::kSecond)->Iterations(1);

// A window, whose entries are known without scores: 1,010,000 passes of one token each.
void page_streaming(benchmark::State& state) {
  page_all(state,
           llama({Streaming{}, Streaming::name}, {kMillion.prompt, kMillion.output, Tokens(1)}),
           state.range(0) != 0);
}
BENCHMARK(page_streaming)->Arg(0)->Arg(1)->Unit(benchmark::kSecond)->Iterations(1);

}  // namespace
}  // namespace kvf
