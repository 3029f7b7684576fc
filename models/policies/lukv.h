// lukv: a budget for each head, learnt ahead, in a table of prune ratios.
//
// A layer's heads with ratios p_h of a call of k entries, all in float32:
//   T = round(sum (1 - p_h) k), at least one a head, at most all;   floor((1 - p_h) k) each, and one
//   more for the T - sum of the floors heads of the largest fractions; each 1 .. k
// Of equal fractions the lowest-numbered gets it; the published code leaves that open. The rest is
// masked. Source: kvpress 0.5.5, lukv_press.py; LU-KV, arXiv 2602.08585. Reference rows: kvpress.LUKVPress.
#pragma once

#include <span>
#include <string_view>
#include <tuple>

#include "models/head_masks.h"
#include "models/parameter.h"
#include "models/policies/masked.h"
#include "models/workload.h"

namespace kvf {

struct LuKv {
  HeadScores ratios;

  static constexpr std::string_view name = "lukv";
  static constexpr std::string_view family = "post-fill per head";
  static constexpr std::string_view summary = "a learnt budget for each head; masked";
  static constexpr std::string_view formula =
      "kept = past + rows; live = (1 - ratio of the head) * rows of the first call, rounded so "
      "that "
      "a layer's sum is";
  static constexpr std::string_view source =
      "LU-KV, arXiv 2602.08585; as in kvpress 0.5.5, lukv_press.py";
  static constexpr Convention convention = Convention::kvpress;
  static constexpr auto parameters() {
    return std::tuple{parameter("heads_file", &LuKv::ratios,
                                "a table of prune ratios, row = layer, column = KV head")};
  }
  void check() const {
    if (ratios.values.empty()) throw PolicyError("heads_file", "needs 'heads_file'");
  }

  MaskedRule rule(const PlanContext& context, std::int64_t layer, std::int64_t head) const {
    expect_shape("heads_file", ratios, context.shape);
    const Tokens k = context.first_call();
    const auto heads = static_cast<std::size_t>(ratios.heads);
    const std::span<const double> of_layer(
        ratios.values.data() + static_cast<std::size_t>(layer) * heads, heads);
    return {k - head_budgets(of_layer, k)[static_cast<std::size_t>(head)], false};
  }
  friend bool operator==(const LuKv&, const LuKv&) = default;
};

}  // namespace kvf
