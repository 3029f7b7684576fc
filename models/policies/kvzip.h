// kvzip: one budget for the whole model, or for a layer, spent when the prefill has ended.
//
// Of N heads (all, or the layer's) with k entries each, int(N k r) are masked; the cache stays as
// long as it was. restorekv first lets m restore tokens attend to the full cache and keeps them,
// paid for from the budget: r' = min(1, r + m / k), N (k + m) - int(N k r') stay live. With r = 0
// nothing is done at all. Which heads lose how many is a matter of scores: here the split is even,
// the remainder to the lowest-numbered ("assumed"). Scoring feeds the context once more, in chunks
// through the cache; that passing peak is not modelled.
// Source: kvpress 0.5.5, kvzip_press.py, kvgrad_press.py, fastkvzip_press.py, restorekv_press.py;
// KVzip, arXiv 2505.23416. Reference rows: kvpress.KVzipPress, KVgrad, FastKVzip, RestoreKV.
#pragma once

#include <algorithm>
#include <string_view>
#include <tuple>

#include "models/numeric.h"
#include "models/parameter.h"
#include "models/policies/masked.h"
#include "models/workload.h"

namespace kvf {

struct BudgetScopeWords {
  static constexpr std::array<std::string_view, 2> values{"model", "layer"};
};

// `total` tokens over `cells` cells, the remainder to the lowest-numbered.
inline Tokens even_share(Tokens total, std::int64_t cells, std::int64_t number) {
  return Tokens(total.count() / cells + (number < total.count() % cells ? 1 : 0));
}

struct KvZip {
  enum class Scope { model, layer };

  double ratio = 0.5;
  Choice<Scope, BudgetScopeWords> scope = Scope::model;
  Tokens restore{0};

  static constexpr std::string_view name = "kvzip";
  static constexpr std::string_view family = "post-fill per head";
  static constexpr std::string_view summary = "one budget for the whole model; masked";
  static constexpr std::string_view formula =
      "kept = past + rows; masked = int(heads * prompt * ratio) of all heads, split evenly";
  static constexpr std::string_view source =
      "KVzip, arXiv 2505.23416; as in kvpress 0.5.5, kvzip_press.py and those built on it";
  static constexpr Convention convention = Convention::kvpress;
  static constexpr std::array presets{
      Preset{"kvgrad", "scores: gradients"},
      Preset{"fastkvzip", "scores: a gate's, without a second pass"},
      Preset{"restorekv", "8 restore tokens stand in for what is masked"},
  };
  static constexpr auto parameters() {
    return std::tuple{parameter("ratio", &KvZip::ratio, kShare, "share", "share of entries masked"),
                      parameter("scope", &KvZip::scope, "what shares one budget"),
                      parameter("restore_tokens", &KvZip::restore, kAnyCount, "tokens",
                                "tokens added after the prompt, paid for from the budget")};
  }
  void preset(std::string_view preset_name) {
    if (preset_name == "restorekv") restore = Tokens(8);
  }
  bool assumed() const { return true; }

  // Restore tokens that are really added.
  Tokens added(const PlanContext& context) const {
    return ratio > 0 && context.prefill > Tokens{} ? restore : Tokens{};
  }
  void passes(const PlanContext& context, PassPlan& plan) const {
    plan.add_chunks(context.prefill, context.chunk());
    plan.add(1, Tokens{}, Phase::prefill, added(context));
  }

  MaskedRule rule(const PlanContext& context, std::int64_t layer, std::int64_t head) const {
    const bool of_layer = scope == Scope::layer;
    const std::int64_t heads = context.shape.kv_heads;
    const std::int64_t cells = of_layer ? heads : context.shape.layers * heads;
    const std::int64_t number = of_layer ? head : layer * heads + head;
    const Tokens k = context.prefill;
    const Tokens more = added(context);
    const double paid = k > Tokens{} ? static_cast<double>(more.count()) / double(k.count()) : 0;
    const Tokens masked = truncated_share(std::min(1.0, ratio + paid), k.times(cells));
    const Tokens live = even_share((k + more).times(cells) - masked, cells, number);
    return {k + more - live, true};
  }
  friend bool operator==(const KvZip&, const KvZip&) = default;
};

}  // namespace kvf
