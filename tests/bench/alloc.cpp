// Allocators: events a second.
#include <benchmark/benchmark.h>

#include <random>
#include <vector>

#include "sim/alloc/caching_allocator.h"

namespace kvf {
namespace {

// A tenth of the sizes of a transformer's forward pass are large, most are small; `live` buffers
// live at a time and go in random order, which is the worst for a cache of blocks.
void caching_allocator_events(benchmark::State& state) {
  const auto live = static_cast<std::size_t>(state.range(0));
  std::mt19937 random(1);
  std::vector<Bytes> sizes;
  std::vector<std::size_t> victims;
  for (int i = 0; i < 1 << 16; ++i) {
    const std::int64_t span = random() % 10 == 0 ? 64 << 20 : 1 << 20;
    sizes.push_back(Bytes(1 + static_cast<std::int64_t>(random()) % span));
    victims.push_back(random() % live);
  }
  DeviceMemory memory;
  CachingAllocator allocator(memory);
  std::vector<CachingAllocator::Handle> handles;
  for (std::size_t i = 0; i < live; ++i) handles.push_back(*allocator.allocate(sizes[i]));
  std::size_t i = 0;
  for (auto _ : state) {
    i = (i + 1) % sizes.size();
    CachingAllocator::Handle& victim = handles[victims[i]];
    allocator.free(victim);
    victim = *allocator.allocate(sizes[i]);
  }
  state.SetItemsProcessed(state.iterations() * 2);
  state.counters["reserved_GiB"] =
      static_cast<double>(allocator.peak().reserved.count()) / static_cast<double>(1 << 30);
}
BENCHMARK(caching_allocator_events)->Arg(100)->Arg(1000)->Arg(10000);

// The same buffers again and again, as in the passes of a model.
void caching_allocator_passes(benchmark::State& state) {
  DeviceMemory memory;
  CachingAllocator allocator(memory);
  std::vector<CachingAllocator::Handle> handles(64);
  for (auto _ : state) {
    for (std::size_t i = 0; i < handles.size(); ++i) {
      handles[i] = *allocator.allocate(Bytes(static_cast<std::int64_t>(1 + i * i * 1000)));
    }
    for (const auto handle : handles) allocator.free(handle);
  }
  state.SetItemsProcessed(state.iterations() * 2 * static_cast<std::int64_t>(handles.size()));
}
BENCHMARK(caching_allocator_passes);

}  // namespace
}  // namespace kvf
