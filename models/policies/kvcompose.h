// kvcompose: composite tokens, that is each head's best, second best ... entry, ranked over layers.
//
// The published code feeds the prompt of k tokens a second time to score it: 2 k entries are held.
//   structured    of the L k composite tokens n(L k, r) stay, every layer at least lower_bound
//                 of them and 1 (8bb29b9: lower_bound alone); entries go for real
//   unstructured  of the L H k entries n(L H k, r) stay live, the others are masked, and the second
//                 k of every layer is never removed
// Which layers (heads) keep most is a matter of scores: here the split is even, the remainder to
// the lowest-numbered ("assumed"). Source: kvpress 0.5.5, kvcompose_press.py; KVCompose, arXiv
// 2509.05165. Reference rows: kvpress.KVComposePress.
#pragma once

#include <algorithm>
#include <string_view>
#include <tuple>
#include <variant>

#include "models/parameter.h"
#include "models/policies/first_call.h"
#include "models/policies/kvzip.h"
#include "models/policies/masked.h"

namespace kvf {

struct KvComposeLayoutWords {
  static constexpr std::array<std::string_view, 2> values{"structured", "unstructured"};
};

struct KvCompose {
  enum class Layout { structured, unstructured };

  double ratio = 0.5;
  Choice<Layout, KvComposeLayoutWords> layout = Layout::structured;
  Tokens lower_bound{0};

  static constexpr std::string_view name = "kvcompose";
  static constexpr std::string_view family = "post-fill per head";
  static constexpr std::string_view summary = "each head's best entries, ranked over all layers";
  static constexpr std::string_view formula =
      "structured: kept = max(1, int(layers * prompt * (1 - ratio))) over the layers; "
      "unstructured: kept = 2 * prompt, masked";
  static constexpr std::string_view source =
      "KVCompose, arXiv 2509.05165; as in kvpress 0.5.5, kvcompose_press.py";
  static constexpr Convention convention = Convention::kvpress;
  static constexpr auto parameters() {
    return std::tuple{
        parameter("ratio", &KvCompose::ratio, kShare, "share", "share of entries dropped"),
        parameter("layout", &KvCompose::layout, "whether a layer's heads keep equally many"),
        parameter("lower_bound_tokens", &KvCompose::lower_bound, kAnyCount, "tokens",
                  "entries that a layer keeps at least (structured)")};
  }
  bool assumed() const { return true; }

  void passes(const PlanContext& context, PassPlan& plan) const {
    plan.add_chunks(context.prefill, context.chunk());
    plan.add(1, Tokens{}, Phase::prefill, context.prefill);  // scores the prompt
  }

  // What every layer keeps at least.
  Tokens floor(const PlanContext& context) const {
    const Tokens low = is_old_kvpress(context) ? Tokens{} : Tokens(1);
    return std::min(std::max(low, lower_bound), context.prefill);
  }

  // Cut when the prompt has been scored.
  struct Rule {
    struct State {};
    Tokens kept;

    Tokens keep(State&, const Pass& pass, Tokens size) const {
      return pass.rows == Tokens{} ? kept : size;
    }
    template <class Sink>
    void segments(const PassPlan& plan, Sink&& sink) const {
      Tokens held;
      for (const PassRun& run : plan.runs) {
        if (run.rows == Tokens{}) {
          sink(Segment{run.first, 1, run.rows, run.appended, held, {}, kept, {}});
          held = kept;
        } else {
          held = add_each_pass(run, held, run.rows, sink);
        }
      }
    }
    friend bool operator==(const Rule&, const Rule&) = default;
  };

  std::variant<Rule, MaskedRule> rule(const PlanContext& context, std::int64_t layer,
                                      std::int64_t head) const {
    const KeptByRatio kept{ratio, !is_old_kvpress(context)};
    const Tokens k = context.prefill;
    const std::int64_t layers = context.shape.layers;
    if (layout == Layout::structured) {
      const Tokens share = even_share(kept.of(k.times(layers)), layers, layer);
      return Rule{std::max(share, floor(context))};
    }
    const std::int64_t heads = context.shape.kv_heads;
    const std::int64_t cells = layers * heads;
    return MaskedRule{k - even_share(kept.of(k.times(cells)), cells, layer * heads + head), true};
  }
  friend bool operator==(const KvCompose&, const KvCompose&) = default;
};

}  // namespace kvf
