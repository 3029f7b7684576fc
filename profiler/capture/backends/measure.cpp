#include "profiler/capture/backends/measure.h"

#include <map>
#include <vector>

namespace kvf::capture {

Granularity measure_granularity(DeviceAllocator& allocator, const std::function<Bytes()>& used,
                                Bytes block, std::int64_t most, std::int64_t enough) {
  Granularity found;
  found.block = block;
  std::vector<std::byte*> blocks(
      static_cast<std::size_t>(most));  // in memory before the first look
  std::map<Bytes, std::int64_t> steps;
  const Bytes begin = used();
  Bytes before = begin;
  while (found.blocks < most && found.steps < enough) {
    blocks[static_cast<std::size_t>(found.blocks++)] = allocator.allocate(block).address;
    const Bytes now = used();
    const Bytes step = now - before;
    before = now;
    if (step <= Bytes{}) continue;
    const std::int64_t times = ++steps[step];
    if (step.times(times) >= found.step.times(found.steps)) {
      found.step = step;
      found.steps = times;
    }
  }
  found.grown = before - begin;
  for (std::int64_t i = 0; i < found.blocks; ++i) {
    allocator.free(blocks[static_cast<std::size_t>(i)]);
  }
  return found;
}

Bytes measure_growth(const std::function<Bytes()>& used, const std::function<void()>& open) {
  const Bytes before = used();
  open();
  return used() - before;
}

}  // namespace kvf::capture
