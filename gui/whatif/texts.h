// A what-if as text that gives the same figures elsewhere, and back: a command line, a scenario.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "gui/whatif/model.h"

namespace kvf::gui {

// A text, or why there is none.
struct Written {
  std::string text;
  std::string why_not;
};

// `kvfootprint footprint ...`
Written command_line(const WhatIf& what);
// `kvfootprint plan --gpu GPU ...`, as fits_on() asks it.
Written plan_command_line(const WhatIf& what, std::string_view gpu, std::int64_t gpus);
// A scenario of one task and one policy.
Written scenario_yaml(const WhatIf& what);

// A case of a scenario as a what-if; `notes` tell what of it is left out.
struct Opened {
  WhatIf what;
  std::vector<std::string> notes;
};
Opened from_scenario(const input::Scenario& scenario, std::size_t policy = 0, std::size_t task = 0);

// What a scenario's case is called in a list: "snapkv on recall".
std::string case_title(const input::Scenario& scenario, std::size_t policy, std::size_t task);

// Reads a scenario so that its cases can be opened: files that it names are found from anywhere.
// Throws InputError.
input::Scenario read_for_what_if(const std::filesystem::path& path);

}  // namespace kvf::gui
