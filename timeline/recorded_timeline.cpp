#include "timeline/recorded_timeline.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "models/units.h"

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

// Less than nothing is live where allocations were lost, which the counters say.
std::int64_t at_least_nothing(std::int64_t bytes) { return std::max<std::int64_t>(bytes, 0); }

// Of `points` points: recordings are long, and a curve that grows takes twice its room.
class CurveBuilder {
 public:
  CurveBuilder(const char* name, const std::string& device, std::int64_t zero, std::size_t points)
      : curve_{{name, device, TrackUnit::bytes}, {}}, zero_(zero) {
    curve_.points.reserve(points);
  }
  void add(std::int64_t time, std::int64_t bytes) {
    curve_.points.push_back({time - zero_, at_least_nothing(bytes)});
  }
  Curve finish() { return std::move(curve_); }

 private:
  Curve curve_;
  std::int64_t zero_;
};

Curve live_curve(const DeviceRecording& device, std::int64_t zero) {
  CurveBuilder curve("live", device.device, zero, device.events.size() + 1);
  if (!device.events.empty()) curve.add(device.events.front().time_ns, device.base_bytes);
  Bytes live(device.base_bytes);
  for (const MemoryEvent& event : device.events) {
    live = live + Bytes(event.bytes);
    curve.add(event.time_ns, live.count());
  }
  return curve.finish();
}

Curve reserved_curve(const DeviceRecording& device, std::int64_t zero) {
  CurveBuilder curve("reserved", device.device, zero, device.reserved.size());
  for (const MemorySample& sample : device.reserved) curve.add(sample.time_ns, sample.bytes);
  return curve.finish();
}

}  // namespace

Timeline timeline_of(const Recording& recording, const std::string& pass_names) {
  Timeline timeline;
  const std::int64_t zero = first_time(recording);
  for (const DeviceRecording& device : recording.devices) {
    timeline.curves.push_back(live_curve(device, zero));
    if (!device.reserved.empty()) timeline.curves.push_back(reserved_curve(device, zero));
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
      track.columns.past.push_back(at_least_nothing(memory.before_bytes));
      track.columns.held_during.push_back(at_least_nothing(memory.peak_bytes));
      track.columns.held_after.push_back(at_least_nothing(memory.after_bytes));
    }
    timeline.tracks.push_back(std::move(track));
  }
  timeline.curves.push_back(std::move(clock));
  return timeline;
}

}  // namespace kvf
