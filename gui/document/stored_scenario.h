// The scenario that a run file keeps.
#pragma once

#include "sim/input/scenario.h"
#include "timeline/run_file.h"

namespace kvf::gui {

// Files that the scenario names are looked for where it was read; beside the run file, if that folder is no
// longer there. Throws InputError, and std::runtime_error where there is no scenario.
input::Scenario stored_scenario(const RunFileReader& reader);

}  // namespace kvf::gui
