#include "gui/whatif/cases.h"

#include <fmt/format.h>

#include <exception>
#include <set>
#include <stdexcept>
#include <utility>

#include "gui/document/stored_scenario.h"
#include "sim/input/catalogue/catalogue.h"
#include "timeline/run_file.h"

namespace kvf::gui {
namespace {

// As it can be written again: of the catalogue, or the path of a file. "" if it is described inline.
std::string name_of(const input::Model& model, const std::filesystem::path& scenario) {
  if (const input::CatalogueEntry* entry = input::find_model(model.shape.name)) {
    if (input::source_of(*entry) == model.source) return std::string(entry->name);
  }
  if (model.source == "given inline") return "";
  return (scenario.parent_path() / model.source).lexically_normal().string();
}

std::string title_of(const std::string& policy, const std::string& task) {
  return task.empty() ? policy : fmt::format("{} on {}", policy, task);
}

input::Scenario scenario_behind(const Run& run) {
  switch (run.kind) {
    case RunKind::predicted:
      return read_for_what_if(run.file);
    case RunKind::simulated:
    case RunKind::captured:
      return stored_scenario(RunFileReader(run.file));
    case RunKind::what_if:
      throw std::runtime_error(fmt::format("{} is a what-if already", run.label));
    case RunKind::trace:
    case RunKind::difference:
      break;
  }
  throw std::runtime_error(fmt::format("{} comes from no scenario", run.label));
}

}  // namespace

Opened from_scenario(const input::Scenario& scenario, std::size_t policy, std::size_t task) {
  const input::ScenarioTask& from = scenario.tasks.at(task);
  Opened opened;
  opened.title = title_of(scenario.policies.at(policy).label, from.name);
  WhatIf& what = opened.what;
  what.model = scenario.model;
  what.model_name = name_of(*scenario.model, scenario.file);
  what.policy = scenario.policies.at(policy).spec;
  what.convention = scenario.policies.at(policy).convention;
  what.accounting = scenario.accounting;
  what.workload = from.workload;
  if (scenario.shape.dtype != scenario.model->shape.dtype) what.kv_dtype = scenario.shape.dtype;
  if (!from.sequences.empty()) what.batch = from.sequences.front().count;
  if (from.sequences.size() > 1) {
    opened.notes.push_back(
        fmt::format("the batch is unequal: of its {} kinds of sequences, the first is shown",
                    from.sequences.size()));
  } else {
    what.task = {from.name, what.workload, what.batch};
  }
  return opened;
}

std::vector<Opened> cases_of(const input::Scenario& scenario) {
  std::vector<Opened> cases;
  for (std::size_t policy = 0; policy < scenario.policies.size(); ++policy) {
    for (std::size_t task = 0; task < scenario.tasks.size(); ++task) {
      cases.push_back(from_scenario(scenario, policy, task));
    }
  }
  return cases;
}

input::Scenario read_for_what_if(const std::filesystem::path& path) {
  return input::read_scenario(std::filesystem::absolute(path));
}

Opened case_of(const Run& run) {
  const input::Scenario scenario = scenario_behind(run);
  for (std::size_t policy = 0; policy < scenario.policies.size(); ++policy) {
    if (scenario.policies[policy].label != run.label) continue;
    for (std::size_t task = 0; task < scenario.tasks.size(); ++task) {
      if (scenario.tasks[task].name == run.task) return from_scenario(scenario, policy, task);
    }
  }
  throw std::runtime_error(
      fmt::format("the scenario of {} has no {}", run.file, title_of(run.label, run.task)));
}

FirstCase first_case(const std::vector<const Run*>& runs) {
  FirstCase first;
  std::set<std::string> asked;  // files, of which each run would say the same
  for (const Run* run : runs) {
    if (asked.count(run->file) != 0) continue;
    try {
      Opened opened = case_of(*run);
      Opened streaming = opened;
      streaming.what.policy = first_what_if().policy;
      streaming.what.convention.reset();
      streaming.title = title_of(std::string(streaming.what.policy.name), run->task);
      const WhatIfResult result = evaluate(streaming.what);
      const bool forgets = result.figures && result.figures->footprint.footprint < 1.0;
      first.opened = forgets ? std::move(streaming) : std::move(opened);
      first.why_not.clear();
      return first;
    } catch (const std::exception& error) {
      if (first.why_not.empty()) first.why_not = error.what();
      asked.insert(run->file);
    }
  }
  return first;
}

}  // namespace kvf::gui
