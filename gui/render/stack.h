// What a run's memory is made of, for the stack: which series lie one upon another, and how much each
// part has at one instant.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gui/document/document.h"
#include "gui/render/theme.h"

namespace kvf::gui {

// A part is `weight` times the sum of `plus`, less the sum of `minus`: what an allocator keeps beyond the
// cache is `reserved` less `cache`. All have their points where the total has its own.
struct StackPart {
  Component component = Component::live_kv;
  std::string name;
  std::vector<const StepSeries*> plus, minus;
  double weight = 1;  // not 1 for a nominal share of heads
};

struct Stack {
  const StepSeries* total = nullptr;  // none: it has no parts
  std::vector<StackPart> parts;       // from the bottom up
};

// The parts of the series `total` of a run, read as far as it can be: of a level of memory in bytes the
// levels below it and what lies beside the cache; of all entries the groups of heads by their role. What no
// part accounts for is not in the list. Without points, or where no part is known: nothing, not even a
// total, and the series is a line.
Stack stack_of(const Run& run, const Series& total, Axis axis);

// How much each part has at a point of the total; the last one is what no part accounts for, and all
// together are the total. `sizes` has one place more than there are parts. Where weights are not whole, parts
// are rounded so that they add up: those with the largest remainders up. Of levels of memory nothing is
// below 0: a pool that is too small has less than is asked of it.
void sample(const Stack& stack, std::int64_t point, std::span<std::int64_t> sizes);

}  // namespace kvf::gui
