// One case of a scenario, where a command works on one: a policy and a task, chosen by name.
#pragma once

#include <string>

#include "cli/command.h"
#include "sim/input/scenario.h"

namespace kvf::cli {

struct CaseOptions {
  std::string policy;  // a label; empty: the only one
  std::string task;    // a name; empty: the only one

  void add_to(CLI::App& command);
};

struct ScenarioCase {
  const input::ScenarioPolicy* policy = nullptr;
  const input::ScenarioTask* task = nullptr;
};

// Throws UsageError that lists what there is to choose from.
ScenarioCase find_case(const input::Scenario& scenario, const CaseOptions& options);

}  // namespace kvf::cli
