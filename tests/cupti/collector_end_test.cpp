// How a capture begins and ends: the order of CUPTI's calls, and what happens when one fails.
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <thread>

#include "tests/catch.h"
#include "tests/cupti/fake_cupti.h"
#include "tests/cupti/rows.h"
#include "timeline/records_writer.h"

// With sanitizers too, an allocation that is too large is to fail and not to end the program.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" const char* __asan_default_options() { return "allocator_may_return_null=1"; }
extern "C" const char* __tsan_default_options() { return "allocator_may_return_null=1"; }
// NOLINTEND(bugprone-reserved-identifier)

namespace kvf::capture {
namespace {

using test::FakeCupti;
using test::RecordBuffer;

Collector make(
    const FakeCupti& fake, Sink sink = [](const records::Batch&) {}) {
  CollectorOptions options;
  options.buffer_bytes = 16 << 10;
  return CollectorMaker::make(fake.api(), std::move(sink), options);
}

// Whether a call is `begin`, maybe with arguments behind it.
bool is(const std::string& call, const std::string& begin) {
  return call == begin || call.starts_with(begin + " ");
}

// Where the first such call stands in the log; -1: nowhere.
std::ptrdiff_t place(const std::vector<std::string>& calls, const std::string& begin) {
  const auto found =
      std::find_if(calls.begin(), calls.end(), [&](const auto& call) { return is(call, begin); });
  return found == calls.end() ? -1 : found - calls.begin();
}

std::ptrdiff_t last_place(const std::vector<std::string>& calls, const std::string& begin) {
  std::ptrdiff_t last = -1;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (is(calls[i], begin)) last = static_cast<std::ptrdiff_t>(i);
  }
  return last;
}

RecordBuffer one_allocation(const FakeCupti& fake) {
  RecordBuffer buffer = fake.buffer();
  buffer.add(test::memory_record(true, 1, 10, 100));
  return buffer;
}

const std::set<int> kKinds{1, 2, 4, 5, 10, 39, 49, 50};

}  // namespace

TEST_CASE("begin: subscribe, attributes, clock, callbacks, kinds; then single calls are silenced") {
  FakeCupti fake;
  const Collector collector = make(fake);
  const auto calls = fake.calls();
  std::vector<std::ptrdiff_t> order;
  for (const char* call : {"subscribe", "attribute 5 1", "attribute 8 1", "thread_id_type 1",
                           "register_clock", "register_callbacks", "enable 39", "enable 49",
                           "enable 50", "enable 10", "enable 1", "enable 2", "enable 5", "enable 4",
                           "watch 1 547", "watch 6 1", "runtime_api", "driver_api"}) {
    CAPTURE(call);
    CHECK(place(calls, call) >= 0);
    order.push_back(place(calls, call));
  }
  CHECK(std::is_sorted(order.begin(), order.end()));
  CHECK(fake.enabled() == kKinds);  // neither 3 (serialises kernels) nor 45 (counts twice)
}

TEST_CASE("begin: an older library has neither state callbacks nor silenced calls, and no clock") {
  FakeCupti fake({nullptr, 20});
  CuptiApi api = fake.api();
  api.enable_runtime_api = nullptr;
  api.enable_driver_api = nullptr;
  api.register_timestamp_callback = nullptr;
  std::map<std::string, std::string> facts;
  Collector collector = CollectorMaker::make(api,
                                             [&](const records::Batch& batch) {
                                               for (const auto& [key, value] : batch.facts)
                                                 facts[key] = value;
                                             },
                                             {});
  CHECK(place(fake.calls(), "watch 6") == -1);
  CHECK(place(fake.calls(), "runtime_api") == -1);
  CHECK(collector.now() == 0);  // the double's clock stands still
  CHECK(collector.stop({}) == CollectorCounters{});
  CHECK(facts["clock"] == "CUPTI's (CLOCK_REALTIME)");
  CHECK(facts["origin_ns"] == "5000000");
}

TEST_CASE("begin: a call that fails undoes what was done and says what to do") {
  const auto failure = [](const std::string& call, CUptiResult status) -> std::string {
    FakeCupti fake;
    fake.failures[call] = status;
    bool asked = false;
    std::string words;
    try {
      make(fake, [&](const records::Batch&) { asked = true; });
    } catch (const CuptiError& error) {
      words = error.what();
    }
    CHECK(fake.enabled().empty());
    CHECK_FALSE(asked);
    const auto calls = fake.calls();
    CHECK((place(calls, "unsubscribe") >= 0) == (call != "subscribe"));
    CHECK(last_place(calls, "disable") <= place(calls, "unsubscribe"));
    // Nothing is left of it: another one can begin.
    fake.failures.clear();
    make(fake);
    return words;
  };
  CHECK(failure("subscribe", CUPTI_ERROR_MULTIPLE_SUBSCRIBERS_NOT_SUPPORTED) ==
        "cuptiSubscribe: CUPTI_ERROR_MULTIPLE_SUBSCRIBERS_NOT_SUPPORTED (39); another tool is "
        "attached to this process (nsys, ncu, a debugger, another profiler): run without it");
  CHECK_THAT(
      failure("enable 50", CUPTI_ERROR_INSUFFICIENT_PRIVILEGES),
      test::contains("cuptiActivityEnable(50): CUPTI_ERROR_INSUFFICIENT_PRIVILEGES (35); ") &&
          test::contains("administrators"));
  CHECK_THAT(failure("enable 39", CUPTI_ERROR_INVALID_KIND), test::contains("(21)"));
  CHECK_THAT(failure("register_callbacks", CUPTI_ERROR_UNKNOWN), test::contains("(999)"));
}

TEST_CASE("begin: what only makes a capture worse is counted") {
  FakeCupti fake;
  fake.failures["attribute 8 1"] = CUPTI_ERROR_NOT_SUPPORTED;
  fake.failures["watch 1 549"] = CUPTI_ERROR_UNKNOWN;
  std::map<std::string, std::string> facts;
  Collector collector = make(fake, [&](const records::Batch& batch) {
    for (const auto& [key, value] : batch.facts) facts[key] = value;
  });
  CHECK(collector.stop({}).failed_calls == 2);
  CHECK(
      facts.contains("failed: cuptiActivitySetAttribute(MEM_ALLOCATION_TYPE_HOST_PINNED): "
                     "CUPTI_ERROR_OTHER (27)"));
  CHECK(place(fake.calls(), "unwatch 1 549") == -1);
}

TEST_CASE("begin: one collector at a time") {
  FakeCupti fake;
  const Collector collector = make(fake);
  CHECK_THROWS_AS(make(fake), std::logic_error);
  CHECK(fake.enabled() == kKinds);
}

TEST_CASE("end: synchronise, flush, disable, forced flush, unsubscribe; the last buffers are in") {
  FakeCupti fake;
  std::size_t rows = 0;
  Collector collector =
      make(fake, [&](const records::Batch& batch) { rows += batch.memory.size(); });
  std::vector<std::string> before;
  fake.keep_for_flush(one_allocation(fake), false);
  fake.keep_for_flush(one_allocation(fake), true);
  collector.stop([&] { before = fake.calls(); });
  CHECK(rows == 2);
  CHECK(place(before, "flush") == -1);
  const auto calls = fake.calls();
  std::vector<std::ptrdiff_t> order;
  for (const char* call : {"flush 0", "disable", "flush 1", "unsubscribe"}) {
    CAPTURE(call);
    CHECK(place(calls, call) >= 0);
    order.push_back(place(calls, call));
  }
  CHECK(std::is_sorted(order.begin(), order.end()));
  CHECK(last_place(calls, "disable") < place(calls, "flush 1"));
  CHECK(last_place(calls, "get_dropped") > place(calls, "flush 1"));
  CHECK(last_place(calls, "get_dropped") < place(calls, "unsubscribe"));
  CHECK(fake.enabled().empty());
  CHECK(last_place(calls, "unwatch") < place(calls, "flush 1"));
  CHECK(fake.complaints().empty());
}

TEST_CASE("end: what is dropped after the last buffer is counted too") {
  FakeCupti fake;
  Collector collector = make(fake);
  fake.drop(3);
  CHECK(collector.stop({}).dropped == 3);
}

TEST_CASE("end: without stop the destructor ends all the same, and only once") {
  FakeCupti fake;
  std::size_t rows = 0;
  {
    Collector collector =
        make(fake, [&](const records::Batch& batch) { rows += batch.memory.size(); });
    fake.keep_for_flush(one_allocation(fake), true);
    const Collector moved = std::move(collector);
  }
  CHECK(rows == 1);
  CHECK(place(fake.calls(), "unsubscribe") == last_place(fake.calls(), "unsubscribe"));
}

TEST_CASE("end: a synchronisation that fails does not lose the capture") {
  FakeCupti fake;
  std::size_t rows = 0;
  Collector collector =
      make(fake, [&](const records::Batch& batch) { rows += batch.memory.size(); });
  fake.keep_for_flush(one_allocation(fake), true);
  CHECK_THROWS_WITH(collector.stop([] { throw std::runtime_error("an illegal address"); }),
                    "an illegal address");
  CHECK(rows == 1);
  CHECK(fake.enabled().empty());
}

TEST_CASE("end: what the sink throws comes out, and what it did not take is counted") {
  FakeCupti fake;
  Collector collector = make(fake, [](const records::Batch& batch) {
    if (!batch.memory.empty()) throw std::runtime_error("the disk is full");
  });
  fake.deliver_elsewhere(one_allocation(fake));
  CHECK_THROWS_WITH(collector.flush(), "the disk is full");
  fake.deliver_elsewhere(one_allocation(fake));
  CHECK_THROWS_WITH(collector.stop({}), "the disk is full");
  CHECK(collector.counters().unwritten >= 2);
  CHECK(fake.enabled().empty());
}

TEST_CASE("end: a program that exits without an end is ended all the same") {
  const test::TemporaryFile file;
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    FakeCupti fake;
    const sqlite::Database database = test::open_database(file.path());
    records::Writer writer(database);
    const Collector collector =
        make(fake, [&](const records::Batch& batch) { writer.write(batch); });
    fake.keep_for_flush(one_allocation(fake), true);
    std::exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(status == 0);
  const sqlite::Database database = test::open_database(file.path());
  CHECK(test::value(database, "SELECT count(*) FROM CUDA_GPU_MEMORY_USAGE_EVENTS") == "1");
  CHECK(test::fact(database, "complete") == "yes");
}

TEST_CASE("end: buffers for which there is no memory are counted") {
  FakeCupti fake;
  CollectorOptions options;
  options.buffer_bytes = std::size_t{1} << 60;
  Collector collector = CollectorMaker::make(
      fake.api(), [](const records::Batch&) {}, options);
  fake.deliver_elsewhere(one_allocation(fake));
  fake.deliver_elsewhere(one_allocation(fake));
  CHECK(fake.complaints() == std::vector<std::string>{"no buffer", "no buffer"});
  CHECK(collector.stop({}).refused == 2);
}

TEST_CASE("end: buffers that CUPTI asks for or gives back afterwards harm nobody") {
  FakeCupti fake;
  std::size_t rows = 0;
  {
    Collector collector =
        make(fake, [&](const records::Batch& batch) { rows += batch.memory.size(); });
    collector.stop({});
    fake.deliver_elsewhere(one_allocation(fake));
  }
  fake.deliver_elsewhere(one_allocation(fake));
  CHECK(rows == 0);
}

TEST_CASE("end: a buffer of one collector may come back to the next, which has larger ones") {
  FakeCupti fake;
  FakeCupti::Asked early{};
  {
    const Collector first = make(fake);
    early = fake.ask();
  }
  std::size_t rows = 0;
  CollectorOptions options;
  options.buffer_bytes = 256 << 10;
  Collector second = CollectorMaker::make(
      fake.api(), [&](const records::Batch& batch) { rows += batch.memory.size(); }, options);
  fake.hand_back(early, one_allocation(fake));
  second.flush();
  fake.deliver_elsewhere(one_allocation(fake));
  CHECK(second.stop({}) == CollectorCounters{});
  CHECK(rows == 2);
  CHECK(fake.complaints().empty());
}

TEST_CASE("end: buffers may come while it ends") {
  FakeCupti fake;
  std::size_t rows = 0;
  Collector collector =
      make(fake, [&](const records::Batch& batch) { rows += batch.memory.size(); });
  std::atomic<bool> done = false;
  std::atomic<int> delivered = 0;
  std::thread traffic([&] {
    for (; !done; ++delivered) fake.deliver(one_allocation(fake));
  });
  while (delivered == 0) std::this_thread::yield();
  for (int i = 0; i < 20; ++i) collector.flush();
  collector.stop({});
  done = true;
  traffic.join();
  CHECK(rows > 0);
}

}  // namespace kvf::capture
