#include "models/groups.h"

#include <utility>

#include "models/paper_metric.h"

namespace kvf {

Rule Book::rule(const PolicySpec& policy, std::int64_t layer, std::int64_t head) const {
  if (!paper_) return rule_of(policy, context_, layer, head);
  const auto found = paper_metric::rule(policy);
  if (!found) {
    throw PolicyError("", "'" + std::string(policy.name) + "' has no accounting in the paper");
  }
  return std::visit([](const auto& r) { return Rule{r}; }, *found);
}

bool Book::same_in_every_layer(const PolicySpec& policy) const {
  return paper_ || std::visit([]<class P>(const P&) { return detail::HasOneRule<P>; }, policy.v);
}

bool Book::differs_by_head(const PolicySpec& policy) const {
  return !paper_ &&
         std::visit([]<class P>(const P&) { return detail::HasRulePerHead<P>; }, policy.v);
}

std::int64_t Book::copies(const PolicySpec& policy) const {
  if (paper_) return 1;
  return std::visit(
      [&](const auto& p) -> std::int64_t {
        if constexpr (requires { p.copies(context_.shape); }) return p.copies(context_.shape);
        return 1;
      },
      policy.v);
}

void Book::cut(const PolicySpec& policy, PassPlan& plan) const {
  std::visit(
      [&](const auto& p) {
        if constexpr (requires { p.cut_as(); }) {
          if (p.cut_as() != nullptr) return cut(*p.cut_as(), plan);
        }
        if (paper_) return paper_metric::passes(policy, context_, plan);
        if constexpr (requires { p.passes(context_, plan); }) {
          p.passes(context_, plan);
        } else {
          plan.add_chunks(context_.prefill, context_.chunk());
        }
      },
      policy.v);
}

Groups::Kind Groups::kind(const PolicySpec& policy, Role role) {
  Kind kind{policy, role, std::max(book_.copies(policy), copies_), std::nullopt};
  if (book_.same_in_every_layer(policy)) {
    kind.rule = index_of(schedule_, book_.rule(policy, 0, 0));
  }
  return kind;
}

// Rules that depend on the layer, or on the head too: neighbours of equal rules are one group.
void Groups::add_of_layer(std::int64_t layer, std::int64_t heads, const Kind& kind) {
  const auto rule_of_head = [&](std::int64_t head) {
    return index_of(schedule_, book_.rule(kind.policy, layer, head));
  };
  std::uint32_t rule = rule_of_head(0);
  if (!book_.differs_by_head(kind.policy)) return add_group(layer, heads, rule, kind);
  std::int64_t first = 0;
  for (std::int64_t head = 1; head < heads; ++head) {
    const std::uint32_t next = rule_of_head(head);
    if (next == rule) continue;
    add_group(layer, head - first, rule, kind);
    first = head;
    rule = next;
  }
  add_group(layer, heads - first, rule, kind);
}

std::uint32_t index_of(Schedule& schedule, Rule rule) {
  std::vector<Rule>& rules = schedule.rules;
  const auto found = std::find(rules.rbegin(), rules.rend(), rule);
  if (found != rules.rend()) return static_cast<std::uint32_t>(rules.rend() - found - 1);
  rules.push_back(std::move(rule));
  return static_cast<std::uint32_t>(rules.size() - 1);
}

}  // namespace kvf
