// Entries that are masked: attention skips them, but the cache still holds them.
//
// What presses that cut each head to another length do in kvpress, where a layer's heads share one
// tensor. Footprint and peaks count what is held; `live` says how much of it is still read.
#pragma once

#include "models/segments.h"

namespace kvf {

struct MaskedRule {
  struct State {};
  Tokens masked;
  bool at_end = false;  // masked when the prefill ends; else by the first call

  Tokens keep(State&, const Pass&, Tokens size) const { return size; }
  template <class Sink>
  void segments(const PassPlan& plan, Sink&& sink) const {
    Tokens held;
    for (const PassRun& run : plan.runs) {
      held = add_each_pass(run, held, run.rows + run.appended, sink);
    }
  }
  Tokens live(const Pass& pass, Tokens after) const {
    const bool yet = !at_end || pass.last_prefill || pass.phase == Phase::decode;
    return yet ? after - masked : after;
  }
  friend bool operator==(const MaskedRule&, const MaskedRule&) = default;
};

}  // namespace kvf
