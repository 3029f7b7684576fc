// The axis of seconds of a simulated run: when each pass begins by the time model, at the peak rates
// of the scenario's GPU, and the area of bytes over it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/batch.h"
#include "models/time_model.h"
#include "sim/input/scenario.h"
#include "timeline/timeline.h"

namespace kvf {

// Nanoseconds at which each pass begins, and at which the last one ends: one more than passes. Each
// pass is as long as pass_seconds() has it, rounded to whole nanoseconds. Throws OverflowError.
std::vector<std::int64_t> clock_of(const BatchMember& member, const TimeModel& model);

// The clock as a curve of a run file: passes that have begun. The last point counts no new one.
std::vector<CurvePoint> clock_curve(const std::vector<std::int64_t>& clock);

// Byte-nanoseconds: each pass is as long as the clock says, and holds so many bytes.
Area byte_nanoseconds(const std::vector<std::int64_t>& held,
                      const std::vector<std::int64_t>& clock);

// What a case takes in time. Estimated.
struct RunSeconds {
  std::int64_t prefill_ns = 0, decode_ns = 0;
  std::vector<std::pair<std::string, Area>> byte_ns;  // of each track of bytes, of held_during
};

// Whether the seconds of a task are known: its GPU is, not only how much memory there is, and its
// sequences are equal.
bool has_seconds(const input::Scenario& scenario, const input::ScenarioTask& task);

// How the seconds of the file are known, for people; "" if none are.
std::string seconds_in_words(const input::Scenario& scenario);

}  // namespace kvf
