// compose: several policies, one after another, on the same call.
//
// Each sees what the one before it left. Source: kvpress 0.5.5, ComposedPress.
// Rows: kvpress.ComposedPress.
#pragma once

#include <string_view>
#include <tuple>
#include <vector>

#include "models/parameter.h"
#include "models/segments.h"
#include "models/workload.h"

namespace kvf {

struct Rule;
struct RuleState;

struct Compose {
  std::vector<PolicySpec> policies;

  static constexpr std::string_view name = "compose";
  static constexpr std::string_view family = "-";
  static constexpr std::string_view summary = "several policies, one after another";
  static constexpr std::string_view formula = "kept = f_n(... f_1(past + rows))";
  static constexpr std::string_view source = "kvpress 0.5.5, ComposedPress";
  static constexpr Convention convention = Convention::kvpress;
  static constexpr auto parameters() {
    return std::tuple{parameter("policies", &Compose::policies, "what is applied, in order")};
  }
  void check() const;

  struct Rule {
    struct State {
      std::vector<RuleState> inner;
    };
    std::vector<kvf::Rule> inner;

    Tokens keep(State& state, const Pass& pass, Tokens size) const;
    template <class Sink>
    void segments(const PassPlan& plan, Sink&& sink) const {
      play_plan(*this, plan, sink);
    }
    friend bool operator==(const Rule& a, const Rule& b);
  };

  Rule rule(const PlanContext& context, std::int64_t layer) const;
  friend bool operator==(const Compose& a, const Compose& b);
};

}  // namespace kvf
