// Captured records into a database: the cost of a row.
#include <benchmark/benchmark.h>
#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>

#include "timeline/records_writer.h"

namespace kvf {
namespace {

namespace fs = std::filesystem;

// A memory event, in batches of as many as a buffer of CUPTI holds. The file is on the disk of the
// temporary folder.
void write_memory_events(benchmark::State& state) {
  constexpr std::int64_t kBatch = 32'768;
  const auto events = static_cast<std::int64_t>(state.range(0));
  const fs::path file = fs::temp_directory_path() / ("kvf-bench-" + std::to_string(getpid()));
  records::Batch batch;
  for (std::int64_t i = 0; i < kBatch; ++i) {
    records::MemoryUsage& row = batch.memory.emplace_back();
    row.global_pid = records::global_pid(1234);
    row.address = 0x7f0000000000 + i * 512;
    row.pc = 0x555500001234;
    row.bytes = 512 * (1 + i % 64);
    row.kind = records::MemoryKind::device;
    row.operation = static_cast<records::MemoryOperation>(i % 2);
    row.correlation = i;
  }
  for (auto _ : state) {
    fs::remove(file);
    const sqlite::Database database(file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, 64 << 20);
    database.execute("PRAGMA synchronous = OFF");
    records::Writer writer(database);
    for (std::int64_t written = 0; written < events; written += kBatch) {
      for (std::int64_t i = 0; i < kBatch; ++i) {
        batch.memory[static_cast<std::size_t>(i)].start = (written + i) * 1000;
      }
      writer.write(batch);
    }
  }
  state.SetItemsProcessed(state.iterations() * events);
  state.counters["bytes_a_row"] =
      static_cast<double>(fs::file_size(file)) / static_cast<double>(events);
  fs::remove(file);
}
BENCHMARK(write_memory_events)->Arg(1 << 20)->Unit(benchmark::kMillisecond);
BENCHMARK(write_memory_events)->Arg(10'000'000)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kvf
