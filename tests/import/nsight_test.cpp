// Exports of Nsight Systems and run files, made here with SQLite.
#include <sqlite3.h>

#include <fstream>
#include <limits>

#include "tests/catch.h"
#include "tests/import/made_traces.h"
#include "timeline/sqlite.h"

using namespace kvf;
using namespace kvf::test;

namespace {

const std::string kTable =
    "CREATE TABLE CUDA_GPU_MEMORY_USAGE_EVENTS (start INTEGER NOT NULL, globalPid INTEGER NOT "
    "NULL, "
    "deviceId INTEGER NOT NULL, contextId INTEGER NOT NULL, address INTEGER NOT NULL, bytes "
    "INTEGER "
    "NOT NULL, memKind INTEGER NOT NULL, memoryOperationType INTEGER NOT NULL, name TEXT, "
    "correlationId INTEGER, streamId INTEGER, localMemoryPoolAddress INTEGER, "
    "localMemoryPoolReleaseThreshold INTEGER, localMemoryPoolSize INTEGER, "
    "localMemoryPoolUtilizedSize INTEGER);";

void execute(const TemporaryFile& file, const std::string& sql) {
  std::filesystem::remove(file.path());
  const sqlite::Database database(file.path(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, 1 << 20);
  database.execute(sql);
}

Recording read(const std::string& sql) {
  const TemporaryFile file("", "sqlite");
  execute(file, sql);
  return traces::read_recording(file.path());
}

std::string why(const std::string& sql) {
  try {
    read(sql);
  } catch (const traces::ImportError& error) {
    return error.what();
  }
  return "";
}

// start, device, address, bytes, kind, operation
std::string row(const std::string& values, const std::string& pool = "NULL, NULL, NULL, NULL",
                const std::string& process = "16777216") {
  const std::size_t device = values.find(',') + 1;
  const std::size_t address = values.find(',', device) + 1;
  return "INSERT INTO CUDA_GPU_MEMORY_USAGE_EVENTS SELECT " + values.substr(0, device) + process +
         "," + values.substr(device, address - device) + " 1," + values.substr(address) +
         ", NULL, 5, 7, " + pool + ";";
}

}  // namespace

TEST_CASE("allocations and releases by device", "[nsight]") {
  const Recording recording =
      read(kTable + row("1000, 0, 4096, 512, 2, 0") + row("1500, 1, 4096, 256, 4, 0") +
           row("1600, 0, 8192, 64, 1, 0") + row("2000, 0, 4096, 512, 2, 1") +
           row("2100, 0, -256, 100, 2, 0"));  // an address above 2^63
  CHECK(recording.format == "nsight-systems");
  CHECK(recording.counters == RecordingCounters());
  REQUIRE(recording.devices.size() == 3);
  CHECK(recording.zero_ns == 1000);
  CHECK(recording.devices[0].device == "cpu");
  CHECK(recording.devices[0].events == std::vector<MemoryEvent>{{600, 8192, 64}});
  CHECK(recording.devices[1].device == "cuda:0");
  CHECK(recording.devices[1].events == std::vector<MemoryEvent>{{0, 4096, 512},
                                                                {1000, 4096, -512},
                                                                {1100, 0xFFFFFFFFFFFFFF00, 100}});
  CHECK(recording.devices[1].reserved.empty());
  CHECK(recording.devices[2].device == "cuda:1");
}

TEST_CASE("pools are what is reserved, beside what is allocated outside of them", "[nsight]") {
  const Recording recording =
      read(kTable + row("1, 0, 4096, 512, 2, 0", "77, 0, 2048, 512") +
           row("2, 0, 8192, 100, 2, 0") + row("3, 0, 5000, 2000, 2, 0", "77, 0, 4096, 2512") +
           row("4, 0, 90000, 10, 2, 0", "78, 0, 1024, 10") + row("5, 0, 8192, 100, 2, 1") +
           row("6, 0, 4096, 512, 2, 1", "77, 0, 0, 2000"));
  CHECK(recording.counters == RecordingCounters());
  CHECK(
      recording.devices[0].reserved ==
      std::vector<MemorySample>{{0, 2048}, {1, 2148}, {2, 4196}, {3, 5220}, {4, 5120}, {5, 1024}});
}

TEST_CASE("each process has addresses of its own", "[nsight]") {
  const Recording recording =
      read(kTable + row("1, 0, 4096, 512, 2, 0", "NULL, NULL, NULL, NULL", "16777216") +
           row("2, 0, 4096, 512, 2, 0", "NULL, NULL, NULL, NULL", "33554432"));
  CHECK(recording.counters == RecordingCounters());
  REQUIRE(recording.devices.size() == 2);
  CHECK(recording.devices[0].device == "cuda:0/process 1");
  CHECK(recording.devices[1].device == "cuda:0/process 2");
}

TEST_CASE("columns that may be missing", "[nsight]") {
  const Recording recording = read(
      "CREATE TABLE CUDA_GPU_MEMORY_USAGE_EVENTS (memoryOperationType, bytes, address, start);"
      "INSERT INTO CUDA_GPU_MEMORY_USAGE_EVENTS VALUES (0, 512, 4096, 1), (1, 512, 4096, 2);");
  CHECK(recording.devices.at(0).device == "cuda:0");
  CHECK(recording.devices[0].events.size() == 2);
  CHECK_THAT(why("CREATE TABLE CUDA_GPU_MEMORY_USAGE_EVENTS (start, bytes, address)"),
             contains("without the column memoryOperationType"));
}

TEST_CASE("a database without the table of memory", "[nsight]") {
  const Recording recording = read("CREATE TABLE StringIds (id, value)");
  CHECK(recording.devices.empty());
  CHECK(recording.counters == RecordingCounters());
  CHECK(read("CREATE VIEW CUDA_GPU_MEMORY_USAGE_EVENTS AS SELECT 1 AS start").devices.empty());
}

TEST_CASE("ranges of NVTX", "[nsight]") {
  const std::string text =
      "CREATE TABLE NVTX_EVENTS (start, end, eventType, text, textId);"
      "CREATE TABLE StringIds (id INTEGER PRIMARY KEY, value TEXT);"
      "INSERT INTO StringIds VALUES (3, 'decode 0');"
      "INSERT INTO NVTX_EVENTS VALUES (200, 300, 59, NULL, 3), (100, 200, 59, 'prefill', NULL),"
      " (110, 120, 60, 'inner', 3), (110, NULL, 34, 'mark', NULL), (5, 6, 59, NULL, 9),"
      " (9, 8, 59, 'backwards', NULL), ('x', 8, 59, 'no time', NULL);";
  const Recording recording = read(text);
  CHECK(recording.spans ==
        std::vector<Span>{{"prefill", 0, 100}, {"inner", 10, 20}, {"decode 0", 100, 200}});
}

TEST_CASE("what is wrong in an export is counted", "[nsight]") {
  const auto counters = [](const std::string& rows) { return read(kTable + rows).counters; };
  const std::string first = row("1, 0, 4096, 512, 2, 0");
  CHECK(counters(first + row("2, 0, 4096, 512, 2, 0")).double_allocation == 1);
  CHECK(counters(first + row("2, 0, 4096, 511, 2, 1")).unmatched_free == 1);
  CHECK(counters(first + row("2, 0, 4097, 512, 2, 1")).unmatched_free == 1);
  CHECK(counters(row("2, 0, 4096, 512, 2, 1") + first).out_of_order == 1);
  CHECK(counters(first + row("2, 0, 4096, 512, 7, 1")).unknown == 1);
  CHECK(counters(first + row("2, 0, 4096, 512, 2, 2")).unknown == 1);
  CHECK(counters(first + row("2, 0, 4096, -512, 2, 1")).unknown == 1);
  CHECK(counters(first + row("'x', 0, 4096, 512, 2, 1")).unknown == 1);
  CHECK(counters(first + row("9223372036854775807, 0, 4096, 512, 2, 1")).unknown == 1);
  CHECK(counters("CREATE TABLE DIAGNOSTIC_EVENT (text);"
                 "INSERT INTO DIAGNOSTIC_EVENT VALUES ('Not all CUDA events might have been "
                 "collected.'), ('Not all NVTX events might have been collected.'),"
                 " ('Number of CUDA events collected: 61.');")
            .dropped == 1);
}

TEST_CASE("run files use the same tables", "[nsight]") {
  const std::string own = "PRAGMA application_id = 1263945296; PRAGMA user_version = 1;";  // "KVFP"
  const Recording recording = read(own + kTable + row("1, 0, 4096, 512, 2, 0"));
  CHECK(recording.format == "kvfootprint");
  CHECK(recording.devices.at(0).events.size() == 1);
  // Whose writer was killed.
  const std::string meta =
      "CREATE TABLE meta (key TEXT, value TEXT); INSERT INTO meta VALUES ('complete', ";
  const std::string events = own + kTable + row("1, 0, 4096, 512, 2, 0");
  CHECK(read(events + meta + "'yes');").counters == RecordingCounters{});
  CHECK(read(events + meta + "'no');").counters.truncated == 1);
  CHECK_THAT(why("PRAGMA application_id = 1263945296; PRAGMA user_version = 99;" + kTable),
             contains("newer kvfootprint"));
}

TEST_CASE("a database that ends anywhere is refused as truncated", "[nsight]") {
  std::string rows;
  for (int i = 0; i < 400; ++i)
    rows += row(std::to_string(i) + ", 0, " + std::to_string(i * 512) + ", 512, 2, 0");
  const TemporaryFile file("", "sqlite");
  execute(file, "BEGIN;" + kTable + rows + "COMMIT;");
  std::ifstream stream(file.path(), std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(stream)), {});
  for (std::size_t size = 16; size < bytes.size(); size += 1021) {
    try {
      read_bytes(std::string_view(bytes).substr(0, size));
      FAIL(size);
    } catch (const traces::ImportError& error) {
      CHECK(error.counters.truncated == 1);
      CHECK_THAT(error.what(), contains("is cut short: it has " + std::to_string(size)));
    }
  }
  CHECK_THAT(refusal(gzip(bytes)), contains("unpack it first"));
}

TEST_CASE("pages of 64 KiB, whose size is written as 1", "[nsight]") {
  const TemporaryFile file("", "sqlite");
  execute(file, "PRAGMA page_size = 65536;" + kTable);
  CHECK(traces::read_recording(file.path()).counters == RecordingCounters());
  std::filesystem::resize_file(file.path(), 65536);
  CHECK_THROWS_WITH(traces::read_recording(file.path()),
                    contains("is cut short: it has 65536 of 131072 bytes"));
}
