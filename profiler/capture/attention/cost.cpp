#include "profiler/capture/attention/cost.h"

#include <algorithm>
#include <cassert>

namespace kvf::capture {

HeadWork head_work(std::span<const std::int32_t> positions, HeadMask mask,
                   std::int32_t first_position, std::int32_t rows) {
  HeadWork work;
  work.slots = static_cast<std::int64_t>(positions.size());
  const std::int64_t last_row = std::int64_t{first_position} + rows - 1;
  for (const std::int64_t entry : positions) {
    if (entry < 0) continue;
    // The rows that see it are neighbours: from its own on, until it leaves the window.
    const std::int64_t first = std::max<std::int64_t>(first_position, entry);
    const std::int64_t last =
        entry < mask.sinks ? last_row : std::min(last_row, entry + mask.window - 1);
    if (last < first) continue;
    work.pairs += last - first + 1;
    work.entries += 1;
  }
  return work;
}

AttentionCost attention_cost(const AttentionPass& pass, std::span<const HeadWork> heads) {
  assert(heads.size() == static_cast<std::size_t>(pass.kv_heads));
  const std::int64_t ratio = pass.query_heads / pass.kv_heads;
  const Bytes vector = Bytes(size_of(pass.number)).times(pass.head_dim);
  AttentionCost cost;
  cost.query = vector.times(pass.rows).times(pass.query_heads);
  cost.output = cost.query;
  for (const HeadWork& head : heads) {
    cost.entries += vector.times(2).times(head.pairs).times(ratio);
    cost.entries_once += vector.times(2).times(head.entries);
    cost.tables += (Bytes(sizeof(std::int32_t)).times(head.slots).times(pass.rows) +
                    Bytes(sizeof(std::byte*)).times(head.pairs))
                       .times(ratio);
    cost.flops += Flops(4).times(pass.head_dim).times(head.pairs).times(ratio);
  }
  return cost;
}

}  // namespace kvf::capture
