// kvfootprint policies: lists the policies, or explains one.
#include <fmt/format.h>

#include "cli/command.h"
#include "models/policy.h"
#include "sim/footprint_json.h"
#include "sim/input/bind.h"
#include "timeline/json_text.h"

namespace kvf::cli {
namespace {

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

std::string default_of(const ParameterRef& parameter) {
  return std::visit(
      Overloaded{[](Tokens* value) { return std::to_string(value->count()); },
                 [](std::int64_t* value) { return std::to_string(*value); },
                 [](double* value) { return fmt::format("{}", *value); },
                 [](const ChoiceRef& choice) {
                   return std::string(choice.words[static_cast<std::size_t>(choice.choice->index)]);
                 },
                 [](auto*) { return std::string(); }},
      parameter.slot);
}

std::string kind_of(const ParameterRef& parameter) {
  if (const auto* choice = std::get_if<ChoiceRef>(&parameter.slot)) {
    std::string words;
    for (const std::string_view word : choice->words) {
      words += (words.empty() ? "" : " | ") + std::string(word);
    }
    return words;
  }
  return std::string(parameter.info->unit);
}

int list(bool json) {
  std::string out;
  for (const std::string_view name : policy_names()) {
    const PolicySpec policy = *make_policy(name);
    const PolicyDescription d = describe(policy);
    std::string_view summary = d.summary;
    for (const Preset& preset : d.presets) {
      if (preset.name == name) summary = preset.summary;
    }
    if (json) {
      out += fmt::format(R"({}{{"name":{},"policy":{},"summary":{}}})", out.empty() ? "" : ",\n ",
                         json_string(name), json_string(d.name), json_string(summary));
    } else {
      const bool is_preset = name != d.name;
      out +=
          fmt::format("{}{:<{}}  {}\n", is_preset ? "  " : "", name, is_preset ? 20 : 22, summary);
    }
  }
  fmt::print("{}", json ? "[" + out + "]\n" : out);
  if (!json) fmt::print("next: kvfootprint policies NAME explains one\n");
  return 0;
}

int explain(const std::string& name, bool json) {
  std::optional<PolicySpec> policy = make_policy(name);
  if (!policy) {
    throw UsageError("unknown policy " + input::in_quotes(name) +
                     input::suggestion(name, policy_names()));
  }
  const PolicyDescription d = describe(*policy);
  if (json) {
    std::string parameters;
    for_each_parameter(*policy, [&](const ParameterRef& p) {
      parameters += fmt::format(R"({}{{"name":{},"unit":{},"default":{},"help":{}}})",
                                parameters.empty() ? "" : ",", json_string(p.info->name),
                                json_string(kind_of(p)), json_string(default_of(p)),
                                json_string(p.info->help));
    });
    fmt::print(R"({{"name":{},"policy":{},"summary":{},"formula":{},"source":{},)"
               R"("implementation":{},"parameters":[{}]}})"
               "\n",
               json_string(name), json_string(d.name), json_string(d.summary),
               json_string(d.formula), json_string(d.source), json_string(to_string(d.convention)),
               parameters);
    return 0;
  }
  fmt::print("{}{}: {}\n", name, name == d.name ? "" : fmt::format(" ({})", d.name), d.summary);
  fmt::print("  family    {}\n  formula   {}\n  source    {}\n  counted   as {} unless told\n",
             d.family, d.formula, d.source, to_string(d.convention));
  fmt::print("  parameters\n");
  for_each_parameter(*policy, [&](const ParameterRef& p) {
    const std::string value = default_of(p);
    fmt::print("    {:<18} {}{}{}\n", p.info->name, p.info->help,
               kind_of(p).empty() ? "" : fmt::format(" [{}]", kind_of(p)),
               value.empty() ? "" : fmt::format(", default {}", value));
  });
  return 0;
}

}  // namespace

void add_policies(CLI::App& app, Action& action) {
  auto name = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("policies", "Lists the policies, or explains one");
  command->add_option("NAME", *name, "a policy or a preset");
  command->add_flag("--json", *json, "JSON instead of a table");
  command->footer("Example:\n  kvfootprint policies snapkv");
  command->callback([name, json, &action] {
    action = [name, json] { return name->empty() ? list(*json) : explain(*name, *json); };
  });
}

}  // namespace kvf::cli
