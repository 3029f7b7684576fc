#include "sim/memory/paged_layers.h"

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>

#include <fmt/format.h>

#include "sim/memory/paged_cells.h"

namespace kvf {
namespace {

// Some ten minutes on two cores.
constexpr double kMostScored = 1e11;

}  // namespace

std::int64_t LayerStack::slot_bytes(std::size_t member) const {
  std::int64_t sum = 0;
  for (const LayerPart& part : parts) sum += part.member == member ? part.slot_bytes() : 0;
  return sum;
}

bool LayerStack::scored() const {
  return std::any_of(parts.begin(), parts.end(), [](const LayerPart& part) { return part.scored; });
}

std::int64_t LayerStack::layers_in(const TableGroup& group) const {
  return std::count_if(numbers.begin(), numbers.end(), [&](std::int64_t number) {
    return std::find(group.layers.begin(), group.layers.end(), number) != group.layers.end();
  });
}

std::vector<LayerStack> layer_stacks(std::span<const BatchMember> members, bool ask_scores) {
  std::map<std::int64_t, LayerStack> layers;  // by number
  double work = 0;
  for (std::size_t m = 0; m < members.size(); ++m) {
    const Schedule& schedule = members[m].schedule;
    std::vector<std::int64_t> scored;
    for (std::size_t r = 0; r < schedule.rules.size(); ++r) {
      scored.push_back(ask_scores ? scored_entries(schedule, r) : 0);
    }
    std::int64_t cell = 0;
    for (const Group& group : schedule.groups) {
      LayerStack& layer = layers[group.layer];
      layer.parts.push_back({m, group.rule, group.heads.count(), group.copies, members[m].count,
                             group.bytes.count(), scored[group.rule] > 0});
      work += static_cast<double>(group.heads.count()) * static_cast<double>(scored[group.rule]);
      layer.first_cell.push_back(cell);
      cell += group.heads.count();
    }
  }
  if (work > kMostScored) {
    throw std::invalid_argument(
        fmt::format("to know which entries stay, {:.1e} would have to be scored; expected at most "
                    "{:.0e}: evict less often, say in larger chunks",
                    work, kMostScored));
  }
  std::vector<LayerStack> stacks;
  for (auto& [number, layer] : layers) {
    if (!stacks.empty() && !layer.scored() && stacks.back().parts == layer.parts) {
      ++stacks.back().layers;
    } else {
      stacks.push_back(std::move(layer));
    }
    stacks.back().numbers.push_back(number);
  }
  return stacks;
}

LayerFigures<3> held_in_layer(const LayerStack& stack, const CellsInPass& now) {
  LayerFigures<3> layer;
  for (const LayerPart& part : stack.parts) {
    const CellInPass& in = now[part.member][part.rule];
    const std::int64_t bytes = part.slot_bytes() * part.sequences;
    const std::int64_t cells = part.heads * part.sequences;
    const auto add = [&](std::array<std::int64_t, 3>& to, std::int64_t held, std::int64_t masked) {
      to[0] += bytes * held;
      to[1] += bytes * (held - masked);
      to[2] += cells * held;
    };
    add(layer.past, in.past, in.masked_past);
    add(layer.during, in.during, in.masked_past);
    add(layer.after, in.after, in.masked_after);
  }
  return layer;
}

}  // namespace kvf
