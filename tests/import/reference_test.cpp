// Real recordings: what was found in each by another program, in FACTS.json beside it.
#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "profiler/import/read_recording.h"
#include "tests/catch.h"
#include "timeline/replay.h"

using namespace kvf;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

const char* reference_folder() { return std::getenv("KVF_REFERENCE_DATA"); }

json::value read_json(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return json::parse(text.str());
}

const DeviceRecording& device(const Recording& recording, std::string_view name) {
  for (const DeviceRecording& found : recording.devices) {
    if (found.device == name) return found;
  }
  throw std::runtime_error("no " + std::string(name));
}

std::map<std::int64_t, int> steps(const std::vector<std::int64_t>& values) {
  std::map<std::int64_t, int> result;
  for (std::size_t i = 1; i < values.size(); ++i) ++result[values[i] - values[i - 1]];
  return result;
}

std::vector<std::int64_t> numbers(const json::value& list) {
  return json::value_to<std::vector<std::int64_t>>(list);
}

}  // namespace

TEST_CASE("a prefill on an H100: the cache grows by the same bytes at each layer", "[reference]") {
  const char* const folder = reference_folder();
  if (folder == nullptr) KVF_SKIP("KVF_REFERENCE_DATA does not name the reference files");
  const Recording recording = traces::read_recording(
      fs::path(folder) / "traces/qwen15-h100-prefill/Qwen_Qwen1.5-0.5B-Chat__1016005.json.gz",
      {{"aten::_flash_attention_forward"}});
  CHECK(recording.format == "kineto");
  CHECK(recording.counters == RecordingCounters());
  const DeviceRecording& gpu = device(recording, "cuda:0");
  CHECK(gpu.events.size() == 2250);
  CHECK(gpu.base_bytes == 984742400);
  CHECK(gpu.reserved == std::vector<MemorySample>{{gpu.events[0].time_ns, 2629828608}});
  const LivePeak peak = live_peak(gpu);
  CHECK(peak.bytes == 2088508416);
  CHECK(peak.final_bytes == 984742400);
  CHECK(device(recording, "cpu").events.size() == 200);

  REQUIRE(recording.operators.size() == 24);
  // 2 tensors a layer of 16 x 16 x 559 x 64 bf16; one transient more from the first layer on.
  CHECK(steps(live_at_begin(gpu, recording.operators)) ==
        std::map<std::int64_t, int>{{36634624, 22}, {54951936, 1}});
  CHECK(24 * std::int64_t{36634624} == 879230976);
  CHECK(recording.spans.at(0).name == "ProfilerStep#6");
}

TEST_CASE("an encoder on an H100 has no cache", "[reference]") {
  const char* const folder = reference_folder();
  if (folder == nullptr) KVF_SKIP("KVF_REFERENCE_DATA does not name the reference files");
  const Recording recording = traces::read_recording(
      fs::path(folder) / "traces/bert-small-h100/gaunernst_bert-small-uncased__1016001.json.gz",
      {{"aten::_flash_attention_forward"}});
  CHECK(recording.counters == RecordingCounters());
  const DeviceRecording& gpu = device(recording, "cuda:0");
  CHECK(live_peak(gpu).bytes == 101305344);
  CHECK(steps(live_at_begin(gpu, recording.operators)) ==
        std::map<std::int64_t, int>{{0, 2}, {144384, 1}});
}

TEST_CASE("decode loops: live bytes before and peak in each pass", "[reference]") {
  const char* const folder = reference_folder();
  if (folder == nullptr) KVF_SKIP("KVF_REFERENCE_DATA does not name the reference files");
  for (const std::string name : {"full", "snapkv", "decodingpress", "sliding"}) {
    CAPTURE(name);
    const fs::path place = fs::path(folder) / "traces" / ("decode32-" + name);
    const json::value facts = read_json(place / "FACTS.json");
    const Recording recording = traces::read_recording(place / "trace.json.gz");
    CHECK(recording.counters == RecordingCounters());
    const DeviceRecording& cpu = device(recording, "cpu");
    CHECK(std::ssize(cpu.events) == facts.at("memory_events").as_int64());
    CHECK(live_peak(cpu).bytes == facts.at("peak_of_running_sum").as_int64());
    CHECK(live_peak(cpu).final_bytes == 0);
    CHECK(cpu.reserved.empty());
    std::vector<std::int64_t> after, peak, before;
    for (const PassMemory& memory : memory_of(cpu, passes_of(recording))) {
      before.push_back(memory.before_bytes);
      after.push_back(memory.after_bytes);
      peak.push_back(memory.peak_bytes);
    }
    CHECK(after == numbers(facts.at("live_bytes_after_pass")));
    CHECK(peak == numbers(facts.at("peak_bytes_in_pass")));
    REQUIRE(before.size() == 33);
    CHECK(before[0] == (name == "sliding" ? 16 : 0));  // what the loop had made before
    for (std::size_t i = 1; i < before.size(); ++i) CHECK(before[i] == after[i - 1]);
  }
}

TEST_CASE("snapshots: peaks, what is left, what was there before", "[reference]") {
  const char* const folder = reference_folder();
  if (folder == nullptr) KVF_SKIP("KVF_REFERENCE_DATA does not name the reference files");
  int files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(folder) / "traces")) {
    if (entry.path().extension() != ".pickle") continue;
    CAPTURE(entry.path());
    ++files;
    const json::value file_facts = read_json(
        entry.path().parent_path() / ("FACTS." + entry.path().filename().string() + ".json"));
    const json::value& facts = file_facts.at("dev0");
    const Recording recording = traces::read_recording(entry.path());
    CHECK(recording.counters == RecordingCounters());
    const DeviceRecording& gpu = device(recording, "cuda:0");
    CHECK(live_peak(gpu).bytes == facts.at("peak_traced").as_int64());
    CHECK(gpu.untraced_frees == facts.at("frees_of_untraced").as_int64());
    const json::value& actions = facts.at("actions");
    CHECK(std::ssize(gpu.events) + gpu.untraced_frees ==
          actions.at("alloc").as_int64() + actions.at("free_completed").as_int64());
    // FACTS counts what is still there; what was released meanwhile was there too.
    const std::int64_t remaining = facts.at("pre_existing_requested").as_int64();
    CHECK((gpu.untraced_frees == 0 ? gpu.untraced_bytes == remaining
                                   : gpu.untraced_bytes > remaining));
  }
  CHECK(files == 8);
}

TEST_CASE("real files that hold nothing to replay", "[reference]") {
  const char* const folder = reference_folder();
  if (folder == nullptr) KVF_SKIP("KVF_REFERENCE_DATA does not name the reference files");
  const Recording empty =
      traces::read_recording(fs::path(folder) / "traces/nsys-4060ti-vecadd/report2.sqlite");
  CHECK(empty.format == "nsight-systems");
  CHECK(empty.devices.empty());
  CHECK(empty.counters == RecordingCounters());
  CHECK_THROWS_WITH(
      traces::read_recording(fs::path(folder) /
                             "traces/kineto-v100-2021/worker0.1623143089861.pt.trace.json.gz"),
      test::contains("12838 memory events have no address (Addr)"));
}
