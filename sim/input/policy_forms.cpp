#include "sim/input/policy_forms.h"

#include <utility>
#include <variant>
#include <vector>

namespace kvf::input {
namespace {

constexpr double kUsualShare = 0.7;
constexpr Tokens kUsualTokens{2048};

// Each gives a parameter that has no value its usual one; false if it has a value or there is none.
bool set_usual(std::optional<double>* share) {
  if (share->has_value()) return false;
  *share = kUsualShare;
  return true;
}
bool set_usual(std::vector<double>* shares) {
  if (!shares->empty()) return false;
  *shares = {kUsualShare};
  return true;
}
bool set_usual(std::optional<Tokens>* tokens) {
  if (tokens->has_value()) return false;
  *tokens = kUsualTokens;
  return true;
}
bool set_usual(std::vector<PolicySpec>* policies) {
  if (!policies->empty()) return false;
  *policies = {PolicySpec{}};
  return true;
}
template <class Other>
bool set_usual(const Other&) {
  return false;
}

bool has_meaning(const PolicySpec& policy) {
  try {
    check(policy);
    return true;
  } catch (const PolicyError&) {
    return false;
  }
}

}  // namespace

std::optional<PolicySpec> make_usual_policy(std::string_view name) {
  std::optional<PolicySpec> defaults = make_policy(name);
  if (!defaults || has_meaning(*defaults)) return defaults;
  std::optional<PolicySpec> found;
  for_each_parameter(*defaults, [&](const ParameterRef& ref) {
    if (found) return;
    PolicySpec changed = *defaults;
    const ParameterRef parameter = *find_parameter(changed, ref.info->name);
    const bool set = std::visit([](auto slot) { return set_usual(slot); }, parameter.slot);
    if (set && has_meaning(changed)) found = std::move(changed);
  });
  return found;
}

}  // namespace kvf::input
