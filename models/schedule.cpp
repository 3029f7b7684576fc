#include "models/schedule.h"

#include <array>

namespace kvf {
namespace {

constexpr std::array<std::string_view, 5> kRoles{"all", "full", "streaming", "other", "window"};

}  // namespace

std::string_view to_string(Role role) { return kRoles[static_cast<std::size_t>(role)]; }

void count_cells(Schedule& schedule) {
  schedule.cells.assign(schedule.rules.size(), {});
  for (const Group& group : schedule.groups) {
    RuleCells& cells = schedule.cells[group.rule];
    const bool apart = schedule.weighs_apart(group.role);
    (apart ? cells.streaming : cells.others) += group.heads.count();
    (apart ? cells.stored_streaming : cells.stored_others) += group.heads.count() * group.copies;
  }
}

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
