// A policy as a user writes it: a name and its parameters.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/parameter.h"
#include "models/policies/list.h"

namespace kvf {

// A policy P is a struct of its parameters. It has
//   P::name, family, summary, formula, source   what users are told
//   P::convention                               its default
//   P::parameters()                             a tuple of parameter(...), models/parameter.h
//   rule(context[, layer[, head]])              what a cell keeps (models/rule.h): the same for
//                                               all cells, or one for each layer or cell; a
//                                               std::variant where it may be one of several
// and may have
//   P::presets, preset(name)                    other names, and what they set
//   check()                                     throws PolicyError for what has no meaning
//   passes(context, plan)                       cuts the prefill into passes (default: chunks)
//   cuts_passes(), appends_tokens()             whether it does so, or adds tokens to them; asked
//                                               of a policy that stands inside another
//   copies(shape)                               KV sets stored for each KV head (default: 1)
//   bytes_per_entry(shape)                      where it is not the model's
//   active_read()                               what a pass reads of what is stored
//   assumed()                                   which cells keep how much is not known
//   P::needs_heads                              no meaning where a layer stores one latent for all
// or, instead of a rule, to share the heads of a layer out among policies:
//   groups(shape, groups)                       models/groups.h
//   nominal_share()                             the share of streaming heads, if not rounded
//   cut_as()                                    whose passes the prefill is cut into, or nullptr
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
  std::span<const Preset> presets;
};
PolicyDescription describe(const PolicySpec& policy);

}  // namespace kvf
