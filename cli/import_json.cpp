// The JSON of kvfootprint import.
#include <algorithm>

#include <fmt/format.h>

#include "cli/import_report.h"
#include "timeline/json_text.h"

namespace kvf::cli {
namespace {

std::string reserved_peak(const DeviceRecording& device) {
  if (device.reserved.empty()) return "null";
  const auto most = std::max_element(
      device.reserved.begin(), device.reserved.end(),
      [](const MemorySample& a, const MemorySample& b) { return a.bytes < b.bytes; });
  return std::to_string(most->bytes);
}

std::string json_device(const DeviceRecording& device, const LivePeak& peak) {
  return fmt::format(
      R"({{"device":{},"events":{},"peak_bytes":{},"peak_time_ns":{},"final_bytes":{},)"
      R"("base_bytes":{},"untraced_bytes":{},"untraced_frees":{},"reserved_peak_bytes":{}}})",
      json_string(device.device), std::ssize(device.events) + device.untraced_frees, peak.bytes,
      peak.time_ns, peak.final_bytes, device.base_bytes, device.untraced_bytes,
      device.untraced_frees, reserved_peak(device));
}

std::string json_pass(const ImportReport& report, std::size_t index) {
  const Span& span = report.passes[index].span;
  std::string devices;
  for (std::size_t i = 0; i < report.devices.size(); ++i) {
    const PassMemory& memory = report.devices[i].passes[index];
    devices +=
        fmt::format(R"({}{{"device":{},"before_bytes":{},"peak_bytes":{},"after_bytes":{}}})",
                    devices.empty() ? "" : ",", json_string(report.recording.devices[i].device),
                    memory.before_bytes, memory.peak_bytes, memory.after_bytes);
  }
  return fmt::format(R"({{"name":{},"start_ns":{},"end_ns":{},"devices":[{}]}})",
                     json_string(span.name), span.start_ns, span.end_ns, devices);
}

std::string json_at(const ImportReport& report) {
  std::vector<std::int64_t> starts;
  for (const Span& span : report.at) starts.push_back(span.start_ns);
  std::string devices;
  for (std::size_t i = 0; i < report.devices.size(); ++i) {
    std::string steps;
    for (const auto& [bytes, times] : report.devices[i].steps) {
      steps +=
          fmt::format(R"({}{{"bytes":{},"times":{}}})", steps.empty() ? "" : ",", bytes, times);
    }
    devices +=
        fmt::format(R"({}{{"device":{},"live_bytes":[{}],"steps":[{}]}})",
                    devices.empty() ? "" : ",\n  ", json_string(report.recording.devices[i].device),
                    fmt::join(report.devices[i].live_at, ","), steps);
  }
  return fmt::format("{{\"name\":{},\"start_ns\":[{}],\"devices\":[\n  {}]}}",
                     json_string(report.at_name), fmt::join(starts, ","), devices);
}

}  // namespace

void print_import_json(const ImportReport& report) {
  const Recording& recording = report.recording;
  std::string devices;
  for (std::size_t i = 0; i < report.devices.size(); ++i) {
    devices +=
        (i == 0 ? "\n " : ",\n ") + json_device(recording.devices[i], report.devices[i].peak);
  }
  std::string passes;
  for (std::size_t i = 0; i < report.passes.size(); ++i) {
    passes += (i == 0 ? "\n " : ",\n ") + json_pass(report, i);
  }
  fmt::print("{{\"format\":{},\"zero_ns\":{},\"annotations\":{},\"devices\":[{}],\n\"counters\":{}",
             json_string(recording.format), recording.zero_ns, recording.spans.size(), devices,
             json_counters(recording.counters));
  fmt::print(",\n\"passes\":[{}]", passes);
  if (!report.at_name.empty()) fmt::print(",\n\"at\":{}", json_at(report));
  if (const std::string note = advice(recording); !note.empty()) {
    fmt::print(",\n\"note\":{}", json_string(note));
  }
  fmt::print("}}\n");
}

void print_refusal_json(const traces::ImportError& error) {
  fmt::print("{{\"format\":{},\"devices\":[],\"counters\":{},\"error\":{}}}\n",
             error.format.empty() ? "null" : json_string(error.format),
             json_counters(error.counters), json_string(error.what()));
}

}  // namespace kvf::cli
