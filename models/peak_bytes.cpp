#include "models/peak_bytes.h"

#include <algorithm>

#include "models/closed_form.h"

namespace kvf {
namespace {

// The schedule whose cells are bytes: what it holds, in entries, the given one stores in bytes.
Schedule in_bytes(Schedule schedule) {
  const std::int64_t of_entry = schedule.bytes_per_entry.count();
  Cells all;
  for (Group& group : schedule.groups) {
    group.heads = group.heads.times(group.copies).times(of_entry);
    group.copies = 1;
    all += group.heads;
  }
  for (RuleCells& cells : schedule.cells) {
    cells.others = cells.stored_others *= of_entry;
    cells.streaming = cells.stored_streaming *= of_entry;
  }
  // Once, as plan() does for entries: no sum below is larger.
  Tokens most = schedule.plan.rows();
  for (const PassRun& run : schedule.plan.runs) most = std::max(most, most + run.appended);
  (void)(all * most).times(2);
  return schedule;
}

PeakBytes of(const Footprint& f) {
  return {Bytes(f.peak_entries.count()), f.peak_pass, Bytes(f.peak_layerwise_entries.count()),
          f.peak_layerwise_pass};
}

}  // namespace

PeakBytes peak_bytes(const Schedule& schedule) {
  return of(closed_form(in_bytes(schedule)).footprint);
}

PeakBytes peak_bytes(const Batch& batch) {
  Batch bytes = batch;
  for (BatchMember& member : bytes.members) member.schedule = in_bytes(member.schedule);
  return of(closed_form(bytes));
}

}  // namespace kvf
