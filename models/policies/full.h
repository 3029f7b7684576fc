// full: nothing is ever dropped.
//
// The yardstick: its footprint is 100 % by definition. Checked against: the full_* fields of the
// paper's script.
#pragma once

#include <string_view>
#include <tuple>

#include "models/parameter.h"
#include "models/segments.h"
#include "models/workload.h"

namespace kvf {

struct Full {
  static constexpr std::string_view name = "full";
  static constexpr std::string_view family = "-";
  static constexpr std::string_view summary = "keeps every entry";
  static constexpr std::string_view formula = "kept = past + rows";
  static constexpr std::string_view source = "causal attention, Vaswani et al. 2017";
  static constexpr Convention convention = Convention::kvpress;
  static constexpr auto parameters() { return std::tuple{}; }

  struct Rule {
    struct State {};
    Tokens keep(State&, const Pass&, Tokens size) const { return size; }
    template <class Sink>
    void segments(const PassPlan& plan, Sink&& sink) const {
      Tokens held;
      for (const PassRun& run : plan.runs) {
        held = add_each_pass(run, held, run.rows + run.appended, sink);
      }
    }
    // A static cache is allocated for the whole sequence.
    Tokens reserved(const PlanContext& context) const { return context.workload.tokens(); }
    friend bool operator==(const Rule&, const Rule&) = default;
  };

  Rule rule(const PlanContext&) const { return {}; }
  friend bool operator==(const Full&, const Full&) = default;
};

}  // namespace kvf
