// What a scenario's run says to a person, and to a program.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "sim/play.h"

namespace kvf {

// Whether a policy that drops entries finds no layer to drop them from.
bool idle(const PolicySpec& policy, const Schedule& schedule);
inline constexpr std::string_view kIdlePolicy =
    "no layer of the model has full attention: a policy changes nothing";

// 1,234,567
std::string with_separators(std::int64_t number);
// "12.70 GiB", "96 B".
std::string with_unit(Bytes bytes);

struct ReportStyle {
  bool wide = false;  // peak bytes, and the pass of the peak, too
  bool bold = false;  // the best footprint of each task, on a terminal
};

// The table policy x task of KV footprint / peak KV in percent of full attention, then notes: a
// line for each thing that would surprise. `cases` are of play(), all of them.
std::string report(const input::Scenario& scenario, std::span<const PlayedCase> cases,
                   const ReportStyle& style);

// The same as one JSON object; units are in the keys.
std::string json_report(const input::Scenario& scenario, std::span<const PlayedCase> cases);

}  // namespace kvf
