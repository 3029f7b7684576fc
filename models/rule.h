// A rule: what ONE cell keeps of its entries, pass by pass.
//
// A rule R has
//   R::State                                   what it remembers between passes
//   Tokens keep(State&, const Pass&, size)     size = past + rows + appended, held when the pass
//                                              has attended; returns what stays, 0 .. size
//   void segments(const PassPlan&, sink)       the same rule solved: stretches of passes in which
//                                              the held entries are affine (models/segments.h)
// and may have
//   Tokens before_drop(const Pass&, size)      what the cache reports before a second step of the
//                                              eviction (default: what stays)
//   Tokens live(const Pass&, after)            of the entries that stayed, those that are not
//                                              masked: still stored, never read again (default: all)
//   Tokens hidden_rows(const State&)           rows whose hidden states wait, in each layer, to be
//                                              scored (default: none)
//   Retention retention(const Pass&)           which entries stay (models/retention.h; default: of
//                                              all entries the best-scored)
//   Tokens reserved(const PlanContext&)        entries allocated ahead by a static cache
#pragma once

#include <optional>

#include "models/policy.h"
#include "models/retention.h"
#include "models/window_rule.h"

namespace kvf {

namespace detail {

// A policy makes one rule for all cells, or one for each layer, or one for each cell.
template <class P>
concept HasOneRule = requires(const P& policy, const PlanContext& context) {
  policy.rule(context);
};
template <class P>
concept HasRulePerLayer = requires(const P& policy, const PlanContext& context) {
  policy.rule(context, 0);
};
template <class P>
concept HasRulePerHead = requires(const P& policy, const PlanContext& context) {
  policy.rule(context, 0, 0);
};
template <class P>
concept HasRule = HasOneRule<P> || HasRulePerLayer<P> || HasRulePerHead<P>;
template <HasOneRule P>
auto make_rule(const P& policy, const PlanContext& context, std::int64_t /*layer*/,
               std::int64_t /*head*/) -> decltype(policy.rule(context)) {
  return policy.rule(context);
}
template <HasRulePerLayer P>
auto make_rule(const P& policy, const PlanContext& context, std::int64_t layer,
               std::int64_t /*head*/) -> decltype(policy.rule(context, layer)) {
  return policy.rule(context, layer);
}
template <HasRulePerHead P>
auto make_rule(const P& policy, const PlanContext& context, std::int64_t layer, std::int64_t head)
    -> decltype(policy.rule(context, layer, head)) {
  return policy.rule(context, layer, head);
}
// A rule, or a std::variant of those that P::rule() can return.
template <class P>
using RuleOf =
    decltype(make_rule(std::declval<const P&>(), std::declval<const PlanContext&>(), 0, 0));

template <class List, class... Ps>
struct CollectRules {
  using Result = List;
};
template <class List, class P, class... Ps>
struct CollectRules<List, P, Ps...> : CollectRules<List, Ps...> {};
template <class List, HasRule P, class... Ps>
struct CollectRules<List, P, Ps...> : CollectRules<typename AddType<List, RuleOf<P>>::List, Ps...> {
};

template <class List>
struct RulesOf;
template <class... Ps>
struct RulesOf<TypeList<Ps...>>
    : CollectRules<typename AddType<TypeList<WindowRule>, paper_metric::AnyRule>::List, Ps...> {};

template <class List>
struct StatesOf;
template <class... Rules>
struct StatesOf<TypeList<Rules...>> {
  using Variant = std::variant<typename Rules::State...>;
};

}  // namespace detail

using Rules = detail::RulesOf<Policies>::Result;

struct Rule {
  Rules::Variant v;
  friend bool operator==(const Rule&, const Rule&) = default;
};

// The state of the rule of the same alternative.
struct RuleState {
  detail::StatesOf<Rules>::Variant v;
};

RuleState initial_state(const Rule& rule);
Tokens keep(const Rule& rule, RuleState& state, const Pass& pass, Tokens size);
// What the cache reports before a second step of the eviction; nullopt if there is no such step.
std::optional<Tokens> before_drop(const Rule& rule, const Pass& pass, Tokens size);
// Of the entries that stayed after a pass, those that are not masked.
Tokens live(const Rule& rule, const Pass& pass, Tokens after);
// Rows whose hidden states wait beside the cache to be scored.
Tokens hidden_rows(const Rule& rule, const RuleState& state);
// Whether a rule masks entries instead of dropping them.
bool masks(const Rule& rule);
// Which entries stay when the rule says how many.
Retention retention(const Rule& rule, const Pass& pass);
// Entries a static cache allocates ahead; nullopt if the rule has no such cache.
std::optional<Tokens> reserved(const Rule& rule, const PlanContext& context);
// The rule of a cell under a policy. Throws PolicyError.
Rule rule_of(const PolicySpec& policy, const PlanContext& context, std::int64_t layer,
             std::int64_t head = 0);

}  // namespace kvf
