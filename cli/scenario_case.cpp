#include "cli/scenario_case.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "cli/output.h"

namespace kvf::cli {
namespace {

// The one of that name, or the only one.
template <class Thing>
const Thing* find(const std::vector<Thing>& things, std::string Thing::*name,
                  const std::string& wanted, std::string_view option) {
  if (wanted.empty() && things.size() == 1) return &things.front();
  const auto found = std::find_if(things.begin(), things.end(),
                                  [&](const Thing& thing) { return thing.*name == wanted; });
  if (!wanted.empty() && found != things.end()) return &*found;
  std::string names;
  for (const Thing& thing : things) {
    names += fmt::format("{}'{}'", names.empty() ? "" : ", ", shown(thing.*name));
  }
  throw UsageError(
      wanted.empty()
          ? fmt::format("the scenario has several; expected {} with one of {}", option, names)
          : fmt::format("{} is '{}'; expected one of {}", option, shown(wanted), names));
}

}  // namespace

void CaseOptions::add_to(CLI::App& command) {
  command.add_option("--policy", policy, "the label of a policy; absent: the only one");
  command.add_option("--task", task, "the name of a task; absent: the only one");
}

ScenarioCase find_case(const input::Scenario& scenario, const CaseOptions& options) {
  return {find(scenario.policies, &input::ScenarioPolicy::label, options.policy, "--policy"),
          find(scenario.tasks, &input::ScenarioTask::name, options.task, "--task")};
}

}  // namespace kvf::cli
