// What a run says of its cache in blocks: level 3 of memory.
#pragma once

#include <span>
#include <string>

#include "sim/play.h"

namespace kvf {

// A few lines for each case: how many blocks, and what they waste; then, if the scenario asks for
// it, what each policy saves by block size and kind of table. "" if nothing was asked of blocks.
std::string paging_report(const input::Scenario& scenario, std::span<const PlayedCase> cases);

// The same of one case, as members of its JSON object: "" or `,"paging":{...}`.
std::string paging_json(const PlayedCase& played);

}  // namespace kvf
