#include "models/peak_bytes.h"

#include <algorithm>
#include <vector>

#include "models/closed_form.h"

namespace kvf {
namespace {

// The schedule whose cells are bytes: what it holds, in entries, the given one stores in bytes.
Schedule in_bytes(Schedule schedule) {
  const std::vector<BytesPerEntry> of_entry = bytes_of_groups(schedule);
  Cells all;
  for (RuleCells& cells : schedule.cells) cells = {};
  for (std::size_t g = 0; g < schedule.groups.size(); ++g) {
    Group& group = schedule.groups[g];
    group.heads = group.heads.times(group.copies).times(of_entry[g].count());
    group.copies = 1;
    all += group.heads;
    RuleCells& cells = schedule.cells[group.rule];
    const bool apart = schedule.weighs_apart(group.role);
    (apart ? cells.streaming : cells.others) += group.heads.count();
    (apart ? cells.stored_streaming : cells.stored_others) += group.heads.count();
  }
  // Once, as plan() does for entries: no sum below is larger.
  Tokens most = schedule.plan.rows();
  for (const PassRun& run : schedule.plan.runs) most = std::max(most, most + run.appended);
  (void)(all * most).times(2);
  return schedule;
}

// `states` are there whatever the entries.
PeakBytes of(const Footprint& f, Bytes states) {
  return {Bytes(f.peak_entries.count()) + states, f.peak_pass,
          Bytes(f.peak_layerwise_entries.count()) + states, f.peak_layerwise_pass};
}

}  // namespace

PeakBytes peak_bytes(const Schedule& schedule) {
  return of(closed_form(in_bytes(schedule)).footprint, schedule.shape.state_bytes());
}

PeakBytes peak_bytes(const Batch& batch) {
  Batch bytes = batch;
  Bytes states;
  for (BatchMember& member : bytes.members) {
    states += member.schedule.shape.state_bytes().times(member.count);
    member.schedule = in_bytes(member.schedule);
  }
  return of(closed_form(bytes), states);
}

}  // namespace kvf
