#include "profiler/capture/session/gpu_recorder.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace kvf::capture {

void CuptiLedger::see(const records::Batch& rows) {
  for (const records::MemoryUsage& usage : rows.memory) {
    if (usage.kind != records::MemoryKind::device) continue;
    const bool taken = usage.operation == records::MemoryOperation::allocation;
    changes_.push_back({usage.start, taken ? usage.bytes : -usage.bytes});
  }
  for (const records::VmmCall& call : rows.vmm) {
    if (call.return_value != 0 || !call.handle) continue;
    if (call.operation == records::VmmOperation::create) {
      created_[*call.handle] = call.bytes.value_or(0);
      changes_.push_back({call.start, call.bytes.value_or(0)});
    } else if (call.operation == records::VmmOperation::release) {
      changes_.push_back({call.start, -std::exchange(created_[*call.handle], 0)});
    }
  }
}

Track CuptiLedger::track(const Captured& captured) const {
  Track track{{"cupti", "", -1, 0, -1, 1, TrackUnit::bytes},
              captured.timeline.tracks.front().columns};
  TrackColumns& columns = track.columns;
  // Buffers of CUPTI are filled thread by thread, and so not in the order of time.
  std::vector<Change> changes = changes_;
  std::stable_sort(changes.begin(), changes.end(),
                   [](const Change& a, const Change& b) { return a.time < b.time; });
  std::size_t next = 0;
  std::int64_t live = 0;
  const auto until = [&](std::int64_t time) {
    std::int64_t most = live;
    for (; next < changes.size() && changes[next].time < time; ++next) {
      live += changes[next].bytes;
      most = std::max(most, live);
    }
    return most;
  };
  std::optional<std::int64_t> base;
  for (std::size_t pass = 0; pass < captured.times.size(); ++pass) {
    until(captured.times[pass].begin);
    if (!base) base = live;
    const auto above_base = [&](std::int64_t bytes) {
      return std::max<std::int64_t>(bytes - *base, 0);
    };
    columns.past[pass] = above_base(live);
    columns.held_during[pass] = above_base(until(captured.times[pass].end));
    columns.held_after[pass] = above_base(live);
  }
  return track;
}

}  // namespace kvf::capture
