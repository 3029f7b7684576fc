// moa: sinks and a recent window in every head, each head with its own window.
//
// kept = min(past + rows, sink + w),  w = int(alpha + beta * prompt): fixed where beta is 0, else
// growing with the input. Both may be one number for all heads, or a table.
// Source: MoA, arXiv 2406.14909. No reference rows: the rule of a head is that of `streaming`.
#pragma once

#include <string_view>
#include <tuple>

#include "models/head_masks.h"
#include "models/parameter.h"
#include "models/policies/streaming.h"

namespace kvf {

struct Moa {
  Tokens alpha{1024};
  double beta = 0;
  HeadScores alphas;
  HeadScores betas;
  Tokens sinks{64};

  static constexpr std::string_view name = "moa";
  static constexpr std::string_view family = "recency per head";
  static constexpr std::string_view summary = "sinks and a window of its own for every head";
  static constexpr std::string_view formula =
      "kept = min(past + rows, sink_tokens + int(alpha + beta * prompt)), head by head";
  static constexpr std::string_view source = "MoA, arXiv 2406.14909";
  static constexpr Convention convention = Convention::kvpress;
  static constexpr bool needs_heads = true;
  static constexpr auto parameters() {
    return std::tuple{
        parameter("alpha_tokens", &Moa::alpha, kAnyCount, "tokens",
                  "window of a head at an empty prompt"),
        parameter("beta", &Moa::beta, kShare, "share", "what it grows by with a prompt token"),
        parameter("alpha_file", &Moa::alphas,
                  "a table of alphas, row = layer, column = KV head, instead of one"),
        parameter("beta_file", &Moa::betas, "the same of betas"),
        parameter("sink_tokens", &Moa::sinks, kAnyCount, "tokens",
                  "first entries, which always stay")};
  }
  void check() const {
    const auto refuse_negative = [](std::string_view file, const HeadScores& table) {
      for (const double value : table.values) {
        if (value >= 0 && value <= kAnyCount.high) continue;
        throw PolicyError(file, "'" + std::string(file) + "' holds a negative or huge number");
      }
    };
    refuse_negative("alpha_file", alphas);
    refuse_negative("beta_file", betas);
  }

  Streaming::Rule rule(const PlanContext& context, std::int64_t layer, std::int64_t head) const {
    const auto of_head = [&](std::string_view file, const HeadScores& table, double otherwise) {
      if (table.values.empty()) return otherwise;
      expect_shape(file, table, context.shape);
      return table.values[static_cast<std::size_t>(layer * table.heads + head)];
    };
    const double window =
        of_head("alpha_file", alphas, static_cast<double>(alpha.count())) +
        of_head("beta_file", betas, beta) * static_cast<double>(context.workload.prompt.count());
    // Above this no sequence reaches it.
    const double most = static_cast<double>(kMaxTokens.count());
    return {sinks + Tokens(static_cast<std::int64_t>(std::min(window, most))), sinks};
  }
  friend bool operator==(const Moa&, const Moa&) = default;
};

}  // namespace kvf
