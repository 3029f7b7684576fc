// A what-if as text that gives the same figures elsewhere: a command line, a scenario.
#pragma once

#include <string>
#include <string_view>

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

}  // namespace kvf::gui
