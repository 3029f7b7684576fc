#include "models/rank_schedule.h"

#include <algorithm>
#include <vector>

#include "models/head_masks.h"
#include "models/policies/head_roles.h"

namespace kvf {
namespace {

// Where nothing says which heads are full, nor on which rank they lie, they are dealt to the ranks in
// turn, layer after layer: what the first rank gets, which has the most.
std::vector<std::int64_t> dealt(const std::vector<std::int64_t>& full, std::int64_t ranks) {
  std::vector<std::int64_t> first;
  std::int64_t sum = 0;
  for (const std::int64_t of_layer : full) {
    const std::int64_t before = (sum + ranks - 1) / ranks;
    sum += of_layer;
    first.push_back((sum + ranks - 1) / ranks - before);
  }
  return first;
}

// Full heads of each layer on the rank that has the most of them; empty unless the policy has roles
// of whole heads.
std::vector<std::int64_t> full_heads_of_rank(const PolicySpec& policy, const LlmShape& shape,
                                             std::int64_t ranks) {
  const auto* roles = std::get_if<HeadRoles>(&policy.v);
  if (roles == nullptr || roles->nominal()) return {};
  if (roles->heads.values.empty()) {
    return dealt(roles->full_heads(shape), std::min(ranks, shape.kv_heads));
  }
  const std::vector<std::uint8_t> mask =
      full_head_mask(roles->rounding, roles->heads.values, roles->streaming_heads);
  const std::int64_t heads = shape.kv_heads;
  const std::int64_t on_rank = std::max<std::int64_t>(1, heads / ranks);
  std::vector<std::int64_t> best;
  std::int64_t most = -1;
  for (std::int64_t first = 0; first + on_rank <= heads; first += on_rank) {
    std::vector<std::int64_t> full;
    std::int64_t sum = 0;
    for (std::int64_t layer = 0; layer < shape.layers; ++layer) {
      const auto row = mask.begin() + layer * heads + first;
      full.push_back(std::count(row, row + on_rank, std::uint8_t{1}));
      sum += full.back();
    }
    if (sum > most) {
      most = sum;
      best = std::move(full);
    }
  }
  return best;
}

}  // namespace

Schedule on_largest_rank(Schedule schedule, const PolicySpec& policy, std::int64_t ranks,
                         std::int64_t stages) {
  if (stages > 1) {
    const std::int64_t layers = (schedule.shape.layers + stages - 1) / stages;
    std::erase_if(schedule.groups, [&](const Group& group) { return group.layer >= layers; });
    count_cells(schedule);
  }
  if (ranks == 1) return schedule;
  const LlmShape whole = schedule.shape;
  const std::vector<std::int64_t> full =
      full_heads_of_rank(policy, whole.uniform() ? whole : whole.full_attention(), ranks);
  schedule.shape = per_rank(whole, ranks);

  std::vector<Group> groups;
  std::int64_t layer = -1;
  std::int64_t room = 0;         // heads of the layer that the rank still takes
  std::int64_t full_layer = -1;  // number among the layers with full attention
  std::vector<std::int64_t> of_layer(static_cast<std::size_t>(whole.layers));
  for (const Group& group : schedule.groups) {
    std::int64_t& sum = of_layer[static_cast<std::size_t>(group.layer)];
    // Both groups of a nominal share have all heads.
    sum = schedule.nominal_streaming ? group.heads.count() : sum + group.heads.count();
  }
  for (Group group : schedule.groups) {
    const std::int64_t all = of_layer[static_cast<std::size_t>(group.layer)];
    const std::int64_t on_rank = std::max<std::int64_t>(1, all / ranks);
    if (group.layer != layer) {
      layer = group.layer;
      room = on_rank;
      if (group.role != Role::window) ++full_layer;
    }
    std::int64_t heads = std::min(group.heads.count(), room);
    if (schedule.nominal_streaming) {
      heads = on_rank;
    } else if (!full.empty() && group.role != Role::window) {
      const std::int64_t of_rank = full[static_cast<std::size_t>(full_layer)];
      heads = group.role == Role::streaming ? on_rank - of_rank : of_rank;
    }
    if (heads == 0) continue;
    room -= heads;
    group.heads = Cells(heads);
    groups.push_back(group);
  }
  schedule.groups = std::move(groups);
  count_cells(schedule);
  return schedule;
}

}  // namespace kvf
