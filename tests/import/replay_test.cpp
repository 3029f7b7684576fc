// What a recording says about memory over time.
#include "timeline/replay.h"

#include "models/units.h"
#include "tests/catch.h"
#include "timeline/recorded_timeline.h"

using namespace kvf;

namespace {

DeviceRecording device() {
  DeviceRecording result;
  result.base_bytes = 100;
  result.events = {{10, 1, 50}, {20, 2, 30}, {20, 1, -50}, {30, 3, 5}, {40, 2, -30}};
  return result;
}

}  // namespace

TEST_CASE("live bytes, their peak and what is left", "[replay]") {
  CHECK(live_bytes(device()) ==
        std::vector<MemorySample>{{10, 150}, {20, 180}, {20, 130}, {30, 135}, {40, 105}});
  CHECK(live_peak(device()) == LivePeak{180, 20, 105});
  CHECK(live_peak({}) == LivePeak{});
  DeviceRecording falls = device();
  falls.events = {{10, 1, -60}};
  CHECK(live_peak(falls) == LivePeak{100, 0, 40});
  falls.events = {{10, 1, INT64_MAX}};
  CHECK_THROWS_AS(live_peak(falls), OverflowError);
  CHECK_THROWS_AS(live_bytes(falls), OverflowError);
}

TEST_CASE("what is live when a span begins", "[replay]") {
  CHECK(live_at_begin(device(), {{"", 0, 1}, {"", 10, 1}, {"", 20, 1}, {"", 21, 1}, {"", 99, 1}}) ==
        std::vector<std::int64_t>{100, 100, 150, 130, 105});
}

TEST_CASE("passes are the outermost annotations of their names", "[replay]") {
  Recording recording;
  recording.spans = {{"ProfilerStep#1", 0, 100}, {"prefill", 10, 20},  {"prefill layer", 11, 19},
                     {"evict", 12, 15},          {"evict", 22, 23},    {"decode 0", 25, 30},
                     {"decode 1", 30, 40},       {"predecode", 41, 42}};
  const std::vector<RecordedPass> passes = passes_of(recording);
  CHECK(passes == std::vector<RecordedPass>{{{"prefill", 10, 20}, 22, true},
                                            {{"decode 0", 25, 30}, 30, true},
                                            {{"decode 1", 30, 40}, 41, true}});
  CHECK(passes_of(recording, "evict").size() == 2);
  CHECK(passes_of(recording, "^predecode$") ==
        std::vector<RecordedPass>{{{"predecode", 41, 42}, 42, false}});
  CHECK(passes_of({}).empty());
  CHECK_THROWS(passes_of(recording, "("));
  recording.spans = {{"decode" + std::string(10000000, 'x'), 0, 1}};
  CHECK(passes_of(recording, "^.*x").size() == 1);
}

TEST_CASE("memory of passes, to the nanosecond", "[replay]") {
  const auto memory = [](const RecordedPass& pass) { return memory_of(device(), {pass}).at(0); };
  CHECK(memory({{"", 0, 5}, 7, true}) == PassMemory{100, 100, 100});
  CHECK(memory({{"", 10, 19}, 20, true}) == PassMemory{100, 150, 150});
  CHECK(memory({{"", 10, 20}, 20, true}) == PassMemory{100, 150, 150});  // the next has them
  CHECK(memory({{"", 10, 20}, 21, true}) == PassMemory{100, 180, 130});
  CHECK(memory({{"", 10, 20}, 20, false}) == PassMemory{100, 180, 130});
  CHECK(memory({{"", 21, 25}, 31, true}) == PassMemory{130, 130, 135});
  CHECK(memory({{"", 30, 40}, 40, false}) == PassMemory{130, 135, 105});
  CHECK(memory_of({}, {{{"", 30, 40}, 40, false}}) == std::vector<PassMemory>{{}});
}

TEST_CASE("a timeline ends at 0 where allocations were lost", "[replay]") {
  Recording recording;
  recording.devices = {device()};
  recording.devices[0].events = {{10, 1, 50}, {20, 2, -170}, {30, 3, 40}};  // -20 at 20
  recording.spans = {{"prefill", 0, 20}, {"decode 0", 20, 40}};
  const Timeline timeline = timeline_of(recording);
  REQUIRE(timeline.curves.size() == 2);
  CHECK(timeline.curves[0].points ==
        std::vector<CurvePoint>{{10, 100}, {10, 150}, {20, 0}, {30, 20}});
  CHECK(timeline.tracks.at(0).columns.held_after == std::vector<std::int64_t>{150, 20});
  recording.devices[0].events[2].bytes = 10;
  CHECK(timeline_of(recording).tracks.at(0).columns.held_after ==
        std::vector<std::int64_t>{150, 0});
}
