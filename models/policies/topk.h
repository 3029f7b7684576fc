// topk: after the prefill, each head keeps its highest-scoring entries. How they are scored does
// not change how many stay, so that one rule serves a whole family of methods.
//
//   kept = n(k, r) of the first call, see first_call.h;   budget_tokens B: min(k, B)
//   chunk_tokens (ChunkPress, Finch): the sum over the pieces of the call of
//   max(1, int(len * (1 - r)))
// Presses that read and move entries but keep as many are presets too: blocks, re-rotated or merged
// keys, entropy-gated chunks (kvpress 0.5.5 fills those to the same budget).
// Reference rows: kvpress.* score presses, Block, KeyRerotation, Merging, CriticalKV, Chunk,
// EntropyGatedChunkKV, PerLayerCompression.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "models/parameter.h"
#include "models/policies/first_call.h"

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
      Preset{"observed-attention", "scores: mean attention received"},
      Preset{"non-causal-attention", "scores: attention without the causal mask"},
      Preset{"tova", "scores: attention of the last token, arXiv 2401.06104"},
      Preset{"streamingllm", "scores: sinks, then the newest, arXiv 2309.17453"},
      Preset{"keydiff", "scores: difference from the mean key, arXiv 2504.15364"},
      Preset{"lagkv", "scores: lag-relative variance, arXiv 2504.04704"},
      Preset{"cur", "scores: leverage, arXiv 2509.15038"},
      Preset{"leverage", "scores: approximate leverage, arXiv 2507.08143"},
      Preset{"compactor", "scores: leverage and non-causal attention, arXiv 2507.08143"},
      Preset{"cap", "scores: as CapPress of kvpress"},
      Preset{"qfilter", "scores: projection on a learnt filter, arXiv 2503.02812"},
      Preset{"kvzap", "scores: a small network's"},
      Preset{"random", "scores: random"},
      Preset{"expected-attention", "scores: expected attention of future queries"},
      Preset{"criticalkv", "scores: with the norm of the projected values, arXiv 2502.03805"},
      Preset{"block", "scores: block by block, arXiv 2504.15364"},
      Preset{"key-rerotation", "keys are rotated to their new positions"},
      Preset{"merging", "evicted entries are merged into kept ones"},
      Preset{"entropy-gated-chunkkv", "chunks, whole or in part, up to the budget"},
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

  struct Kept {
    KeptByRatio share;
    std::optional<Tokens> budget;
    std::optional<Tokens> chunk;

    Tokens of(Tokens k) const {
      if (budget) return std::min(k, *budget);
      if (share.ratio == 0 || !chunk) return share.of(k);
      const auto piece = [&](Tokens n) {
        return std::max(Tokens(1), truncated_keep(share.ratio, n));
      };
      const Tokens rest = k % *chunk;
      return piece(*chunk).times(k / *chunk) + (rest > Tokens{} ? piece(rest) : Tokens{});
    }
    friend bool operator==(const Kept&, const Kept&) = default;
  };
  using Rule = FirstCallRule<Kept>;

  Rule rule(const PlanContext& context, std::int64_t layer) const {
    if (ratio.size() > 1 && static_cast<std::int64_t>(ratio.size()) != context.shape.layers) {
      throw PolicyError("ratio", "'ratio' lists " + std::to_string(ratio.size()) +
                                     " layers; the model has " +
                                     std::to_string(context.shape.layers));
    }
    const bool old = is_old_kvpress(context);
    const double share =
        ratio.empty() ? 0 : ratio[ratio.size() > 1 ? static_cast<std::size_t>(layer) : 0];
    return {{{share, !old}, budget, chunk}, !old};
  }
  friend bool operator==(const TopK&, const TopK&) = default;
};

}  // namespace kvf
