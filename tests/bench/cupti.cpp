// What a record of CUPTI costs the collector's own thread: read and converted, and written.
#include <benchmark/benchmark.h>
#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>

#include "profiler/capture/cupti/parser.h"
#include "profiler/capture/cupti/record_iterator.h"
#include "tests/cupti/record_buffer.h"
#include "timeline/records_writer.h"

namespace kvf::capture {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kVersion = 130001;

CuptiApi api_without_library() {
  CuptiApi api;
  api.get_callback_name = [](CUpti_CallbackDomain, std::uint32_t, const char** name) {
    *name = "cudaMallocAsync_v11020";
    return CUPTI_SUCCESS;
  };
  return api;
}

// What a block's life leaves: a call and a memory record each for its allocation and its release.
test::RecordBuffer blocks() {
  test::RecordBuffer buffer(kVersion);
  for (std::uint64_t i = 0; buffer.bytes.size() + 336 <= (4 << 20); ++i) {
    buffer.add(test::api_record(CUPTI_ACTIVITY_KIND_RUNTIME, 20, static_cast<std::uint32_t>(2 * i),
                                i * 100, i * 100 + 50));
    buffer.add(test::memory_record(true, i * 512, 512, i * 100 + 10));
    buffer.add(test::api_record(CUPTI_ACTIVITY_KIND_RUNTIME, 22,
                                static_cast<std::uint32_t>(2 * i + 1), i * 100 + 60, i * 100 + 90));
    buffer.add(test::memory_record(false, i * 512, 512, i * 100 + 70));
  }
  return buffer;
}

test::RecordBuffer kernels() {
  test::RecordBuffer buffer(kVersion);
  for (std::uint64_t i = 0; buffer.bytes.size() + 216 <= (4 << 20); ++i) {
    buffer.add(test::kernel_record("_ZN2ns15paged_attentionIfLi128EEEvPT_", i * 100, i * 100 + 50));
  }
  return buffer;
}

void parse(benchmark::State& state, test::RecordBuffer buffer, bool write) {
  const CuptiApi api = api_without_library();
  Parser parser(api, kVersion, 0);
  const fs::path file = fs::temp_directory_path() / ("kvf-bench-cupti-" + std::to_string(getpid()));
  fs::remove(file);
  {
    const sqlite::Database database(file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, 64 << 20);
    database.execute("PRAGMA synchronous = OFF");
    records::Writer writer(database);
    for (auto _ : state) {
      records::Batch rows;
      parser.parse(buffer.bytes.data(), buffer.bytes.size(), rows);
      if (write) writer.write(rows);
      benchmark::DoNotOptimize(rows);
    }
  }
  fs::remove(file);
  state.SetItemsProcessed(parser.records);
}
BENCHMARK_CAPTURE(parse, memory_and_calls, blocks(), false);
BENCHMARK_CAPTURE(parse, memory_and_calls_written, blocks(), true);
BENCHMARK_CAPTURE(parse, kernels, kernels(), false);
BENCHMARK_CAPTURE(parse, kernels_written, kernels(), true);

// What the thread pays that CUPTI hands the buffer over in, if the reader does not keep up.
void count(benchmark::State& state) {
  const CuptiApi api = api_without_library();
  test::RecordBuffer buffer = blocks();
  std::int64_t records = 0;
  for (auto _ : state) {
    records += count_records(api, kVersion, buffer.bytes.data(), buffer.bytes.size());
  }
  state.SetItemsProcessed(records);
}
BENCHMARK(count);

}  // namespace
}  // namespace kvf::capture
