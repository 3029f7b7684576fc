// The paper's metric: how the figures of arXiv 2506.17121 count entries, bit for bit. This is an
// idealisation; what the same policies really hold is in models/policies.
//
// Three rules, from PruLong ff22598, eval/viz/kv_footprint.py, over the whole prompt P:
//   streaming  kept = min(past + rows, sink + window)                     as models/policies/streaming
//   share      past += min(round((1 - s) * rows) + window, rows) per chunk; decoding appends
//   locret     the same with `stabilizers` for the window; the last local_tokens are one chunk
// The constant is added to every chunk, so that a chunk of at most `window` rows keeps all at any
// sparsity. A streaming head sees its whole chunk (the window counts at the chunk's start). Layers
// do not differ, nothing is appended, and there is one KV set per KV head.
#pragma once

#include <algorithm>
#include <optional>
#include <variant>

#include "models/numeric.h"
#include "models/policies/full.h"
#include "models/policies/streaming.h"

namespace kvf {

struct PolicySpec;

namespace paper_metric {

struct ShareRule {
  struct State {};
  double sparsity = 0;
  Tokens extra;  // kept of every chunk besides its share

  Retention retention(const Pass&) const { return {Tokens{}, extra, true}; }
  Tokens kept(Phase phase, Tokens rows) const {
    return phase == Phase::decode ? rows : std::min(rounded_keep(sparsity, rows) + extra, rows);
  }
  Tokens keep(State&, const Pass& pass, Tokens size) const {
    return size - pass.rows + kept(pass.phase, pass.rows);
  }
  template <class Sink>
  void segments(const PassPlan& plan, Sink&& sink) const {
    Tokens held;
    for (const PassRun& run : plan.runs) {
      held = add_each_pass(run, held, kept(run.phase, run.rows), sink);
    }
  }
  friend bool operator==(const ShareRule&, const ShareRule&) = default;
};

// nullopt: the paper has no accounting of this policy.
using AnyRule = std::variant<Streaming::Rule, ShareRule>;
std::optional<AnyRule> rule(const PolicySpec& policy);

// Cuts the prefill into the passes the script counts.
void passes(const PolicySpec& policy, const PlanContext& context, PassPlan& plan);

}  // namespace paper_metric
}  // namespace kvf
