// A policy as a user writes it: a name and its parameters.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/parameter.h"
#include "models/policies/list.h"

namespace kvf {

struct PolicySpec {
  Policies::Variant v;
  std::string_view name = Full::name;  // as written: the policy's own, or a preset's

  friend bool operator==(const PolicySpec&, const PolicySpec&) = default;
};

// A policy of that name or preset, with its defaults; nullopt if there is none.
std::optional<PolicySpec> make_policy(std::string_view name);
// All names, presets after their policy.
std::vector<std::string_view> policy_names();

// Calls `use` for each parameter, in the order of the policy's table.
void for_each_parameter(PolicySpec& policy, const std::function<void(const ParameterRef&)>& use);
// The parameter of that name; nullopt if the policy has none.
std::optional<ParameterRef> find_parameter(PolicySpec& policy, std::string_view name);

// Throws PolicyError if a value is out of its range or the combination has no meaning. Nested
// policies are checked too.
void check(const PolicySpec& policy);

// What a policy says of itself.
struct PolicyDescription {
  std::string_view name, family, summary, formula, source;
  Convention convention;  // by default
  std::vector<Preset> presets;
};
PolicyDescription describe(const PolicySpec& policy);

// Words of the enumerations that users write.
std::string_view to_string(Accounting accounting);
std::string_view to_string(Convention convention);
std::string_view to_string(Role role);
std::optional<Accounting> parse_accounting(std::string_view word);
std::optional<Convention> parse_convention(std::string_view word);
std::vector<std::string_view> accounting_names();
std::vector<std::string_view> convention_names();

}  // namespace kvf
