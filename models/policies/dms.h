// dms: entries that have left a sliding window are masked if they score below a threshold.
//
// The cache holds all. Of the entries older than the last window_tokens a share is masked: which
// share is a matter of scores, all of them unless given. With decoding: prefill, the entries that
// leave the window while decoding stay live. Source: kvpress 0.5.5, dms_press.py; DMS, arXiv
// 2506.05345. Reference rows: kvpress.DMSPress.
#pragma once

#include <algorithm>
#include <string_view>
#include <tuple>
#include <variant>

#include "models/numeric.h"
#include "models/parameter.h"
#include "models/policies/masked.h"
#include "models/workload.h"

namespace kvf {

struct DmsPhaseWords {
  static constexpr std::array<std::string_view, 2> values{"prefill", "both"};
};

struct Dms {
  enum class Masking { prefill, both };

  Tokens window{128};
  double masked_share = 1;
  Choice<Masking, DmsPhaseWords> phase = Masking::prefill;

  static constexpr std::string_view name = "dms";
  static constexpr std::string_view family = "trained eviction";
  static constexpr std::string_view summary = "masks entries that have left a window";
  static constexpr std::string_view formula =
      "kept = past + rows; masked = int(masked_share * (entries - window_tokens))";
  static constexpr std::string_view source =
      "DMS, arXiv 2506.05345; as in kvpress 0.5.5, dms_press.py";
  static constexpr Convention convention = Convention::kvpress;
  static constexpr auto parameters() {
    return std::tuple{parameter("window_tokens", &Dms::window, kAnyCount, "tokens",
                                "last entries, which are never masked"),
                      parameter("masked_share", &Dms::masked_share, kShare, "share",
                                "share of the older entries that is masked"),
                      parameter("phase", &Dms::phase, "when entries are masked")};
  }
  bool assumed() const { return masked_share > 0 && masked_share < 1; }

  // While decoding too.
  struct Rule {
    struct State {};
    Tokens window;
    double share = 1;

    Tokens keep(State&, const Pass&, Tokens size) const { return size; }
    template <class Sink>
    void segments(const PassPlan& plan, Sink&& sink) const {
      MaskedRule{}.segments(plan, sink);
    }
    Tokens live(const Pass&, Tokens after) const {
      return after - truncated_share(share, std::max(after - window, Tokens{}));
    }
    friend bool operator==(const Rule&, const Rule&) = default;
  };

  std::variant<MaskedRule, Rule> rule(const PlanContext& context) const {
    if (phase == Masking::both) return Rule{window, masked_share};
    const Tokens older = std::max(context.first_call() - window, Tokens{});
    return MaskedRule{truncated_share(masked_share, older), false};
  }
  friend bool operator==(const Dms&, const Dms&) = default;
};

}  // namespace kvf
