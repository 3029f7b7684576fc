// What a run says of the five levels of memory.
#pragma once

#include <span>
#include <string>

#include "sim/play.h"

namespace kvf {

// Two rows a case: each level at its peak, and at the end; then what lies on the GPU beside the
// cache. "" if nothing was asked of memory.
std::string levels_report(const input::Scenario& scenario, std::span<const PlayedCase> cases);

// The same of one case, as members of its JSON object: "" or `,"levels":{...}`.
std::string levels_json(const input::Scenario& scenario, const PlayedCase& played);

}  // namespace kvf
