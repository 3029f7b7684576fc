#include "models/peak_bytes.h"

#include <algorithm>

#include "models/closed_form.h"

namespace kvf {
namespace {

// More than `sequences` of a schedule can store. Throws if that does not fit, so that the sums over
// cells need no check each.
Bytes most_bytes(const Schedule& schedule, std::int64_t sequences) {
  BytesPerToken all;
  for (const Group& group : schedule.groups) {
    all += BytesPerToken(group.bytes.count()).times(group.heads.count()).times(group.copies);
  }
  Tokens most = schedule.plan.rows();
  for (const PassRun& run : schedule.plan.runs) most = std::max(most, most + run.appended);
  return (most * all.times(sequences)).times(2);
}

// `states` are there whatever the entries.
PeakBytes with(const Peaks& peaks, Bytes states) {
  return {Bytes(peaks.all_layers.value) + states, peaks.all_layers.pass,
          Bytes(peaks.layerwise.value) + states, peaks.layerwise.pass};
}

}  // namespace

PeakBytes peak_bytes(const Schedule& schedule) {
  (void)most_bytes(schedule, 1);
  return with(closed_form_peaks(schedule, Unit::bytes), schedule.shape.state_bytes());
}

PeakBytes peak_bytes(const Batch& batch) {
  Bytes most;
  Bytes states;
  for (const BatchMember& member : batch.members) {
    most += most_bytes(member.schedule, member.count);
    states += member.schedule.shape.state_bytes().times(member.count);
  }
  return with(closed_form_peaks(batch, Unit::bytes), states);
}

}  // namespace kvf
