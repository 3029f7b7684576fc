// What CUPTI saw, as a track of the passes: over records made by hand.
#include "profiler/capture/session/gpu_recorder.h"

#include "tests/catch.h"

using namespace kvf;
using namespace kvf::capture;

namespace {

records::MemoryUsage usage(std::int64_t time, std::int64_t bytes,
                           records::MemoryKind kind = records::MemoryKind::device) {
  records::MemoryUsage row;
  row.start = time;
  row.bytes = bytes < 0 ? -bytes : bytes;
  row.kind = kind;
  row.operation =
      bytes < 0 ? records::MemoryOperation::deallocation : records::MemoryOperation::allocation;
  return row;
}

records::VmmCall call(std::int64_t time, records::VmmOperation operation, std::int64_t handle,
                      std::int64_t bytes, std::int64_t result = 0) {
  records::VmmCall row;
  row.start = time;
  row.operation = operation;
  row.handle = handle;
  row.bytes = bytes;
  row.return_value = result;
  return row;
}

using Numbers = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("CUPTI's records become a track: the base taken off, in the order of time") {
  Captured captured;
  captured.times = {{100, 200}, {210, 300}, {310, 400}};
  captured.timeline.tracks.resize(1);
  captured.timeline.tracks[0].columns.rows = {5, 1, 1};
  for (const auto values : {&TrackColumns::first_row, &TrackColumns::past,
                            &TrackColumns::held_during, &TrackColumns::held_after}) {
    captured.timeline.tracks[0].columns.*values = {7, 7, 7};
  }
  records::Batch seen;
  // Buffers of another thread may come first; what was freed between two passes is gone in the next.
  seen.memory = {usage(220, 10),   usage(50, 64),  // before the first pass
                 usage(110, 1000), usage(120, 500),  usage(130, 9999, records::MemoryKind::pinned),
                 usage(150, -500), usage(205, -1000)};
  seen.vmm = {call(320, records::VmmOperation::create, 1, 4096),
              call(330, records::VmmOperation::create, 2, 4096, 2),  // failed
              call(340, records::VmmOperation::map, 1, 4096),        // is no release
              call(345, records::VmmOperation::create, 3, 100),
              call(350, records::VmmOperation::release, 1, 0),
              call(360, records::VmmOperation::release, 1, 0),
              call(370, records::VmmOperation::release, 3, 0)};
  CuptiLedger ledger;
  ledger.see(seen);
  const Track track = ledger.track(captured);
  CHECK(track.info.name == "cupti");
  CHECK(track.info.unit == TrackUnit::bytes);
  CHECK(track.columns.rows == Numbers{5, 1, 1});
  CHECK(track.columns.past == Numbers{0, 0, 10});
  CHECK(track.columns.held_during == Numbers{1500, 10, 4206});
  CHECK(track.columns.held_after == Numbers{1000, 10, 10});
}
