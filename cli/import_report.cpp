// The text of kvfootprint import.
#include "cli/import_report.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/output.h"
#include "sim/report.h"

namespace kvf::cli {
namespace {

constexpr std::size_t kMostRows = 50;  // of one table

struct CounterWords {
  std::string_view name;
  std::int64_t RecordingCounters::*counter;
  std::string_view what;  // behind the number
  std::string_view consequence;
};

constexpr CounterWords kCounters[] = {
    {"unmatched_free", &RecordingCounters::unmatched_free,
     "releases of memory that was not allocated, or of another size",
     "allocations are missing: live bytes are too low from there on"},
    {"double_allocation", &RecordingCounters::double_allocation,
     "blocks that were still live where another one was allocated",
     "releases are missing: live bytes are too high from there on"},
    {"out_of_order", &RecordingCounters::out_of_order, "events behind later ones",
     "they were sorted by their times; where a time is wrong, so is the peak"},
    {"total_mismatch", &RecordingCounters::total_mismatch,
     "totals that are not the sum of the events before",
     "events are missing or were changed: no figure here can be relied upon"},
    {"truncated", &RecordingCounters::truncated, "file that ends before its end",
     "what came later is missing, perhaps the peak too"},
    {"old_schema", &RecordingCounters::old_schema, "form without what replaying needs",
     "it cannot be replayed"},
    {"dropped", &RecordingCounters::dropped, "messages of the recorder that it lost records",
     "events are missing: no figure here can be relied upon"},
    {"unknown", &RecordingCounters::unknown, "memory records of an unknown kind",
     "they are left out of all figures"},
};

std::string format_name(std::string_view format) {
  if (format == "kineto") return "trace of PyTorch's profiler (Kineto)";
  if (format == "pytorch-snapshot") return "memory snapshot of PyTorch";
  if (format == "nsight-systems") return "export of Nsight Systems";
  return "records of a run file";
}

std::string milliseconds(std::int64_t time_ns) {
  return fmt::format("{:.3f} ms", static_cast<double>(time_ns) / 1e6);
}

std::string signed_bytes(std::int64_t bytes) {
  return (bytes > 0 ? "+" : "") + with_separators(bytes);
}

using Row = std::vector<std::string>;

// The first column to the left, the others to the right.
void print_table(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const Row& row : rows) {
    fmt::print("  {:<{}}", row[0], widths[0]);
    for (std::size_t i = 1; i < row.size(); ++i) fmt::print("  {:>{}}", row[i], widths[i]);
    fmt::print("\n");
  }
}

void print_devices(const ImportReport& report) {
  std::vector<Row> rows{
      {"device", "events", "bytes before", "peak", "at", "at the end", "reserved"}};
  for (std::size_t i = 0; i < report.devices.size(); ++i) {
    const DeviceRecording& device = report.recording.devices[i];
    const LivePeak& peak = report.devices[i].peak;
    std::int64_t reserved = 0;
    for (const MemorySample& sample : device.reserved) reserved = std::max(reserved, sample.bytes);
    rows.push_back({shown(device.device),
                    with_separators(std::ssize(device.events) + device.untraced_frees),
                    with_separators(device.base_bytes), with_separators(peak.bytes),
                    milliseconds(peak.time_ns), with_separators(peak.final_bytes),
                    device.reserved.empty() ? "-" : with_separators(reserved)});
  }
  print_table(rows);
  for (const DeviceRecording& device : report.recording.devices) {
    if (device.untraced_bytes == 0) continue;
    fmt::print(
        "  {}: {} bytes that were allocated before the recording are not in these figures; {} of "
        "those blocks were released meanwhile\n",
        shown(device.device), with_separators(device.untraced_bytes),
        with_separators(device.untraced_frees));
  }
}

void say_more(std::size_t rows) {
  if (rows > kMostRows) {
    fmt::print("  and {} more; --json lists all\n",
               with_separators(static_cast<std::int64_t>(rows - kMostRows)));
  }
}

void print_passes(const ImportReport& report) {
  for (std::size_t i = 0; i < report.devices.size(); ++i) {
    const DeviceRecording& device = report.recording.devices[i];
    if (device.events.empty()) continue;
    fmt::print(
        "passes on {}: live bytes when each begins, the most inside, when the next thing begins\n",
        shown(device.device));
    std::vector<Row> rows{{"pass", "begins", "before", "peak", "after", "change"}};
    for (std::size_t pass = 0; pass < std::min(report.passes.size(), kMostRows); ++pass) {
      const auto& [before, peak, after] = report.devices[i].passes[pass];
      rows.push_back({shown(report.passes[pass].span.name),
                      milliseconds(report.passes[pass].span.start_ns), with_separators(before),
                      with_separators(peak), with_separators(after), signed_bytes(after - before)});
    }
    print_table(rows);
    say_more(report.passes.size());
  }
}

void print_at(const ImportReport& report) {
  for (std::size_t i = 0; i < report.devices.size(); ++i) {
    const ImportReport::Device& device = report.devices[i];
    if (report.recording.devices[i].events.empty()) continue;
    fmt::print("{} on {}: live bytes when it begins, and the step from the one before\n",
               shown(report.at_name), shown(report.recording.devices[i].device));
    std::vector<Row> rows{{"begins", "live bytes", "step"}};
    for (std::size_t k = 0; k < std::min(device.live_at.size(), kMostRows); ++k) {
      rows.push_back({milliseconds(report.at[k].start_ns), with_separators(device.live_at[k]),
                      k == 0 ? "" : signed_bytes(device.live_at[k] - device.live_at[k - 1])});
    }
    print_table(rows);
    say_more(device.live_at.size());
    std::vector<std::pair<std::int64_t, int>> steps(device.steps.begin(), device.steps.end());
    std::stable_sort(steps.begin(), steps.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    std::string words;
    for (std::size_t k = 0; k < std::min<std::size_t>(steps.size(), 5); ++k) {
      words += fmt::format("{}{} ({} times)", words.empty() ? "" : ", ",
                           signed_bytes(steps[k].first), steps[k].second);
    }
    if (!words.empty()) fmt::print("  most frequent steps: {}\n", words);
  }
}

void print_counters(const RecordingCounters& counters) {
  for (const CounterWords& words : kCounters) {
    const std::int64_t count = counters.*words.counter;
    if (count == 0) continue;
    fmt::print("wrong: {} {} ({}): {}\n", with_separators(count), words.what, words.name,
               words.consequence);
  }
}

}  // namespace

namespace {

// Kineto's totals and the end of a snapshot show a release that is missing; here nothing does.
std::string never_freed(const Recording& recording) {
  if (recording.format != "nsight-systems" && recording.format != "kvfootprint") return "";
  std::string devices;
  for (const DeviceRecording& device : recording.devices) {
    const std::int64_t bytes = live_peak(device).final_bytes;
    if (bytes <= 0) continue;
    devices += fmt::format("{}{} of {}", devices.empty() ? "" : ", ", with_separators(bytes),
                           shown(device.device));
  }
  if (devices.empty()) return "";
  return "bytes that were never freed: " + devices +
         "; they were kept to the end, or their releases are missing: the format does not tell";
}

}  // namespace

std::string advice(const Recording& recording) {
  const bool any =
      std::any_of(recording.devices.begin(), recording.devices.end(),
                  [](const DeviceRecording& device) { return !device.events.empty(); });
  if (any) return never_freed(recording);
  const std::string none = "there are no memory events in it";
  if (recording.format == "kineto") {
    return none + ": record with torch.profiler.profile(profile_memory=True)";
  }
  if (recording.format == "pytorch-snapshot") {
    return none + ": call torch.cuda.memory._record_memory_history() before what shall be recorded";
  }
  if (recording.format == "nsight-systems") {
    return none + ": record with nsys profile --cuda-memory-usage=true";
  }
  return none + ": only captured runs have some";
}

void print_import_text(const ImportReport& report, const std::string& file) {
  const Recording& recording = report.recording;
  const bool good = recording.counters == RecordingCounters();
  fmt::print("{}: {}, {} annotation{}{}\n", shown(file), format_name(recording.format),
             with_separators(std::ssize(recording.spans)), recording.spans.size() == 1 ? "" : "s",
             good ? "" : ", NOT WHOLE: see below");
  if (!recording.devices.empty()) print_devices(report);
  if (!report.passes.empty()) print_passes(report);
  if (!report.at.empty()) print_at(report);
  if (const std::string note = advice(recording); !note.empty()) fmt::print("{}\n", note);
  print_counters(recording.counters);
}

}  // namespace kvf::cli
