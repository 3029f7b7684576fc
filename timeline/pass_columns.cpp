#include "timeline/pass_columns.h"

namespace kvf {

std::vector<PhaseSpan> phases_of(const PassPlan& plan) {
  std::vector<PhaseSpan> phases;
  for (const PassRun& run : plan.runs) {
    const std::string name = run.phase == Phase::prefill ? "prefill" : "decode";
    if (phases.empty() || phases.back().name != name) phases.push_back({name, run.first, 0});
    phases.back().passes += run.count;
  }
  return phases;
}

TrackColumns rows_of(const PassPlan& plan) {
  TrackColumns passes;
  for (const PassRun& run : plan.runs) {
    for (std::int64_t i = 0; i < run.count; ++i) {
      passes.first_row.push_back((run.position + run.rows.times(i)).count());
      passes.rows.push_back(run.rows.count());
    }
  }
  return passes;
}

}  // namespace kvf
