// locret: trained eviction under one budget that grows with the prompt; old entries are scored
// again with each chunk, and may be evicted later.
//
// After the chunk that ends at token e: kept = min(past + rows, B),
//   B = max(roundup64(int((1 - s) * e)), stabilizers)
// The last local_tokens of the prompt are a pass of their own, whatever the chunk size; decoding
// appends. local_tokens = 0 crashes in the published code (an empty chunk); here there is no local
// pass then. Source: PruLong ff22598, eval/locret_cache.py and eval/model_utils.py.
// Reference rows: eval.generate.locret.
#pragma once

#include <algorithm>
#include <string_view>
#include <tuple>

#include "models/numeric.h"
#include "models/parameter.h"
#include "models/retention.h"
#include "models/segments.h"
#include "models/workload.h"

namespace kvf {

struct Locret {
  double sparsity = 0.7;
  Tokens local{100};
  Tokens stabilizers{2500};

  static constexpr std::string_view name = "locret";
  static constexpr std::string_view family = "trained eviction";
  static constexpr std::string_view summary = "one cumulative budget, all entries scored again";
  static constexpr std::string_view formula =
      "kept = min(past + rows, max(roundup64(int((1 - sparsity) * tokens so far)), stabilizers)) "
      "per prefill pass";
  static constexpr std::string_view source =
      "Locret, arXiv 2410.01805; as in PruLong ff22598, eval/locret_cache.py";
  static constexpr Convention convention = Convention::eval;
  static constexpr auto parameters() {
    return std::tuple{
        parameter("sparsity", &Locret::sparsity, kShare, "share", "share of entries dropped"),
        parameter("local_tokens", &Locret::local, kAnyCount, "tokens",
                  "last prompt tokens, which are a prefill pass of their own"),
        parameter("stabilizer_tokens", &Locret::stabilizers, kAnyCount, "tokens",
                  "entries the budget never falls below")};
  }

  void passes(const PlanContext& context, PassPlan& plan) const {
    if (context.prefill <= local) {
      plan.add(1, context.prefill, Phase::prefill);
      return;
    }
    plan.add_chunks(context.prefill - local, context.chunk());
    plan.add(1, local, Phase::prefill);
  }

  struct Rule {
    struct State {};
    double sparsity = 0;
    Tokens stabilizers;

    // After the chunk that ends at token `end`.
    Tokens budget(Tokens end) const {
      return std::max(round_up(truncated_keep(sparsity, end), Tokens(64)), stabilizers);
    }
    // The published code forces the last entries to stay while a chunk comes after the next one.
    Retention retention(const Pass& pass) const {
      return {Tokens{}, pass.last_prefill ? Tokens{} : stabilizers};
    }
    Tokens keep(State&, const Pass& pass, Tokens size) const {
      if (pass.phase == Phase::decode) return size;
      return std::min(size, budget(pass.position + pass.rows));
    }
    // A pass attends all that is held; the eviction comes after it.
    Tokens before_drop(const Pass&, Tokens size) const { return size; }
    template <class Sink>
    void segments(const PassPlan& plan, Sink&& sink) const {
      Tokens held;
      State state;
      for (const PassRun& run : plan.runs) {
        held = run.phase == Phase::decode ? add_each_pass(run, held, run.rows, sink)
                                          : play_each_pass(*this, state, plan, run, held, sink);
      }
    }
    friend bool operator==(const Rule&, const Rule&) = default;
  };

  Rule rule(const PlanContext&) const { return {sparsity, stabilizers}; }
  friend bool operator==(const Locret&, const Locret&) = default;
};

}  // namespace kvf
