// finch: topk, scored by a question that follows a delimiter.
//
// The delimiter leaves the embedding's output, so that attention and cache never see that token:
// the prefill is one token shorter. kept = n(k, r) of the k = prompt - 1, or with chunk_tokens the
// sum over pieces, as topk. The published code asserts chunk_tokens > question / (1 - r); the
// count does not depend on it. Source: kvpress 0.5.5, finch_press.py; FINCH, arXiv 2408.00167.
// Reference rows: kvpress.FinchPress.
#pragma once

#include <algorithm>
#include <optional>
#include <string_view>
#include <tuple>

#include "models/policies/topk.h"

namespace kvf {

struct Finch {
  double ratio = 0.5;
  std::optional<Tokens> chunk;

  static constexpr std::string_view name = "finch";
  static constexpr std::string_view family = "post-fill";
  static constexpr std::string_view summary = "topk, scored by a question after a delimiter";
  static constexpr std::string_view formula = "as topk, with one token less in the prefill";
  static constexpr std::string_view source =
      "FINCH, arXiv 2408.00167; as in kvpress 0.5.5, finch_press.py";
  static constexpr Convention convention = Convention::kvpress;
  static constexpr auto parameters() {
    return std::tuple{
        parameter("ratio", &Finch::ratio, kShare, "share", "share of entries dropped"),
        parameter("chunk_tokens", &Finch::chunk, kAtLeastOne, "tokens",
                  "the prompt is cut in pieces of so many tokens")};
  }

  void passes(const PlanContext& context, PassPlan& plan) const {
    plan.add_chunks(std::max(context.prefill - Tokens(1), Tokens{}), context.chunk());
  }
  TopK::Rule rule(const PlanContext& context) const {
    return TopK{{ratio}, {}, chunk}.rule(context, 0);
  }
  friend bool operator==(const Finch&, const Finch&) = default;
};

}  // namespace kvf
