// The attention kernel's body on the CPU: rows x keys a second, on one core.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstddef>
#include <vector>

#include "profiler/capture/attention/block_layout.h"
#include "profiler/capture/attention/host.h"

namespace kvf::capture {
namespace {

// 8 query heads on 2 KV heads of 128 numbers, blocks of 16: a row and a key of one query head is an item.
void attention_on_host(benchmark::State& state) {
  const auto number = static_cast<Number>(state.range(0));
  const auto rows = static_cast<std::int32_t>(state.range(1));
  const auto keys = static_cast<std::int32_t>(state.range(2));
  const BlockLayout layout{16, 128, number};
  const auto block = static_cast<std::size_t>(layout.block_bytes().count());
  std::vector<std::byte> memory(block);  // zeros are as slow as others
  std::vector<const std::byte*> blocks(static_cast<std::size_t>(keys / 16 + 1), memory.data());
  std::vector<std::int32_t> positions(static_cast<std::size_t>(keys));
  for (std::size_t i = 0; i < positions.size(); ++i) positions[i] = static_cast<std::int32_t>(i);
  const std::vector<HeadTable> heads(2, {blocks.data(), positions.data(), keys, {}});
  AttentionPass pass;
  pass.number = number;
  pass.rows = rows;
  pass.first_position = keys - rows;
  pass.query_heads = 8;
  pass.kv_heads = 2;
  pass.scale = 1 / std::sqrt(128.0F);
  pass.heads = heads.data();
  std::vector<std::byte> query(static_cast<std::size_t>(rows) * 8 * 128 * sizeof(float));
  std::vector<std::byte> output(query.size());
  pass.query = query.data();
  pass.output = output.data();
  for (auto _ : state) {
    attend_on_host(pass, 1);
    benchmark::DoNotOptimize(output.data());
  }
  state.SetItemsProcessed(state.iterations() * 8 * rows * keys);
  state.SetLabel(std::string(to_string(number)));
}
BENCHMARK(attention_on_host)
    ->Args({0, 1, 4096})
    ->Args({1, 1, 4096})
    ->Args({2, 1, 4096})
    ->Args({0, 64, 4096})
    ->Args({2, 64, 4096})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kvf::capture
