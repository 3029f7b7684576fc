#include "sim/run_seconds.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "models/closed_form.h"
#include "models/devices.h"

namespace kvf {

std::vector<std::int64_t> clock_of(const BatchMember& member, const TimeModel& model) {
  constexpr double kMost = 9e18;  // 285 years
  const double share = closed_form(member.schedule).footprint.active_share.value_or(1);
  std::vector<std::int64_t> clock{0};
  for (const double seconds : pass_seconds(member.schedule, model, {share, member.count})) {
    const double ns = seconds * 1e9;
    if (static_cast<double>(clock.back()) + ns > kMost) {
      throw OverflowError("the run takes more nanoseconds than 64 bits can count");
    }
    clock.push_back(clock.back() + std::llround(ns));
  }
  return clock;
}

std::vector<CurvePoint> clock_curve(const std::vector<std::int64_t>& clock) {
  std::vector<CurvePoint> points;
  points.reserve(clock.size());
  const std::int64_t passes = std::ssize(clock) - 1;
  for (const std::int64_t ns : clock) {
    points.push_back({ns, std::min(std::ssize(points) + 1, passes)});
  }
  return points;
}

Area byte_nanoseconds(const std::vector<std::int64_t>& held,
                      const std::vector<std::int64_t>& clock) {
  Area area;
  for (std::size_t pass = 0; pass < held.size(); ++pass) {
    area += Area(held[pass]).times(clock[pass + 1] - clock[pass]);
  }
  return area;
}

bool has_seconds(const input::Scenario& scenario, const input::ScenarioTask& task) {
  return scenario.memory && scenario.memory->gpu &&
         scenario.memory->gpu->device.name != kGivenMemory && task.sequences.size() <= 1;
}

std::string seconds_in_words(const input::Scenario& scenario) {
  const bool any = std::any_of(scenario.tasks.begin(), scenario.tasks.end(),
                               [&](const auto& task) { return has_seconds(scenario, task); });
  if (!any) return "";
  return fmt::format("estimated from the peak rates of {}, efficiency 1",
                     scenario.memory->gpu->device.title);
}

}  // namespace kvf
