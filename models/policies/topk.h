// topk: after the prefill, each head keeps its highest-scoring entries. How they are scored does
// not change how many stay, so that one rule serves a whole family of methods.
//
//   n(k, r): r = 0: k;  r >= 1: 0;  else max(1, int(k * (1 - r)))           kvpress 0.5.5
//            r = 0: k;  else int(k * (1 - r)), which may be 0               kvpress 8bb29b9
// Only a call on an empty cache (0.5.5) or at position 0 (8bb29b9) is pressed, so that a chunked
// prefill loses entries of its first chunk only. chunk_tokens (ChunkPress) keeps
// max(1, int(len * (1 - r))) of each piece of the call.
// Reference rows: kvpress.* score presses, ChunkPress, PerLayerCompressionPress.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "models/numeric.h"
#include "models/parameter.h"
#include "models/segments.h"
#include "models/workload.h"

namespace kvf {

struct TopK {
  std::vector<double> ratio;  // of entries dropped; one for all layers, or one a layer
  std::optional<Tokens> budget;
  std::optional<Tokens> chunk;

  static constexpr std::string_view name = "topk";
  static constexpr std::string_view family = "post-fill";
  static constexpr std::string_view summary = "each head keeps its highest-scoring entries";
  static constexpr std::string_view formula =
      "kept = max(1, int(rows * (1 - ratio))) of the first prefill call, or min(rows, budget)";
  static constexpr std::string_view source =
      "kvpress 0.5.5, compute_n_kept (and commit 8bb29b9, scorer_press.py)";
  static constexpr Convention convention = Convention::kvpress;
  static constexpr std::array presets{
      Preset{"h2o", "scores: accumulated attention, arXiv 2306.14048"},
      Preset{"tova", "scores: attention of the last token, arXiv 2401.06104"},
      Preset{"keydiff", "scores: difference from the mean key, arXiv 2504.15364"},
      Preset{"lagkv", "scores: lag-relative variance, arXiv 2504.04704"},
      Preset{"cur", "scores: leverage, arXiv 2509.15038"},
      Preset{"random", "scores: random"},
      Preset{"expected-attention", "scores: expected attention of future queries"},
  };
  static constexpr auto parameters() {
    return std::tuple{parameter("ratio", &TopK::ratio, kShare, "share",
                                "share of entries dropped: a number, or a list with one a layer"),
                      parameter("budget_tokens", &TopK::budget, kAnyCount, "tokens",
                                "entries kept, instead of a ratio"),
                      parameter("chunk_tokens", &TopK::chunk, kAtLeastOne, "tokens",
                                "the prompt is scored in pieces of so many tokens")};
  }
  void preset(std::string_view) {}  // the names differ in what is scored only

  void check() const {
    if (ratio.empty() == !budget.has_value()) {
      throw PolicyError(budget ? "budget_tokens" : "ratio",
                        budget ? "give 'ratio' or 'budget_tokens', not both"
                               : "needs 'ratio' or 'budget_tokens'");
    }
    if (budget && chunk) {
      throw PolicyError("chunk_tokens", "'chunk_tokens' goes with 'ratio'");
    }
  }

  struct Rule {
    struct State {};
    double ratio = 0;
    std::optional<Tokens> budget;
    std::optional<Tokens> chunk;
    bool at_least_one = true;  // kvpress 0.5.5
    bool when_empty = true;    // a call on an empty cache is pressed; else: one at position 0

    Tokens kept(Tokens k) const {
      if (budget) return std::min(k, *budget);
      if (ratio == 0) return k;
      if (chunk) {
        const auto piece = [&](Tokens n) { return std::max(Tokens(1), truncated_keep(ratio, n)); };
        const Tokens rest = k % *chunk;
        return piece(*chunk).times(k / *chunk) + (rest > Tokens{} ? piece(rest) : Tokens{});
      }
      if (!at_least_one) return truncated_keep(ratio, k);
      return ratio >= 1 ? Tokens{} : std::max(Tokens(1), truncated_keep(ratio, k));
    }
    Tokens keep(State&, const Pass& pass, Tokens size) const {
      const Tokens past = size - pass.rows;
      const bool pressed = when_empty ? past == Tokens{} : pass.position == Tokens{};
      return pressed ? kept(size) : size;
    }
    template <class Sink>
    void segments(const PassPlan& plan, Sink&& sink) const {
      Tokens held;
      for (PassRun run : plan.runs) {
        if (held == Tokens{} && (when_empty || run.position == Tokens{})) {
          const Tokens after = kept(run.rows);
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
    friend bool operator==(const Rule&, const Rule&) = default;
  };

  Rule rule(const PlanContext& context, std::int64_t layer) const {
    if (ratio.size() > 1 && static_cast<std::int64_t>(ratio.size()) != context.shape.layers) {
      throw PolicyError("ratio", "'ratio' lists " + std::to_string(ratio.size()) +
                                     " layers; the model has " +
                                     std::to_string(context.shape.layers));
    }
    const bool old = context.convention == Convention::kvpress_8bb29b9;
    const double share =
        ratio.empty() ? 0 : ratio[ratio.size() > 1 ? static_cast<std::size_t>(layer) : 0];
    return {share, budget, chunk, !old, !old};
  }
  friend bool operator==(const TopK&, const TopK&) = default;
};

}  // namespace kvf
