#include "timeline/recorded_timeline.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace kvf {
namespace {

// "decode 3" -> "decode"; a name of digits alone stays.
std::string phase_of(const std::string& name) {
  const std::size_t last = name.find_last_not_of("0123456789");
  if (last == std::string::npos) return name;
  const std::size_t end = name.find_last_not_of(" \t_-#:.", last);
  return name.substr(0, end == std::string::npos ? last + 1 : end + 1);
}

std::int64_t first_time(const Recording& recording) {
  std::int64_t first = std::numeric_limits<std::int64_t>::max();
  for (const DeviceRecording& device : recording.devices) {
    if (!device.events.empty()) first = std::min(first, device.events.front().time_ns);
    if (!device.reserved.empty()) first = std::min(first, device.reserved.front().time_ns);
  }
  for (const Span& span : recording.spans) first = std::min(first, span.start_ns);
  return first == std::numeric_limits<std::int64_t>::max() ? 0 : first;
}

Curve curve_of(const char* name, const std::string& device, std::int64_t zero,
               const std::vector<MemorySample>& samples) {
  Curve curve{{name, device, TrackUnit::bytes}, {}};
  curve.points.reserve(samples.size());
  for (const MemorySample& sample : samples) {
    if (sample.bytes < 0) {
      throw std::invalid_argument(fmt::format("{} bytes of {} are {} at {} ns", name, device,
                                              sample.bytes, sample.time_ns));
    }
    curve.points.push_back({sample.time_ns - zero, sample.bytes});
  }
  return curve;
}

}  // namespace

Timeline timeline_of(const Recording& recording, const std::string& pass_names) {
  Timeline timeline;
  const std::int64_t zero = first_time(recording);
  for (const DeviceRecording& device : recording.devices) {
    std::vector<MemorySample> live = live_bytes(device);
    if (!live.empty()) live.insert(live.begin(), {live.front().time_ns, device.base_bytes});
    timeline.curves.push_back(curve_of("live", device.device, zero, live));
    if (!device.reserved.empty()) {
      timeline.curves.push_back(curve_of("reserved", device.device, zero, device.reserved));
    }
  }
  const std::vector<RecordedPass> passes = passes_of(recording, pass_names);
  if (passes.empty()) return timeline;

  Curve clock{{"passes", "", TrackUnit::passes}, {}};
  for (const RecordedPass& pass : passes) {
    const std::string phase = phase_of(pass.span.name);
    const std::int64_t number = std::ssize(clock.points);
    if (timeline.phases.empty() || timeline.phases.back().name != phase) {
      timeline.phases.push_back({phase, number, 0});
    }
    ++timeline.phases.back().passes;
    clock.points.push_back({pass.span.start_ns - zero, number + 1});
  }
  for (const DeviceRecording& device : recording.devices) {
    Track track;
    track.info.name = recording.devices.size() == 1 ? "allocated" : "allocated " + device.device;
    track.info.unit = TrackUnit::bytes;
    for (const PassMemory& memory : memory_of(device, passes)) {
      track.columns.first_row.push_back(0);
      track.columns.rows.push_back(0);
      track.columns.past.push_back(memory.before_bytes);
      track.columns.held_during.push_back(memory.peak_bytes);
      track.columns.held_after.push_back(memory.after_bytes);
    }
    timeline.tracks.push_back(std::move(track));
  }
  timeline.curves.push_back(std::move(clock));
  return timeline;
}

}  // namespace kvf
