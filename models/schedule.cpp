#include "models/schedule.h"

#include <array>

namespace kvf {
namespace {

constexpr std::array<std::string_view, 5> kRoles{"all", "full", "streaming", "other", "window"};

}  // namespace

std::string_view to_string(Role role) { return kRoles[static_cast<std::size_t>(role)]; }

std::optional<Entries> reserved_entries(const Schedule& schedule) {
  const PlanContext context{schedule.shape, schedule.workload, schedule.convention,
                            schedule.plan.prompt};
  Entries sum;
  for (const Group& group : schedule.groups) {
    const auto of_cell = reserved(schedule.rules[group.rule], context);
    if (!of_cell) return std::nullopt;
    sum += group.heads.times(group.copies) * *of_cell;
  }
  return sum;
}

}  // namespace kvf
