// What holds for any policy: found by its name, its parameters visited and checked, its rule made.
#include "models/policy.h"

#include <cmath>
#include <type_traits>
#include <utility>

#include "models/rule.h"

namespace kvf {
namespace {

template <class P>
constexpr std::span<const Preset> presets_of() {
  if constexpr (requires { P::presets; }) return P::presets;
  return {};
}

// Calls use(std::type_identity<P>{}) for the policies P of the list, until it returns true.
template <class... Ps, class Use>
void for_each_policy(TypeList<Ps...>, Use&& use) {
  (use(std::type_identity<Ps>{}) || ...);
}

ParameterRef::Slot slot_of(Tokens& value) { return &value; }
ParameterRef::Slot slot_of(std::optional<Tokens>& value) { return &value; }
ParameterRef::Slot slot_of(std::int64_t& value) { return &value; }
ParameterRef::Slot slot_of(double& value) { return &value; }
ParameterRef::Slot slot_of(std::optional<double>& value) { return &value; }
ParameterRef::Slot slot_of(std::vector<double>& value) { return &value; }
ParameterRef::Slot slot_of(HeadScores& value) { return &value; }
ParameterRef::Slot slot_of(PolicyBox& value) { return &value; }
ParameterRef::Slot slot_of(std::vector<PolicySpec>& value) { return &value; }
template <class Enum, class Words>
ParameterRef::Slot slot_of(Choice<Enum, Words>& value) {
  return ChoiceRef{&value, Words::values};
}

// Calls use(info, member) for each parameter until it returns true.
template <class P, class Use>
bool visit_parameters(P& policy, Use&& use) {
  static constexpr auto kTable = P::parameters();
  return std::apply(
      [&](const auto&... parameters) {
        return (use(static_cast<const ParameterInfo&>(parameters), policy.*(parameters.member)) ||
                ...);
      },
      kTable);
}

std::string number(double value) {
  if (value == std::floor(value) && std::abs(value) < 1e18) {
    return std::to_string(static_cast<std::int64_t>(value));
  }
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

void check_range(const ParameterInfo& info, double value) {
  // Written so that NaN fails.
  if (value >= info.range.low && value <= info.range.high) return;
  std::string text = "'" + std::string(info.name) + "' is " + number(value) + "; expected ";
  text += number(info.range.low) + " to " + number(info.range.high);
  throw PolicyError(info.name, text);
}

void check_value(const ParameterInfo& info, Tokens value) {
  check_range(info, static_cast<double>(value.count()));
}
void check_value(const ParameterInfo& info, std::int64_t value) {
  check_range(info, static_cast<double>(value));
}
void check_value(const ParameterInfo& info, double value) { check_range(info, value); }
template <class T>
void check_value(const ParameterInfo& info, const std::optional<T>& value) {
  if (value) check_value(info, *value);
}
void check_value(const ParameterInfo& info, const std::vector<double>& values) {
  for (const double value : values) check_range(info, value);
}
void check_value(const ParameterInfo& info, const HeadScores& heads) {
  for (const double score : heads.values) {
    if (!std::isfinite(score)) throw PolicyError(info.name, "a head's score is not a number");
  }
}
void check_value(const ParameterInfo&, const AnyChoice&) {}
void check_value(const ParameterInfo& info, const PolicyBox& box) {
  if (box.get() == nullptr) return;
  try {
    check(*box.get());
  } catch (const PolicyError& error) {
    throw PolicyError(info.name, error.what());
  }
}
void check_value(const ParameterInfo& info, const std::vector<PolicySpec>& policies) {
  for (const PolicySpec& policy : policies) {
    try {
      check(policy);
    } catch (const PolicyError& error) {
      throw PolicyError(info.name, error.what());
    }
  }
}

}  // namespace

PolicyBox::PolicyBox(PolicySpec spec)
    : spec_(std::make_shared<const PolicySpec>(std::move(spec))) {}

bool operator==(const PolicyBox& a, const PolicyBox& b) {
  if (a.spec_ == b.spec_) return true;
  return a.spec_ != nullptr && b.spec_ != nullptr && *a.spec_ == *b.spec_;
}

std::optional<PolicySpec> make_policy(std::string_view name) {
  std::optional<PolicySpec> found;
  for_each_policy(Policies{}, [&]<class P>(std::type_identity<P>) {
    if (name == P::name) {
      found.emplace().v.template emplace<P>();
      found->name = P::name;
      return true;
    }
    if constexpr (requires { P::presets; }) {
      for (const Preset& preset : P::presets) {
        if (name != preset.name) continue;
        found.emplace().v.template emplace<P>().preset(name);
        found->name = preset.name;
        return true;
      }
    }
    return false;
  });
  return found;
}

std::vector<std::string_view> policy_names() {
  std::vector<std::string_view> names;
  for_each_policy(Policies{}, [&]<class P>(std::type_identity<P>) {
    names.push_back(P::name);
    for (const Preset& preset : presets_of<P>()) names.push_back(preset.name);
    return false;
  });
  return names;
}

void for_each_parameter(PolicySpec& policy, const std::function<void(const ParameterRef&)>& use) {
  std::visit(
      [&](auto& p) {
        visit_parameters(p, [&](const ParameterInfo& info, auto& member) {
          use(ParameterRef{&info, slot_of(member)});
          return false;
        });
      },
      policy.v);
}

std::optional<ParameterRef> find_parameter(PolicySpec& policy, std::string_view name) {
  std::optional<ParameterRef> found;
  std::visit(
      [&](auto& p) {
        visit_parameters(p, [&](const ParameterInfo& info, auto& member) {
          if (info.name != name) return false;
          found = ParameterRef{&info, slot_of(member)};
          return true;
        });
      },
      policy.v);
  return found;
}

void check(const PolicySpec& policy) {
  std::visit(
      [](const auto& p) {
        visit_parameters(p, [](const ParameterInfo& info, const auto& member) {
          check_value(info, member);
          return false;
        });
        if constexpr (requires { p.check(); }) p.check();
      },
      policy.v);
}

PolicyDescription describe(const PolicySpec& policy) {
  return std::visit(
      []<class P>(const P&) {
        return PolicyDescription{P::name,   P::family,     P::summary,     P::formula,
                                 P::source, P::convention, presets_of<P>()};
      },
      policy.v);
}

Rule rule_of(const PolicySpec& policy, const PlanContext& context, std::int64_t layer,
             std::int64_t head) {
  return std::visit(
      [&]<class P>(const P& p) -> Rule {
        if constexpr (detail::HasRule<P>) {
          auto rule = detail::make_rule(p, context, layer, head);
          if constexpr (std::is_constructible_v<Rules::Variant, decltype(rule)>) {
            return Rule{std::move(rule)};
          } else {
            return std::visit([](auto& one) { return Rule{std::move(one)}; }, rule);
          }
        } else {
          throw PolicyError("", "'" + std::string(P::name) +
                                    "' decides for a whole model and cannot stand inside another "
                                    "policy");
        }
      },
      policy.v);
}

}  // namespace kvf
