// decoding-press: evicts while decoding, every so many passes.
//
// A decode pass appends its entry and attends; every interval_passes-th one (every one, if the
// target is at most 1) then cuts the cache to the target if it is larger. Firing resets the count
// even if nothing is evicted. The prompt is untouched until then, unless `prefill` names a policy.
//   target_tokens T: T;   target_ratio r: max(1, int(tokens seen * (1 - r)))
// cam (CAMPress): fires only if the cache is larger than the target; the count runs on until then.
// Source: kvpress 0.5.5, DecodingPress, CompressionRatioDecodingPress, PrefillDecodingPress, CAMPress.
// Rows: the same names in kvpress.*.
#pragma once

#include <algorithm>
#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

#include "models/numeric.h"
#include "models/parameter.h"
#include "models/segments.h"
#include "models/workload.h"

namespace kvf {

struct Rule;
struct RuleState;

struct FiringWords {
  static constexpr std::array<std::string_view, 2> values{"always", "when-larger"};
};

struct DecodingPress {
  enum class Firing { always, when_larger };

  std::int64_t interval = 512;
  std::optional<Tokens> target;
  std::optional<double> target_ratio;
  PolicyBox prefill;
  Choice<Firing, FiringWords> fires = Firing::always;

  static constexpr std::string_view name = "decoding-press";
  static constexpr std::string_view family = "decode-time";
  static constexpr std::string_view summary = "evicts every so many decode passes";
  static constexpr std::string_view formula =
      "every interval_passes decode passes: kept = min(past + 1, target)";
  static constexpr std::string_view source =
      "kvpress 0.5.5, DecodingPress and CompressionRatioDecodingPress";
  static constexpr Convention convention = Convention::kvpress;
  static constexpr std::array presets{
      Preset{"cam", "fires when larger; evicted entries are merged into kept ones"},
  };
  static constexpr auto parameters() {
    return std::tuple{
        parameter("interval_passes", &DecodingPress::interval, kAtLeastOne, "passes",
                  "decode passes between two evictions"),
        parameter("target_tokens", &DecodingPress::target, kAnyCount, "tokens",
                  "entries kept by an eviction"),
        parameter("target_ratio", &DecodingPress::target_ratio, kShare, "share",
                  "share of the tokens seen that an eviction drops, instead of a target"),
        parameter("prefill", &DecodingPress::prefill, "policy of the prefill; default full"),
        parameter("fires", &DecodingPress::fires, "whether an eviction waits for a larger cache")};
  }
  void preset(std::string_view) { fires = Firing::when_larger; }
  void check() const;

  static constexpr std::int64_t kMostHidden = 256;

  struct Rule {
    struct State {
      std::int64_t passes = 0;  // decode passes since the last eviction
      std::vector<RuleState> prefill;
    };
    std::int64_t interval = 1;
    std::optional<Tokens> target;
    double ratio = 0;
    bool waits = false;              // fires only if the cache is larger than the target
    std::vector<kvf::Rule> prefill;  // none or one

    Tokens target_at(Tokens seen) const {
      return target ? *target : std::max(Tokens(1), truncated_keep(ratio, seen));
    }
    Tokens keep(State& state, const Pass& pass, Tokens size) const;
    // Those of the steps since it fired, at most kMostHidden (kvpress: hidden_states_buffer_size).
    Tokens hidden_rows(const State& state) const {
      return Tokens(std::min(state.passes, kMostHidden));
    }
    template <class Sink>
    void segments(const PassPlan& plan, Sink&& sink) const {
      play_plan(*this, plan, sink);
    }
    friend bool operator==(const Rule& a, const Rule& b);
  };

  Rule rule(const PlanContext& context, std::int64_t layer) const;
  friend bool operator==(const DecodingPress&, const DecodingPress&) = default;
};

}  // namespace kvf
