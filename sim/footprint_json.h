// Figures of a footprint as JSON text.
#pragma once

#include <optional>
#include <string>

#include "models/footprint.h"

namespace kvf {

// Shortest text that reads back to the same double; null for nothing.
std::string json_number(std::optional<double> value);
// The figures of a footprint as members of a JSON object, without its braces. Integers summed over
// cells; doubles where a share of heads is nominal; null for a ratio over nothing.
std::string json_figures(const Footprint& footprint);
// What else there is to say of a schedule, as further members (each after a comma): whose
// implementation is counted, copies of KV heads, what a static cache allocates ahead (duo-static),
// and whether it is assumed which heads stream.
std::string json_remarks(const Schedule& schedule);

}  // namespace kvf
