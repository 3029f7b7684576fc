// What holds for every recording, whatever it was read from.
#pragma once

#include <algorithm>

#include "tests/fuzz/require.h"
#include "timeline/replay.h"

namespace kvf::fuzz {

inline void check(const Recording& recording) {
  const auto by_time = [](const auto& a, const auto& b) { return a.time_ns < b.time_ns; };
  const auto passes = passes_of(recording);
  for (const DeviceRecording& device : recording.devices) {
    require(std::is_sorted(device.events.begin(), device.events.end(), by_time));
    require(std::is_sorted(device.reserved.begin(), device.reserved.end(), by_time));
    for (const MemoryEvent& event : device.events) require(event.bytes != 0);
    const LivePeak peak = live_peak(device);
    require(peak.bytes >= peak.final_bytes && device.base_bytes >= 0);
    for (const PassMemory& memory : memory_of(device, passes)) {
      require(memory.peak_bytes >= memory.before_bytes && memory.peak_bytes <= peak.bytes);
    }
  }
  require(std::is_sorted(recording.spans.begin(), recording.spans.end(),
                         [](const Span& a, const Span& b) { return a.start_ns < b.start_ns; }));
}

}  // namespace kvf::fuzz
