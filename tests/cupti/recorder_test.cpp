// What a capture on a GPU says, through the collector: over a double of CUPTI.
#include "profiler/capture/session/gpu_recorder.h"

#include <map>
#include <string>

#include "tests/catch.h"
#include "tests/cupti/fake_cupti.h"

namespace kvf::capture {

TEST_CASE("a recorder of a GPU names passes, and hands on what the program and CUPTI say") {
  test::FakeCupti fake;
  records::Batch seen;
  CollectorOptions options;
  options.buffer_bytes = 16 << 10;
  GpuRecorder recorder(CollectorMaker::make(
      fake.api(), [&](const records::Batch& batch) { append(seen, batch); }, options));
  const std::int64_t before = recorder.now();
  recorder.begin("prefill 0");
  recorder.begin("inside");
  records::Batch rows;
  rows.application.emplace_back();
  rows.application.back().block = 42;
  recorder.add(std::move(rows));
  recorder.end();
  test::RecordBuffer buffer = fake.buffer();
  buffer.add(test::memory_record(true, 0x1000, 100, 7));
  fake.deliver_elsewhere(buffer);
  recorder.end();
  recorder.begin("decode 0");
  recorder.end();
  recorder.flush();
  CHECK(seen.application.size() == 1);
  CHECK(seen.application.at(0).block == 42);
  CHECK(seen.memory.size() == 1);
  bool waited = false;
  CHECK(recorder.stop([&] { waited = true; }) == CollectorCounters{});
  CHECK(waited);
  std::map<std::string, records::Range> ranges;
  for (const records::Range& range : seen.ranges) ranges[range.text] = range;
  REQUIRE(ranges.size() == 3);
  CHECK(before <= ranges["prefill 0"].start);
  CHECK(ranges["prefill 0"].start <= ranges["inside"].start);
  CHECK(ranges["inside"].end <= ranges["prefill 0"].end);
  CHECK(ranges["prefill 0"].end <= ranges["decode 0"].start);
}

}  // namespace kvf::capture
