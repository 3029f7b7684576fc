// The forms beside JSON in which a policy is written, and the policy that a name alone stands for.
// Generic over the parameter tables, as sim/input/policy.h is.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "models/policy.h"

namespace kvf::input {

// As to_json(), as a YAML map on one line: {name: snapkv, sparsity: 0.7}.
std::string to_yaml(const PolicySpec& policy);
// As to_json(), in the short form of the command line: snapkv:sparsity=0.7. Throws
// std::invalid_argument also for a file whose name does not fit in it.
std::string to_short_form(const PolicySpec& policy);

// The policy of that name with what it cannot do without: where its defaults have no meaning, the
// first parameter that alone gives them one is a share of 0.7, as in the tables of arXiv 2506.17121,
// or 2048 tokens, or `full`. nullopt if there is no such name, or no one parameter will do.
std::optional<PolicySpec> make_usual_policy(std::string_view name);

}  // namespace kvf::input
