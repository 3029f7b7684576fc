// Cases that there are already, as what-ifs: those of a scenario, and what a run was simulated,
// predicted or captured from.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "gui/whatif/model.h"

namespace kvf::gui {

// `title`: what the case is called in a list, "snapkv on recall"; `notes` tell what of it is left out.
struct Opened {
  WhatIf what;
  std::string title;
  std::vector<std::string> notes;
};

Opened from_scenario(const input::Scenario& scenario, std::size_t policy = 0, std::size_t task = 0);
// All of them, a policy's tasks after one another.
std::vector<Opened> cases_of(const input::Scenario& scenario);

// Reads a scenario so that its cases can be opened: files that it names are found from anywhere.
// Throws InputError.
input::Scenario read_for_what_if(const std::filesystem::path& path);

// From the scenario that a run file keeps, or that the run was predicted from. Throws std::exception,
// saying why there is none: what was recorded elsewhere names no policy.
Opened case_of(const Run& run);

// What a user who has chosen no run sees first: the policy of first_what_if() on the model and workload
// of the first run that has a case; that run's own policy where the other cannot be, or forgets nothing.
struct FirstCase {
  std::optional<Opened> opened;
  std::string why_not;  // where no run has a case: why the first one has none
};
FirstCase first_case(const std::vector<const Run*>& runs);

}  // namespace kvf::gui
