// Reading Kineto traces: bytes of text a second, and the most memory that the process takes.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "profiler/import/read_recording.h"

namespace kvf {
namespace {

namespace fs = std::filesystem;

// Each memory event is followed by `others` operators and kernels, as a real trace has them.
void write_trace(std::int64_t memory_events, int others,
                 const std::function<void(const std::string&)>& write) {
  std::string text = R"({"schemaVersion":1,"displayTimeUnit":"ms","traceEvents":[)";
  std::int64_t total = 1 << 20;
  for (std::int64_t i = 0; i < memory_events; ++i) {
    // Allocated, and released 64 events later.
    const std::int64_t bytes = i % 128 < 64 ? 18317312 : -18317312;
    total += bytes;
    text += fmt::format(
        R"({}{{"ph":"i","cat":"cpu_instant_event","s":"t","name":"[memory]","pid":25286,"tid":25286,)"
        R"("ts":{}.{:03},"args":{{"Total Reserved":2629828608,"Total Allocated":{},"Bytes":{},)"
        R"("Addr":{},"Device Id":0,"Device Type":1,"Ev Idx":{}}}}})",
        i == 0 ? "" : ",\n", 1428625746340 + i, i % 1000, total, bytes,
        137877174353920 + (i % 64) * 18317312, i);
    for (int k = 0; k < others; ++k) {
      text += fmt::format(
          ",\n"
          R"({{"ph":"X","cat":"cpu_op","name":"aten::scaled_dot_product_attention","pid":25286,)"
          R"("tid":25286,"ts":{}.{:03},"dur":12.5,"args":{{"External id":{},"Record function id":0,)"
          R"("Concrete Inputs":["","","","","0.","False",""],"Input type":["c10::BFloat16","","","",)"
          R"("Scalar"],"Input Dims":[[16,16,559,64],[16,16,559,64],[16,16,559,64],[],[]],"Ev Idx":{}}}}})",
          1428625746340 + i, k, i, k);
    }
    if (text.size() > 1 << 20) {
      write(text);
      text.clear();
    }
  }
  write(text + R"(],"baseTimeNanoseconds":1751410836000000000})");
}

class TraceFile {
 public:
  TraceFile(std::int64_t memory_events, int others, bool packed)
      : path_(fs::temp_directory_path() / fmt::format("kvf-bench-{}.trace", getpid())) {
    if (packed) {
      gzFile file = gzopen(path_.c_str(), "wb6");
      write_trace(memory_events, others, [&](const std::string& text) {
        gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
        bytes_ += std::ssize(text);
      });
      gzclose(file);
    } else {
      std::ofstream file(path_, std::ios::binary);
      write_trace(memory_events, others, [&](const std::string& text) {
        file << text;
        bytes_ += std::ssize(text);
      });
    }
  }
  ~TraceFile() { fs::remove(path_); }
  TraceFile(const TraceFile&) = delete;
  TraceFile& operator=(const TraceFile&) = delete;

  const fs::path& path() const { return path_; }
  std::int64_t bytes() const { return bytes_; }  // unpacked

 private:
  fs::path path_;
  std::int64_t bytes_ = 0;
};

// Linux counts the most that was resident, from here on.
void forget_most_memory() { std::ofstream("/proc/self/clear_refs") << "5"; }

double most_memory() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) * 1024;
  }
  return 0;
}

void read_kineto(benchmark::State& state) {
  const std::int64_t memory_events = state.range(0);
  const TraceFile file(memory_events, static_cast<int>(state.range(1)), state.range(2) != 0);
  forget_most_memory();
  for (auto _ : state) {
    const Recording recording = traces::read_recording(file.path());
    if (!(recording.counters == RecordingCounters()) ||
        std::ssize(recording.devices.at(0).events) != memory_events) {
      state.SkipWithError("the trace was not read as it was written");
    }
  }
  state.SetBytesProcessed(state.iterations() * file.bytes());
  state.counters["most_memory_bytes"] = most_memory();
  state.counters["memory_events"] = static_cast<double>(memory_events);
}

BENCHMARK(read_kineto)
    ->ArgNames({"memory_events", "others", "gzip"})
    ->Args({50000, 9, 0})
    ->Args({50000, 9, 1})
    ->Args({500000, 0, 0})
    ->Args({500000, 0, 1})
    ->Unit(benchmark::kMillisecond);

// 2.7 GB of text.
BENCHMARK(read_kineto)
    ->ArgNames({"memory_events", "others", "gzip"})
    ->Args({10000000, 0, 0})
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kvf
