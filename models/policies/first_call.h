// What the presses of kvpress share: how many entries a ratio leaves, and which calls are pressed.
//
//   n(k, r): r = 0: k;  r >= 1: 0;  else max(1, int(k * (1 - r)))           kvpress 0.5.5
//            r = 0: k;  else int(k * (1 - r)), which may be 0               kvpress 8bb29b9
// Only a call on an empty cache (0.5.5) or at position 0 (8bb29b9) is pressed, so that a chunked
// prefill loses entries of its first chunk only. Source: kvpress 0.5.5, utils.py (compute_n_kept)
// and base_press.py; commit 8bb29b9, scorer_press.py.
#pragma once

#include <algorithm>

#include "models/numeric.h"
#include "models/segments.h"
#include "models/workload.h"

namespace kvf {

inline bool is_old_kvpress(const PlanContext& context) {
  return context.convention == Convention::kvpress_8bb29b9;
}

// n(k, r) of a version.
struct KeptByRatio {
  double ratio = 0;
  bool at_least_one = true;  // kvpress 0.5.5

  Tokens of(Tokens k) const {
    if (ratio == 0 || k == Tokens{}) return k;
    if (!at_least_one) return truncated_keep(ratio, k);
    return ratio >= 1 ? Tokens{} : std::max(Tokens(1), truncated_keep(ratio, k));
  }
  friend bool operator==(const KeptByRatio&, const KeptByRatio&) = default;
};

// The first call is cut to Kept::of(its entries); all later ones append.
template <class Kept>
struct FirstCallRule {
  struct State {};
  Kept kept;
  bool when_empty = true;  // a call on an empty cache is pressed; else: one at position 0

  Tokens keep(State&, const Pass& pass, Tokens size) const {
    const Tokens past = size - pass.rows;
    const bool pressed = when_empty ? past == Tokens{} : pass.position == Tokens{};
    return pressed ? kept.of(size) : size;
  }
  template <class Sink>
  void segments(const PassPlan& plan, Sink&& sink) const {
    Tokens held;
    for (PassRun run : plan.runs) {
      if (held == Tokens{} && (when_empty || run.position == Tokens{})) {
        const Tokens after = kept.of(run.rows);
        if (after == Tokens{} && when_empty) {  // stays empty, so the next call is pressed too
          sink(Segment{run.first, run.count, run.rows, {}, {}, {}, {}, {}});
          continue;
        }
        sink(Segment{run.first, 1, run.rows, {}, {}, {}, after, {}});
        held = after;
        run = rest_of(run, 1);
      }
      held = add_each_pass(run, held, run.rows, sink);
    }
  }
  friend bool operator==(const FirstCallRule&, const FirstCallRule&) = default;
};

}  // namespace kvf
