// The policies that hold other policies: what needs the whole list to be known.
#include "models/groups.h"
#include "models/policies/adakv.h"
#include "models/policies/compose.h"
#include "models/policies/decoding_press.h"
#include "models/policies/head_roles.h"
#include "models/rule.h"

namespace kvf {
namespace {

// Throws if `policy` has no meaning for a part of the cells, or for a part of the passes.
void check_part(std::string_view parameter, const PolicySpec& policy, bool may_cut_passes) {
  std::visit(
      [&]<class P>(const P& p) {
        const std::string name = "'" + std::string(policy.name) + "'";
        if constexpr (!detail::HasRule<P>) {
          throw PolicyError(parameter, name + " decides for a whole model and cannot stand here");
        } else if constexpr (detail::HasRulePerHead<P>) {
          throw PolicyError(parameter, name + " decides for each head and cannot stand here");
        } else if constexpr (requires { p.active_read(); }) {
          throw PolicyError(parameter, name + " drops nothing and cannot stand here");
        } else if constexpr (requires { p.appends_tokens(); }) {
          if (p.appends_tokens()) {
            throw PolicyError(parameter,
                              "patched eviction appends tokens to every head and "
                              "cannot stand here");
          }
        }
        bool cuts_passes = requires(const PlanContext& context, PassPlan& plan) {
          p.passes(context, plan);
        };
        if constexpr (requires { p.cuts_passes(); }) cuts_passes = p.cuts_passes();
        if (cuts_passes && !may_cut_passes) {
          throw PolicyError(parameter, name +
                                           " cuts the prompt into passes of its own and cannot "
                                           "stand here");
        }
      },
      policy.v);
}

// The rule of a part that must drop what it does not keep.
Rule dropping_rule(std::string_view parameter, const PolicySpec& policy, const PlanContext& context,
                   std::int64_t layer) {
  Rule rule = rule_of(policy, context, layer);
  if (!masks(rule)) return rule;
  throw PolicyError(parameter,
                    "'" + std::string(policy.name) +
                        "' masks entries instead of dropping them and cannot stand here");
}

}  // namespace

void AdaKv::check() const {
  const bool both = !ratio.empty() && inner.get() != nullptr;
  if (both || (ratio.empty() && inner.get() == nullptr)) {
    throw PolicyError("ratio",
                      both ? "give 'ratio' or 'inner', not both" : "needs 'ratio' or 'inner'");
  }
  if (inner.get() != nullptr) check_part("inner", *inner.get(), false);
}

MaskedRule AdaKv::rule(const PlanContext& context, std::int64_t layer) const {
  const PolicySpec even =
      inner.get() != nullptr ? *inner.get() : PolicySpec{TopK{ratio, {}, {}}, TopK::name};
  const Rule rule = dropping_rule("inner", even, context, layer);
  RuleState state = initial_state(rule);
  Pass first{};
  first.rows = context.first_call();
  first.prompt = context.prefill;
  first.phase = context.prefill > Tokens{} ? Phase::prefill : Phase::decode;
  first.last_prefill = first.rows == context.prefill;
  return {first.rows - kvf::keep(rule, state, first, first.rows), false};
}

void HeadRoles::check() const {
  if (heads.values.empty() && !streaming_heads) {
    throw PolicyError("streaming_heads", "needs 'streaming_heads' or 'heads_file'");
  }
  if (!heads.values.empty() && nominal()) {
    throw PolicyError("rounding", "rounding 'nominal' has no heads; leave 'heads_file' out");
  }
  if (nominal() && !streaming_heads) {
    throw PolicyError("streaming_heads", "rounding 'nominal' needs 'streaming_heads'");
  }
  if (other.get() != nullptr) check_part("other_heads", *other.get(), true);
}

void HeadRoles::groups(const LlmShape& shape, Groups& out) const {
  const PolicySpec others = other.get() != nullptr ? *other.get() : PolicySpec{};
  const PolicySpec streaming{Streaming{sinks, window, variant}, Streaming::name};
  const std::vector<std::int64_t> full = full_heads(shape);
  const auto kept = out.kind(others, other.get() == nullptr ? Role::full : Role::other);
  const auto streams = out.kind(streaming, Role::streaming);
  for (std::int64_t layer = 0; layer < shape.layers; ++layer) {
    const std::int64_t full_here =
        nominal() ? shape.kv_heads : full[static_cast<std::size_t>(layer)];
    out.add(layer, full_here, kept);
    out.add(layer, nominal() ? shape.kv_heads : shape.kv_heads - full_here, streams);
  }
}

bool operator==(const Compose& a, const Compose& b) { return a.policies == b.policies; }
bool operator==(const Compose::Rule& a, const Compose::Rule& b) { return a.inner == b.inner; }
bool operator==(const DecodingPress::Rule& a, const DecodingPress::Rule& b) {
  return a.interval == b.interval && a.target == b.target && a.ratio == b.ratio &&
         a.waits == b.waits && a.prefill == b.prefill;
}

void Compose::check() const {
  if (policies.empty()) throw PolicyError("policies", "'policies' is empty");
  for (const PolicySpec& policy : policies) check_part("policies", policy, false);
}

Compose::Rule Compose::rule(const PlanContext& context, std::int64_t layer) const {
  Rule rule;
  for (const PolicySpec& policy : policies) {
    rule.inner.push_back(dropping_rule("policies", policy, context, layer));
  }
  return rule;
}

Tokens Compose::Rule::keep(State& state, const Pass& pass, Tokens size) const {
  const Tokens past = size - pass.rows;
  for (std::size_t i = 0; i < inner.size(); ++i) {
    if (state.inner.size() == i) state.inner.push_back(initial_state(inner[i]));
    Pass seen = pass;
    seen.rows = std::max(size - past, Tokens{});
    size = kvf::keep(inner[i], state.inner[i], seen, size);
  }
  return size;
}

void DecodingPress::check() const {
  if (target.has_value() == target_ratio.has_value()) {
    throw PolicyError(target ? "target_ratio" : "target_tokens",
                      target ? "give 'target_tokens' or 'target_ratio', not both"
                             : "needs 'target_tokens' or 'target_ratio'");
  }
  if (prefill.get() != nullptr) check_part("prefill", *prefill.get(), false);
}

DecodingPress::Rule DecodingPress::rule(const PlanContext& context, std::int64_t layer) const {
  Rule rule{interval, target, target_ratio.value_or(0), fires == Firing::when_larger, {}};
  if (prefill.get() != nullptr) {
    rule.prefill.push_back(dropping_rule("prefill", *prefill.get(), context, layer));
  }
  return rule;
}

Tokens DecodingPress::Rule::keep(State& state, const Pass& pass, Tokens size) const {
  if (pass.phase == Phase::prefill) {
    if (prefill.empty()) return size;
    if (state.prefill.empty()) state.prefill.push_back(initial_state(prefill[0]));
    return kvf::keep(prefill[0], state.prefill[0], pass, size);
  }
  const Tokens target_now = target_at(pass.position + pass.rows);
  const bool due = ++state.passes >= interval && (!waits || size > target_now);
  if (!due && target_now > Tokens(1)) return size;
  state.passes = 0;
  return std::min(size, target_now);
}

}  // namespace kvf
