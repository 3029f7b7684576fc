// The rule of a layer with a window of its own: sliding or chunked attention.
//
// A pass attends what is cached and its own rows; then the last window - 1 entries stay, for the
// next row makes the window full. Tokens that a policy appends, to score a chunk or in a pass of
// their own, do not stay: they are its business where it works, in layers with full attention.
// Source: DynamicSlidingWindowLayer of transformers 5.23.0.
#pragma once

#include <algorithm>

#include "models/pass.h"
#include "models/retention.h"
#include "models/segments.h"

namespace kvf {

struct WindowRule {
  struct State {};
  Tokens capacity;  // window - 1

  Retention retention(const Pass&) const { return {Tokens{}, capacity}; }
  Tokens keep(State&, const Pass& pass, Tokens size) const {
    return std::min(size - pass.appended, capacity);
  }
  template <class Sink>
  void segments(const PassPlan& plan, Sink&& sink) const {
    Tokens held;
    for (const PassRun& run : plan.runs) {
      if (run.rows > Tokens{}) {
        held = cap_each_pass(run, held, capacity, sink);
      } else {
        sink(Segment{run.first, run.count, run.rows, run.appended, held, {}, held, {}});
      }
    }
  }
  friend bool operator==(const WindowRule&, const WindowRule&) = default;
};

}  // namespace kvf
