// knorm: entries with a small key norm stay.
//
//   kvpress     as topk
//   minference  L2KVCache of the paper's harness: after every pass, decoding too, a layer keeps at
//               most 4096 + 64 entries, except layers 0 and 1, which are never pruned. The
//               published code reads its capacity from the wrong object, so that the option is
//               without effect; the numbers are what it really does.
// Source: PruLong ff22598, minference/modules/kvcompression.py. Rows: eval.generate.l2,
// kvpress.KnormPress.
#pragma once

#include <string_view>
#include <tuple>
#include <variant>

#include "models/policies/full.h"
#include "models/policies/streaming.h"
#include "models/policies/topk.h"

namespace kvf {

struct KnormVariants {
  static constexpr std::array<std::string_view, 2> values{"kvpress", "minference"};
};

struct Knorm {
  enum class Variant { kvpress, minference };

  std::optional<double> ratio;
  Choice<Variant, KnormVariants> variant = Variant::kvpress;

  static constexpr std::string_view name = "knorm";
  static constexpr std::string_view family = "post-fill";
  static constexpr std::string_view summary = "entries with a small key norm stay";
  static constexpr std::string_view formula =
      "kvpress: as topk; minference: kept = min(past + rows, 4096 + 64) after every pass, "
      "layers 0 and 1 keep all";
  static constexpr std::string_view source =
      "arXiv 2406.11430; as in kvpress 0.5.5 and PruLong ff22598 (L2KVCache)";
  static constexpr Convention convention = Convention::kvpress;
  static constexpr auto parameters() {
    return std::tuple{parameter("ratio", &Knorm::ratio, kShare, "share",
                                "share of entries dropped (variant kvpress)"),
                      parameter("variant", &Knorm::variant, "which implementation is followed")};
  }

  void check() const {
    if (variant == Variant::kvpress && !ratio) throw PolicyError("ratio", "needs 'ratio'");
    if (variant == Variant::minference && ratio) {
      throw PolicyError("ratio", "variant 'minference' has a fixed capacity and takes no 'ratio'");
    }
  }

  std::variant<Full::Rule, Streaming::Rule, TopK::Rule> rule(const PlanContext& context,
                                                             std::int64_t layer) const {
    if (variant == Variant::kvpress) return TopK{{*ratio}, {}, {}}.rule(context, layer);
    if (layer < 2) return Full::Rule{};
    // The same count, a cap after every pass; but the last 64 stay, and of the others the best.
    return Streaming::Rule{Tokens(4096 + 64), Tokens{}, Tokens(64)};
  }
  friend bool operator==(const Knorm&, const Knorm&) = default;
};

}  // namespace kvf
