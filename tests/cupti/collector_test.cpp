// From CUPTI's callbacks to a file: nothing is lost, and what is lost is counted.
#include <atomic>
#include <chrono>
#include <ctime>
#include <thread>

#include "tests/catch.h"
#include "tests/cupti/fake_cupti.h"
#include "tests/cupti/rows.h"
#include "timeline/records_writer.h"

namespace kvf::capture {
namespace {

using test::fact;
using test::FakeCupti;
using test::query;
using test::RecordBuffer;
using test::Rows;
using test::value;

// A collector that writes into a file of its own.
struct Capture {
  test::TemporaryFile file;
  sqlite::Database database = test::open_database(file.path());
  records::Writer writer{database};
  Collector collector;

  explicit Capture(const FakeCupti& fake, const CollectorOptions& options = small())
      : collector(CollectorMaker::make(
            fake.api(), [this](const records::Batch& batch) { writer.write(batch); }, options)) {}

  static CollectorOptions small() {
    CollectorOptions options;
    options.buffer_bytes = 16 << 10;
    return options;
  }
};

std::uint64_t now_of_cupti() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000u +
         static_cast<std::uint64_t>(time.tv_nsec);
}

}  // namespace

TEST_CASE("collector: all kinds from another thread are in the file as they were") {
  for (const test::Iterator& iterator : test::iterators()) {
    CAPTURE(iterator.version, iterator.next != nullptr);
    FakeCupti fake(iterator);
    Capture capture(fake);
    const std::uint64_t time = now_of_cupti();

    RecordBuffer buffer = fake.buffer();
    buffer.add(test::api_record(CUPTI_ACTIVITY_KIND_RUNTIME, 20, 11, time, time + 1));
    buffer.add(test::memory_record(true, 0x1000, 100, time + 2));
    buffer.add(test::memory_record(false, 0x1000, 100, time + 3));
    buffer.add(test::pool_record(CUPTI_ACTIVITY_MEMORY_POOL_OPERATION_TYPE_CREATED, time + 4));
    buffer.add(test::kernel_record("_Z1fv", time + 5, time + 6));
    buffer.add(test::memcpy_record(5000, time + 7, time + 8));
    buffer.add(test::memset_record(6000, time + 9, time + 10));
    buffer.add(test::api_record(CUPTI_ACTIVITY_KIND_DRIVER, 243, 16, time + 11, time + 12));
    buffer.add(test::correlation_record(1, 11));
    fake.deliver_elsewhere(buffer);
    CHECK(capture.collector.stop({}) == CollectorCounters{});

    const sqlite::Database& d = capture.database;
    const auto origin = std::stoull(fact(d, "origin_ns"));
    const auto at = [&](std::uint64_t offset) { return std::to_string(time + offset - origin); };
    CHECK(query(d,
                "SELECT start, address, bytes, memKind, memoryOperationType, correlationId, "
                "globalPid / 0x1000000 % 0x1000000, deviceId, streamId "
                "FROM CUDA_GPU_MEMORY_USAGE_EVENTS ORDER BY start") ==
          Rows{{at(2), "4096", "100", "2", "0", "11", "77", "1", "NULL"},
               {at(3), "4096", "100", "2", "1", "11", "77", "1", "NULL"}});
    CHECK(query(d,
                "SELECT start, operationType, localMemoryPoolReleaseThreshold "
                "FROM CUDA_GPU_MEMORY_POOL_EVENTS") == Rows{{at(4), "1", "-1"}});
    CHECK(query(d,
                "SELECT start, \"end\", d.value, s.value, m.value, gridX, blockX "
                "FROM CUPTI_ACTIVITY_KIND_KERNEL JOIN StringIds d ON d.id = demangledName "
                "JOIN StringIds s ON s.id = shortName JOIN StringIds m ON m.id = mangledName") ==
          Rows{{at(5), at(6), "f()", "f", "_Z1fv", "3", "128"}});
    CHECK(query(d,
                "SELECT start, bytes, copyKind, srcKind, dstKind "
                "FROM CUPTI_ACTIVITY_KIND_MEMCPY") == Rows{{at(7), "5000", "1", "1", "2"}});
    CHECK(query(d, "SELECT start, bytes, value, memKind FROM CUPTI_ACTIVITY_KIND_MEMSET") ==
          Rows{{at(9), "6000", "255", "2"}});
    CHECK(query(d,
                "SELECT start, eventClass, value, returnValue, globalTid % 0x1000000 "
                "FROM CUPTI_ACTIVITY_KIND_RUNTIME JOIN StringIds ON id = nameId "
                "ORDER BY start") == Rows{{at(0), "0", "cudaMalloc_v3020", "2", "78"},
                                          {at(11), "1", "cuMemAlloc_v2", "2", "78"}});
    CHECK(query(d, "SELECT * FROM KVF_RAW_EXTERNAL_CORRELATION") == Rows{{"3", "1", "11"}});
    CHECK(fact(d, "records") == "9");
    CHECK(fact(d, "complete") == "yes");
    CHECK(fake.complaints().empty());
  }
}

TEST_CASE(
    "collector: many buffers of several threads, flushes meanwhile, and not one record less") {
  constexpr int kThreads = 4, kBuffers = 60;
  for (const test::Iterator& iterator : test::iterators()) {
    CAPTURE(iterator.version, iterator.next != nullptr);
    FakeCupti fake(iterator);
    Capture capture(fake);
    // As many as fit; each with an address of its own.
    const std::size_t size = record_size(CUPTI_ACTIVITY_KIND_MEMORY2, iterator.version);
    const std::size_t in_buffer = (16 << 10) / size;
    const auto fill = [&](int thread, int buffer_number) {
      RecordBuffer buffer = fake.buffer();
      for (std::size_t i = 0; i < in_buffer; ++i) {
        const auto number = (static_cast<std::uint64_t>(thread) * kBuffers +
                             static_cast<std::uint64_t>(buffer_number)) *
                                in_buffer +
                            i;
        buffer.add(test::memory_record(i % 3 != 0, number, number % 1000, now_of_cupti()));
      }
      return buffer;
    };
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        for (int b = 0; b < kBuffers; ++b) {
          if (b % 7 == 0) fake.drop(2);
          fake.deliver(fill(thread, b));
          if (b % 20 == 3) fake.deliver(fake.buffer());  // CUPTI had nothing to put in
        }
      });
    }
    // Counters may be asked at any time.
    std::atomic<bool> done = false;
    threads.emplace_back([&] {
      while (!done) static_cast<void>(capture.collector.counters());
    });
    for (int i = 0; i < 5; ++i) capture.collector.flush();
    for (int i = 0; i < kThreads; ++i) threads[static_cast<std::size_t>(i)].join();
    done = true;
    threads.back().join();
    const CollectorCounters counters = capture.collector.stop({});

    const std::uint64_t total = kThreads * kBuffers * in_buffer;
    const sqlite::Database& d = capture.database;
    CHECK(query(d,
                "SELECT count(*), count(DISTINCT address), min(address), max(address), "
                "sum(bytes = address % 1000), sum(memoryOperationType = (address % " +
                    std::to_string(in_buffer) + " % 3 = 0)) FROM CUDA_GPU_MEMORY_USAGE_EVENTS") ==
          Rows{{std::to_string(total), std::to_string(total), "0", std::to_string(total - 1),
                std::to_string(total), std::to_string(total)}});
    CollectorCounters expected;
    expected.dropped = kThreads * ((kBuffers + 6) / 7) * 2;
    CHECK(counters == expected);
    CHECK(fact(d, "dropped") == std::to_string(expected.dropped));
    CHECK(fact(d, "records") == std::to_string(total));
    CHECK(fact(d, "buffers") == std::to_string(kThreads * (kBuffers + kBuffers / 20)));
    CHECK(fake.complaints().empty());
  }
}

TEST_CASE("collector: what is wrong is counted in the file") {
  FakeCupti fake;
  Capture capture(fake);
  RecordBuffer buffer = fake.buffer();
  CUpti_ActivitySynchronization sync{};
  sync.kind = CUPTI_ACTIVITY_KIND_SYNCHRONIZATION;
  buffer.add(sync);
  buffer.add(test::kernel_record("f", 0, 0));
  buffer.add(test::kernel_record("f", 0, 0));
  buffer.add(test::memcpy_record(1, 9, 3));
  auto strange = test::memory_record(true, 1, 1, 1);
  strange.memoryOperationType = static_cast<CUpti_ActivityMemoryOperationType>(5);
  buffer.add(strange);
  buffer.bytes.resize(buffer.bytes.size() + 8);  // kind 0
  fake.drop(7);
  fake.deliver_elsewhere(buffer);
  fake.failures["flush 1"] = CUPTI_ERROR_UNKNOWN;
  const CollectorCounters counters = capture.collector.stop({});
  CollectorCounters expected;
  expected.dropped = 7;
  expected.unknown_kinds = 1;
  expected.zero_times = 2;
  expected.reversed_times = 1;
  expected.unknown_values = 1;
  expected.invalid = 1;
  expected.failed_calls = 1;
  CHECK(counters == expected);
  const sqlite::Database& d = capture.database;
  CHECK(query(d,
              "SELECT key, value FROM KVF_CAPTURE WHERE key IN ('dropped', 'discarded', "
              "'unwritten', 'refused', 'unknown_kinds', 'unknown_values', 'invalid', "
              "'iterator_errors', 'zero_times', 'reversed_times', 'failed_calls', "
              "'fatal_errors') ORDER BY key") == Rows{{"discarded", "0"},
                                                      {"dropped", "7"},
                                                      {"failed_calls", "1"},
                                                      {"fatal_errors", "0"},
                                                      {"invalid", "1"},
                                                      {"iterator_errors", "0"},
                                                      {"refused", "0"},
                                                      {"reversed_times", "1"},
                                                      {"unknown_kinds", "1"},
                                                      {"unknown_values", "1"},
                                                      {"unwritten", "0"},
                                                      {"zero_times", "2"}});
  CHECK(fact(d, "unknown_kind_38") == "1");
  CHECK(fact(d, "failed: cuptiActivityFlushAll(FORCED): CUPTI_ERROR_OTHER (999)") == "1");
}

TEST_CASE("collector: buffers that come faster than they are read are discarded and counted") {
  FakeCupti fake;
  std::mutex gate;
  std::size_t rows = 0;
  CollectorOptions options = Capture::small();
  options.queued_bytes = 2 * options.buffer_bytes;
  std::unique_lock closed(gate);
  std::atomic<bool> at_gate = false;
  Collector collector = CollectorMaker::make(
      fake.api(),
      [&](const records::Batch& batch) {
        at_gate = true;
        const std::lock_guard lock(gate);
        rows += batch.memory.size();
      },
      options);
  RecordBuffer buffer = fake.buffer();
  for (int i = 0; i < 10; ++i) buffer.add(test::memory_record(true, 1, 1, 1));
  // One stands at the gate, read; two wait, which is all that may.
  fake.deliver_elsewhere(buffer);
  while (!at_gate) std::this_thread::yield();
  for (int i = 1; i < 20; ++i) fake.deliver_elsewhere(buffer);
  closed.unlock();
  const CollectorCounters counters = collector.stop({});
  CHECK(counters.discarded == 170);
  CHECK(static_cast<std::int64_t>(rows) + counters.discarded == 200);
  CHECK(fake.complaints().empty());
}

TEST_CASE("collector: what was read makes room for more") {
  FakeCupti fake;
  CollectorOptions options = Capture::small();
  options.queued_bytes = 2 * options.buffer_bytes;
  Capture capture(fake, options);
  RecordBuffer buffer = fake.buffer();
  buffer.add(test::memory_record(true, 1, 1, 1));
  for (int i = 0; i < 20; ++i) {
    fake.deliver_elsewhere(buffer);
    capture.collector.flush();
  }
  CHECK(capture.collector.stop({}) == CollectorCounters{});
  CHECK(fact(capture.database, "records") == "20");
}

TEST_CASE("collector: dropped records are in the file with the next buffer, not only at the end") {
  FakeCupti fake;
  Capture capture(fake);
  RecordBuffer buffer = fake.buffer();
  buffer.add(test::memory_record(true, 1, 1, 1));
  fake.drop(5);
  fake.deliver_elsewhere(buffer);
  capture.collector.flush();
  CHECK(fact(capture.database, "dropped") == "5");
}

TEST_CASE("collector: facts say what was collected, how and by what") {
  FakeCupti fake({nullptr, 26});
  CollectorOptions options = Capture::small();
  options.facts = {{"gpu_name", "A GPU"}, {"baseline_free_bytes", "123"}};
  Capture capture(fake, options);
  capture.collector.flush();
  const sqlite::Database& d = capture.database;
  CHECK(query(d, "SELECT name FROM sqlite_master WHERE type = 'table'").empty());  // nothing yet
  records::Batch more;
  more.facts.push_back({"gpu_uuid", "GPU-1"});
  more.samples.push_back({capture.collector.now(), "cuda:0", 1, 2, 3, "cudaMemGetInfo"});
  capture.collector.add(more);
  capture.collector.flush();
  CHECK(fact(d, "gpu_name") == "A GPU");
  CHECK(fact(d, "gpu_uuid") == "GPU-1");
  CHECK(fact(d, "baseline_free_bytes") == "123");
  CHECK(fact(d, "source") == "cuda");
  CHECK(fact(d, "process") == std::to_string(getpid()));
  CHECK(fact(d, "cupti_runtime_version") == "26");
  CHECK(fact(d, "cupti_compile_version") == std::to_string(CUPTI_API_VERSION));
  CHECK(fact(d, "clock") == "CLOCK_MONOTONIC");
  CHECK(fact(d, "buffer_bytes") == "16384");
  CHECK_THAT(fact(d, "kinds"), test::contains("MEMORY2"));
  CHECK(fact(d, "complete") == "no");
  CHECK(std::stoll(value(d, "SELECT time FROM KVF_DEVICE_SAMPLES")) > 0);
  const std::int64_t before = capture.collector.now();
  capture.collector.stop({});
  CHECK(fact(d, "complete") == "yes");
  // Both moments on all clocks; this one is CUPTI's.
  const auto number = [&](const char* key) { return std::stoll(fact(d, key)); };
  CHECK(number("origin_ns") == number("origin_monotonic_ns"));
  CHECK(number("end_ns") >= number("origin_ns") + before);
  CHECK(number("end_monotonic_ns") >= number("end_ns"));
  CHECK(number("end_realtime_ns") > number("origin_realtime_ns"));
}

TEST_CASE("collector: ranges name what a thread does, and CUPTI knows the innermost") {
  FakeCupti fake;
  Capture capture(fake);
  {
    const auto phase = capture.collector.range("decode");
    { const auto pass = capture.collector.range("pass 0"); }
    std::thread([&] { const auto other = capture.collector.range("elsewhere"); }).join();
    { const auto pass = capture.collector.range("pass 1"); }
  }
  const CollectorCounters counters = capture.collector.stop({});
  CHECK(counters == CollectorCounters{});
  const sqlite::Database& d = capture.database;
  CHECK(query(d, "SELECT text, rangeId, eventType FROM NVTX_EVENTS ORDER BY rangeId") ==
        Rows{{"decode", "1", "59"},
             {"pass 0", "2", "59"},
             {"elsewhere", "3", "59"},
             {"pass 1", "4", "59"}});
  CHECK(value(d, "SELECT count(DISTINCT globalTid) FROM NVTX_EVENTS") == "2");
  CHECK(value(d, "SELECT count(*) FROM NVTX_EVENTS WHERE \"end\" >= start AND start >= 0") == "4");
  CHECK(value(d,
              "SELECT count(*) FROM NVTX_EVENTS p JOIN NVTX_EVENTS i WHERE p.text = 'decode' "
              "AND i.start >= p.start AND i.\"end\" <= p.\"end\"") == "4");
  std::vector<std::string> stack;
  for (const std::string& call : fake.calls()) {
    if (call.starts_with("push") || call.starts_with("pop")) stack.push_back(call);
  }
  CHECK(stack == std::vector<std::string>{"push 1", "push 2", "pop 2", "push 3", "pop 3", "push 4",
                                          "pop 4", "pop 1"});
}

TEST_CASE("collector: an allocation is found by its pass, as docs/records.md shows") {
  FakeCupti fake;
  Capture capture(fake);
  for (std::uint32_t pass = 0; pass < 3; ++pass) {
    const auto range = capture.collector.range("pass " + std::to_string(pass));
    RecordBuffer buffer = fake.buffer();
    for (std::uint32_t i = 0; i <= pass; ++i) {
      const std::uint32_t correlation = 100 * pass + i + 1;
      buffer.add(test::correlation_record(pass + 1, correlation));
      auto record = test::memory_record(i != 2, 1, 10, now_of_cupti());
      record.correlationId = correlation;
      buffer.add(record);
    }
    fake.deliver_elsewhere(buffer);
  }
  capture.collector.stop({});
  CHECK(query(capture.database,
              "SELECT text, sum(bytes) FROM CUDA_GPU_MEMORY_USAGE_EVENTS "
              "JOIN KVF_RAW_EXTERNAL_CORRELATION USING (correlationId) "
              "JOIN NVTX_EVENTS ON rangeId = externalId "
              "WHERE memoryOperationType = 0 GROUP BY rangeId") ==
        Rows{{"pass 0", "10"}, {"pass 1", "20"}, {"pass 2", "20"}});
}

TEST_CASE("collector: ranges that do not end in the reverse order are counted") {
  FakeCupti fake;
  Capture capture(fake);
  auto outer = std::make_unique<Collector::Range>(capture.collector.range("outer"));
  auto inner = std::make_unique<Collector::Range>(capture.collector.range("inner"));
  outer.reset();
  inner.reset();
  CHECK(capture.collector.stop({}).failed_calls == 2);
}

TEST_CASE("collector: sizes of virtual memory come by callback, when a call returns") {
  FakeCupti fake;
  Capture capture(fake);
  const cuMemUnmap_params unmap{0x5000, 4096};
  CUresult result = CUDA_SUCCESS;
  CUpti_CallbackData data{};
  data.functionParams = &unmap;
  data.functionReturnValue = &result;
  data.correlationId = 9;
  const auto call = [&](CUpti_ApiCallbackSite site, CUpti_CallbackId id) {
    data.callbackSite = site;
    std::thread([&] { fake.call_back(CUPTI_CB_DOMAIN_DRIVER_API, id, &data); }).join();
  };
  call(CUPTI_API_ENTER, CUPTI_DRIVER_TRACE_CBID_cuMemUnmap);
  call(CUPTI_API_EXIT, CUPTI_DRIVER_TRACE_CBID_cuMemUnmap);
  call(CUPTI_API_EXIT, CUPTI_DRIVER_TRACE_CBID_cuMemAlloc_v2);
  capture.collector.flush();
  CHECK(query(capture.database,
              "SELECT operation, address, bytes, correlationId, returnValue, "
              "start >= 0, globalTid >> 24 & 0xffffff FROM KVF_VMM_EVENTS") ==
        Rows{{"4", "20480", "4096", "9", "0", "1", std::to_string(getpid())}});
  constexpr int kMany = 10'000;  // more than wait for a batch
  for (int i = 0; i < kMany; ++i) {
    fake.call_back(CUPTI_CB_DOMAIN_DRIVER_API, CUPTI_DRIVER_TRACE_CBID_cuMemUnmap, &data);
  }
  capture.collector.stop({});
  CHECK(value(capture.database, "SELECT count(*) FROM KVF_VMM_EVENTS") ==
        std::to_string(kMany + 1));
}

TEST_CASE("collector: rows of callbacks and ranges do not wait for the end") {
  FakeCupti fake;
  std::atomic<std::size_t> rows = 0;
  Collector collector = CollectorMaker::make(
      fake.api(),
      [&](const records::Batch& batch) { rows += batch.vmm.size() + batch.ranges.size(); }, {});
  const auto written = [&](std::size_t count) {
    for (int i = 0; i < 2000 && rows < count; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return rows >= count;
  };
  const cuMemUnmap_params unmap{0x5000, 4096};
  CUresult result = CUDA_SUCCESS;
  CUpti_CallbackData data{};
  data.callbackSite = CUPTI_API_EXIT;
  data.functionParams = &unmap;
  data.functionReturnValue = &result;
  for (int i = 0; i < 5000; ++i) {
    fake.call_back(CUPTI_CB_DOMAIN_DRIVER_API, CUPTI_DRIVER_TRACE_CBID_cuMemUnmap, &data);
  }
  CHECK(written(4096));
  for (int i = 0; i < 5000; ++i) const auto range = collector.range("pass");
  CHECK(written(8192));
  collector.stop({});
  CHECK(rows == 10'000);
}

TEST_CASE("collector: rows of the program join those of CUPTI") {
  FakeCupti fake;
  Capture capture(fake);
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        records::Batch batch;
        batch.application.emplace_back().bytes = 2;
        capture.collector.add(std::move(batch));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  capture.collector.stop({});
  CHECK(value(capture.database, "SELECT sum(bytes) FROM KVF_APPLICATION_EVENTS") == "300");
}

#if CUPTI_API_VERSION >= 22
TEST_CASE("collector: a fatal error of CUPTI is counted with its words") {
  FakeCupti fake;
  Capture capture(fake);
  CUpti_StateData data{};
  data.notification.result = CUPTI_ERROR_UNKNOWN;
  data.notification.message = "the end";
  std::thread([&] { fake.call_back(CUPTI_CB_DOMAIN_STATE, 1, &data); }).join();
  CHECK(capture.collector.stop({}).fatal_errors == 1);
  CHECK(fact(capture.database, "failed: CUPTI: CUPTI_ERROR_OTHER (999): the end") == "1");
}
#endif

}  // namespace kvf::capture
