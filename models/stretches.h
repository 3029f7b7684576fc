// Stretches of passes in which all rules of a schedule are affine: their segments, merged.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "models/pass.h"

namespace kvf {

// `all` holds the segments of one rule after another, `first_of` where those of each rule begin.
// Calls sink(begin, end, at): passes [begin, end), and the segment that each rule is in.
template <class Sink>
void for_each_stretch(std::span<const Segment> all, std::span<const std::size_t> first_of,
                      std::int64_t passes, Sink&& sink) {
  std::vector<const Segment*> at;
  for (const std::size_t first : first_of) at.push_back(all.data() + first);
  for (std::int64_t begin = 0; begin < passes;) {
    std::int64_t end = passes;
    for (const Segment* s : at) end = std::min(end, s->first + s->count);
    sink(begin, end, std::span<const Segment* const>(at));
    for (const Segment*& s : at) {
      if (s->first + s->count == end) ++s;
    }
    begin = end;
  }
}

}  // namespace kvf
