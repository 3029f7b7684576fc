#include "sim/memory/held_levels.h"

#include "sim/held_passes.h"
#include "sim/memory/layered_pass.h"
#include "sim/memory/paged_layers.h"

namespace kvf {
namespace {

void add_layers(LayerFigures<3>& sum, const LayerFigures<3>& layer, std::int64_t layers) {
  for (std::size_t f = 0; f < 3; ++f) {
    sum.past[f] += layers * layer.past[f];
    sum.during[f] += layers * layer.during[f];
    sum.after[f] += layers * layer.after[f];
  }
}

template <std::size_t kFigures>
void push(LevelColumn& column, const LayeredPass<kFigures>& pass, std::size_t figure = 0) {
  column.add(pass.past(figure), pass.during(figure), pass.after(figure));
}

}  // namespace

HeldLevels held_levels(std::span<const BatchMember> members, bool all_layers) {
  const RunPasses passes = run_passes(members);
  const std::vector<LayerStack> stacks = layer_stacks(members, false);
  HeldLevels levels;
  for_each_held_pass(members, passes, [&](std::int64_t, const CellsInPass& now) {
    LayeredPass<2> bytes;
    LayeredPass<1> entries;  // the most of them may be held in another layer
    LayerFigures<3> all;
    const auto add = [&](const LayerFigures<3>& one, std::int64_t layers) {
      bytes.add({{one.past[0], one.past[1]},
                 {one.during[0], one.during[1]},
                 {one.after[0], one.after[1]}},
                layers);
      entries.add({{one.past[2]}, {one.during[2]}, {one.after[2]}}, layers);
    };
    for (const LayerStack& stack : stacks) {
      const LayerFigures<3> layer = held_in_layer(stack, now);
      if (all_layers) {
        add_layers(all, layer, stack.layers);
      } else {
        add(layer, stack.layers);
      }
    }
    if (all_layers) add(all, 1);
    push(levels.held, bytes);
    push(levels.live, bytes, 1);
    push(levels.entries, entries);
  });
  return levels;
}

}  // namespace kvf
