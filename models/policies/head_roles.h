// head-roles: some KV heads stream (sinks and a recent window), the others follow another policy.
//
// Which heads: scores from a file, or a share of streaming heads, rounded to whole heads as
//   duo      DuoAttention: N - ceil(s (N - 1)) heads are full (a quantile of the scores)
//   prulong  PruLong: int(N (1 - s)) heads are full
//   kvpress  DuoAttentionPress: N - round(s N) heads are full
//   nominal  not rounded: the share itself weighs the two kinds, as the paper's script does
// Scores without a share: a head is full if its score is above 0.5. A share without scores: layer
// l of L has floor((l + 1) n / L) - floor(l n / L) of the n full heads ("assumed").
// Source: models/head_masks.h; rows: duo.tuple, duo.static, get_kv_footprint, list `rounding`.
#pragma once

#include <optional>
#include <string_view>
#include <tuple>

#include "models/head_masks.h"
#include "models/parameter.h"
#include "models/policies/streaming.h"
#include "models/workload.h"

namespace kvf {

class Groups;

struct RoundingWords {
  static constexpr std::array<std::string_view, 4> values{"duo", "prulong", "nominal", "kvpress"};
};

struct HeadRoles {
  HeadScores heads;
  std::optional<double> streaming_heads;
  Choice<Rounding, RoundingWords> rounding = Rounding::prulong;
  Tokens sinks{128};
  Tokens window{1024};
  Choice<Streaming::Variant, StreamingVariants> variant = Streaming::Variant::duo;
  PolicyBox other;

  static constexpr std::string_view name = "head-roles";
  static constexpr std::string_view family = "recency per head";
  static constexpr std::string_view summary = "some heads stream, the others keep more";
  static constexpr std::string_view formula =
      "streaming heads: kept = min(past + rows, sink + window); others: other_heads";
  static constexpr std::string_view source =
      "DuoAttention, arXiv 2410.10819, fe93c31; PruLong, arXiv 2506.17121, ff22598";
  static constexpr Convention convention = Convention::eval;
  static constexpr bool needs_heads = true;
  static constexpr std::array presets{
      Preset{"duoattention", "rounding as DuoAttention"},
      Preset{"prulong", "rounding as PruLong"},
  };
  static constexpr auto parameters() {
    return std::tuple{
        parameter("heads_file", &HeadRoles::heads,
                  "a table of scores or 0/1, row = layer, column = KV head"),
        parameter("streaming_heads", &HeadRoles::streaming_heads, kShare, "share",
                  "share of KV heads that stream"),
        parameter("rounding", &HeadRoles::rounding, "how the share becomes whole heads"),
        parameter("sink_tokens", &HeadRoles::sinks, kAnyCount, "tokens",
                  "first entries, which always stay in a streaming head"),
        parameter("window_tokens", &HeadRoles::window, kAnyCount, "tokens",
                  "last entries, which stay in a streaming head"),
        parameter("variant", &HeadRoles::variant,
                  "which implementation of a streaming head is followed"),
        parameter("other_heads", &HeadRoles::other, "policy of the other heads; default full")};
  }
  void preset(std::string_view preset_name) {
    rounding = preset_name == "duoattention" ? Rounding::duo : Rounding::prulong;
  }

  bool nominal() const { return rounding == Rounding::nominal; }
  bool assumed() const { return heads.values.empty() && !nominal(); }

  void check() const;

  // Full heads of each layer. Empty when nominal.
  std::vector<std::int64_t> full_heads(const LlmShape& shape) const {
    if (nominal()) return {};
    if (heads.values.empty()) {
      return spread_evenly(
          full_head_count(rounding, shape.layers * shape.kv_heads, *streaming_heads), shape.layers);
    }
    expect_shape("heads_file", heads, shape);
    return count_per_layer(full_head_mask(rounding, heads.values, streaming_heads), shape.layers);
  }

  // Gives `out` the heads of each layer. A nominal share adds both kinds with all heads of it.
  void groups(const LlmShape& shape, Groups& out) const;
  // The share of streaming heads, where it is not rounded to heads.
  std::optional<double> nominal_share() const { return nominal() ? streaming_heads : std::nullopt; }
  // Whose passes the prefill is cut into; nullptr for chunks.
  const PolicySpec* cut_as() const { return other.get(); }
  friend bool operator==(const HeadRoles&, const HeadRoles&) = default;
};

}  // namespace kvf
