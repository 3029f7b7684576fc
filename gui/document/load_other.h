// Files that are no run files: traces, and scenarios as predictions.
#pragma once

#include <string>
#include <vector>

#include "gui/document/document.h"

namespace kvf::gui {

enum class FileKind { run_file, scenario, trace };
// By content; a file that cannot be read is taken for a trace, whose reader says why.
FileKind kind_of(const std::string& file);

// Throws ImportError and what replaying throws.
Run read_trace(const std::string& file);

// A run a case, from the closed form. A case that is not predicted has the reason as its problem.
// `as_captured`: a scenario that does not say how its cache lies is taken to keep it in blocks, as
// captures do. Throws InputError.
std::vector<Run> predict_scenario(const std::string& file, bool as_captured);

}  // namespace kvf::gui
