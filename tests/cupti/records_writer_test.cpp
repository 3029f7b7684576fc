// Tables of captured records, written and read back by SQL.
#include "timeline/records_writer.h"

#include <signal.h>
#include <sys/wait.h>

#include <thread>

#include "tests/catch.h"
#include "tests/cupti/rows.h"

namespace kvf::records {
namespace {

using test::query;
using test::Rows;
using test::value;

Batch allocation(Number number) {
  Batch batch;
  MemoryUsage& row = batch.memory.emplace_back();
  row.start = number;
  row.address = number * 256;
  row.bytes = 256;
  row.kind = MemoryKind::device;
  return batch;
}

Rows tables(const sqlite::Database& database) {
  return query(database, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name");
}

}  // namespace

TEST_CASE("records: a table is made with its first row") {
  const test::TemporaryFile file;
  const sqlite::Database database = test::open_database(file.path());
  Writer writer(database);
  writer.write({});
  CHECK(tables(database).empty());
  writer.write(allocation(1));
  CHECK(tables(database) == Rows{{"CUDA_GPU_MEMORY_USAGE_EVENTS"}});
  Batch batch;
  batch.calls.push_back({1, 2, CallClass::driver, 3, 4, {"cuMemAlloc_v2"}, 0});
  writer.write(batch);
  CHECK(tables(database) ==
        Rows{{"CUDA_GPU_MEMORY_USAGE_EVENTS"}, {"CUPTI_ACTIVITY_KIND_RUNTIME"}, {"StringIds"}});
}

TEST_CASE("records: columns are those of the export, in its order and with its types") {
  const test::TemporaryFile file;
  const sqlite::Database database = test::open_database(file.path());
  Batch batch = allocation(1);
  batch.pools.emplace_back();
  batch.kernels.emplace_back();
  batch.copies.emplace_back();
  batch.sets.emplace_back();
  batch.calls.emplace_back();
  batch.ranges.emplace_back();
  batch.correlations.emplace_back();
  batch.vmm.emplace_back();
  batch.samples.emplace_back();
  batch.application.emplace_back();
  batch.facts.emplace_back();
  Writer(database).write(batch);
  // A name with ! may not be NULL.
  const auto columns = [&](const std::string& table) {
    return value(database,
                 "SELECT group_concat(CASE \"notnull\" WHEN 1 THEN name || '!' ELSE name END, ' ') "
                 "FROM pragma_table_info('" +
                     table + "')");
  };
  CHECK(columns("CUDA_GPU_MEMORY_USAGE_EVENTS") ==
        "start! globalPid! deviceId! contextId! address! pc! bytes! memKind! "
        "memoryOperationType! name correlationId streamId localMemoryPoolAddress "
        "localMemoryPoolReleaseThreshold localMemoryPoolSize localMemoryPoolUtilizedSize "
        "importedMemoryPoolAddress importedMemoryPoolProcessId");
  CHECK(columns("CUDA_GPU_MEMORY_POOL_EVENTS") ==
        "start! globalPid! deviceId! address! operationType! poolType! correlationId "
        "minBytesToKeep localMemoryPoolReleaseThreshold localMemoryPoolSize "
        "localMemoryPoolUtilizedSize");
  CHECK(columns("CUPTI_ACTIVITY_KIND_KERNEL") ==
        "start! end! deviceId! contextId! streamId! correlationId globalPid demangledName! "
        "shortName! mangledName! launchType cacheConfig registersPerThread! gridX! gridY! gridZ! "
        "blockX! blockY! blockZ! staticSharedMemory! dynamicSharedMemory! localMemoryPerThread! "
        "localMemoryTotal! gridId! sharedMemoryExecuted graphNodeId graphId clusterX clusterY "
        "clusterZ");
  CHECK(columns("CUPTI_ACTIVITY_KIND_MEMCPY") ==
        "start! end! deviceId! contextId! streamId! correlationId globalPid bytes! copyKind! "
        "srcKind dstKind graphNodeId copyCount");
  CHECK(columns("CUPTI_ACTIVITY_KIND_MEMSET") ==
        "start! end! deviceId! contextId! streamId! correlationId globalPid value! bytes! "
        "graphNodeId memKind");
  CHECK(columns("CUPTI_ACTIVITY_KIND_RUNTIME") ==
        "start! end! eventClass! globalTid correlationId nameId! returnValue!");
  CHECK(columns("NVTX_EVENTS") ==
        "start! end eventType! rangeId text! globalTid textId domainId! eventId!");
  CHECK(columns("StringIds") == "id! value!");
  CHECK(columns("KVF_RAW_EXTERNAL_CORRELATION") == "externalKind! externalId! correlationId!");
  CHECK(columns("KVF_VMM_EVENTS") ==
        "start! globalTid! operation! deviceId handle address offset bytes returnValue! "
        "correlationId");
  CHECK(columns("KVF_DEVICE_SAMPLES") == "time! device! usedBytes! freeBytes totalBytes source!");
  CHECK(columns("KVF_APPLICATION_EVENTS") ==
        "time! operation! device! pass! layer! headGroup! sequence! block! address! bytes!");
  CHECK(columns("KVF_CAPTURE") == "key! value!");
}

TEST_CASE("records: values come back") {
  const test::TemporaryFile file;
  const sqlite::Database database = test::open_database(file.path());
  Batch batch;
  MemoryUsage& memory = batch.memory.emplace_back();
  memory = {1,
            global_pid(2),
            3,
            4,
            -5,
            6,
            7,
            MemoryKind::managed,
            MemoryOperation::deallocation,
            "name",
            8,
            9,
            10,
            -1,
            12,
            13,
            14,
            15};
  batch.pools.push_back({1, 2, 3, 4, 1, 2, 5, 6, 7, 8, 9});
  Kernel& kernel = batch.kernels.emplace_back();
  kernel = {1,         2,           3,  4,  5,  6,  7,  {"demangled"},
            {"short"}, {"mangled"}, 8,  9,  10, 11, 12, 13,
            14,        15,          16, 17, 18, 19, 20, 21,
            22,        23,          24, 25, 26, 27};
  batch.copies.push_back(
      {1, 2, 3, 4, 5, 6, 7, 8, 9, MemoryKind::pinned, MemoryKind::device, 10, 11});
  batch.sets.push_back({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, MemoryKind::array});
  batch.calls.push_back({1, 2, CallClass::driver, 3, 4, {"call"}, 5});
  batch.ranges.push_back({1, 2, 59, 3, "prefill", global_tid(1, 2)});
  batch.ranges.push_back({3, {}, 59, {}, "", {}});
  batch.vmm.push_back({1, 2, VmmOperation::release, {}, 7, {}, {}, {}, 0, 3});
  batch.samples.push_back({1, "cuda:0", 10, 20, 30, "cudaMemGetInfo"});
  batch.application.push_back({1, MemoryOperation::deallocation, "host", 2, 3, 4, 5, 6, 7, 8});
  batch.correlations.push_back({3, 4, 5});
  batch.facts.push_back({"clock", "a"});
  Writer writer(database);
  writer.write(batch);

  CHECK(query(database, "SELECT * FROM CUDA_GPU_MEMORY_USAGE_EVENTS") ==
        Rows{{"1", "281475010265088", "3", "4", "-5", "6", "7", "4", "1", "name", "8", "9", "10",
              "-1", "12", "13", "14", "15"}});
  CHECK(query(database, "SELECT * FROM CUDA_GPU_MEMORY_POOL_EVENTS") ==
        Rows{{"1", "2", "3", "4", "1", "2", "5", "6", "7", "8", "9"}});
  const auto id = [&](const std::string& text) {
    return value(database, "SELECT id FROM StringIds WHERE value = '" + text + "'");
  };
  CHECK(query(database, "SELECT * FROM CUPTI_ACTIVITY_KIND_KERNEL") ==
        Rows{{"1",         "2",           "3",  "4",  "5",  "6",  "7",  id("demangled"),
              id("short"), id("mangled"), "8",  "9",  "10", "11", "12", "13",
              "14",        "15",          "16", "17", "18", "19", "20", "21",
              "22",        "23",          "24", "25", "26", "27"}});
  CHECK(query(database, "SELECT * FROM CUPTI_ACTIVITY_KIND_MEMCPY") ==
        Rows{{"1", "2", "3", "4", "5", "6", "7", "8", "9", "1", "2", "11", "10"}});
  CHECK(query(database, "SELECT * FROM CUPTI_ACTIVITY_KIND_MEMSET") ==
        Rows{{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "3"}});
  CHECK(query(database, "SELECT * FROM CUPTI_ACTIVITY_KIND_RUNTIME") ==
        Rows{{"1", "2", "1", "3", "4", id("call"), "5"}});
  CHECK(query(database, "SELECT * FROM NVTX_EVENTS ORDER BY start") ==
        Rows{{"1", "2", "59", "3", "prefill", "281474993487874", "NULL", "0", "1"},
             {"3", "NULL", "59", "NULL", "", "NULL", "NULL", "0", "2"}});
  CHECK(query(database, "SELECT * FROM KVF_VMM_EVENTS") ==
        Rows{{"1", "2", "5", "NULL", "7", "NULL", "NULL", "NULL", "0", "3"}});
  CHECK(query(database, "SELECT * FROM KVF_DEVICE_SAMPLES") ==
        Rows{{"1", "cuda:0", "10", "20", "30", "cudaMemGetInfo"}});
  CHECK(query(database, "SELECT * FROM KVF_APPLICATION_EVENTS") ==
        Rows{{"1", "1", "host", "2", "3", "4", "5", "6", "7", "8"}});
  CHECK(query(database, "SELECT * FROM KVF_RAW_EXTERNAL_CORRELATION") == Rows{{"3", "4", "5"}});

  Batch later;
  later.facts = {{"clock", "b"}, {"dropped", "0"}};
  writer.write(later);
  CHECK(query(database, "SELECT * FROM KVF_CAPTURE ORDER BY key") ==
        Rows{{"clock", "b"}, {"dropped", "0"}});
}

TEST_CASE("records: texts are stored once, by all writers of a file") {
  const test::TemporaryFile file;
  const sqlite::Database database = test::open_database(file.path());
  Batch batch;
  for (const char* name : {"a", "b", "a"}) batch.calls.push_back({0, 0, {}, {}, {}, {name}, 0});
  Writer(database).write(batch);
  for (const char* name : {"c", "b"}) batch.calls.push_back({0, 0, {}, {}, {}, {name}, 0});
  Writer(database).write(batch);
  CHECK(query(database, "SELECT value FROM StringIds ORDER BY value") == Rows{{"a"}, {"b"}, {"c"}});
  CHECK(value(database,
              "SELECT group_concat(value, '') FROM (SELECT value FROM CUPTI_ACTIVITY_KIND_RUNTIME "
              "JOIN StringIds ON id = nameId ORDER BY CUPTI_ACTIVITY_KIND_RUNTIME.rowid)") ==
        "abaabacb");
}

TEST_CASE("records: a batch that cannot be written leaves nothing, and the next one is whole") {
  const test::TemporaryFile file;
  const sqlite::Database database = test::open_database(file.path());
  Writer writer(database);
  writer.write(allocation(1));
  database.execute(
      "CREATE TRIGGER no BEFORE INSERT ON CUDA_GPU_MEMORY_USAGE_EVENTS "
      "WHEN new.start = 13 BEGIN SELECT RAISE(ABORT, 'no room'); END");
  Batch bad = allocation(12);
  bad.memory.push_back(allocation(13).memory[0]);
  bad.calls.push_back({0, 0, {}, {}, {}, {"in a bad batch"}, 0});
  CHECK_THROWS_WITH(writer.write(bad), test::contains("no room"));
  CHECK_FALSE(database.in_transaction());
  CHECK(value(database, "SELECT count(*) FROM CUDA_GPU_MEMORY_USAGE_EVENTS") == "1");
  database.execute("DROP TRIGGER no");
  writer.write(bad);
  CHECK(value(database, "SELECT value FROM StringIds") == "in a bad batch");
}

TEST_CASE("records: texts of a batch that failed are not taken for stored") {
  const test::TemporaryFile file;
  const sqlite::Database database = test::open_database(file.path());
  Writer writer(database);
  Batch range;
  range.ranges.emplace_back();
  writer.write(range);
  database.execute(
      "CREATE TRIGGER no BEFORE INSERT ON NVTX_EVENTS "
      "BEGIN SELECT RAISE(ABORT, 'no room'); END");
  Batch batch = range;  // calls, with their texts, come before ranges
  batch.calls.push_back({0, 0, {}, {}, {}, {"text"}, 0});
  CHECK_THROWS_WITH(writer.write(batch), test::contains("no room"));
  database.execute("DROP TRIGGER no");
  writer.write(batch);
  CHECK(value(database,
              "SELECT value FROM StringIds JOIN CUPTI_ACTIVITY_KIND_RUNTIME "
              "ON id = nameId") == "text");
}

TEST_CASE("records: inside of a transaction the batch belongs to it") {
  const test::TemporaryFile file;
  const sqlite::Database database = test::open_database(file.path());
  database.execute("BEGIN");
  Writer(database).write(allocation(1));
  CHECK(database.in_transaction());
  database.execute("ROLLBACK");
  CHECK(tables(database).empty());
}

TEST_CASE("records: a killed writer leaves whole batches") {
  constexpr Number kRows = 100;
  for (const int milliseconds : {5, 20, 60}) {
    const test::TemporaryFile file;
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      const sqlite::Database database = test::open_database(file.path());
      Writer writer(database);
      for (Number number = 0;;) {
        Batch batch;
        for (Number i = 0; i < kRows; ++i) {
          batch.memory.push_back(allocation(number++).memory[0]);
          batch.calls.push_back({0, 0, {}, {}, {}, {"call"}, 0});
        }
        writer.write(batch);
      }
    }
    while (!std::filesystem::exists(file.path()) || std::filesystem::file_size(file.path()) == 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);

    const sqlite::Database database = test::open_database(file.path());
    CHECK(value(database, "PRAGMA integrity_check") == "ok");
    if (tables(database).empty()) continue;  // killed in the first batch
    const Number rows =
        std::stoll(value(database, "SELECT count(*) FROM CUDA_GPU_MEMORY_USAGE_EVENTS"));
    CHECK(rows > 0);
    CHECK(rows % kRows == 0);
    CHECK(value(database,
                "SELECT count(*) FROM CUPTI_ACTIVITY_KIND_RUNTIME JOIN StringIds "
                "ON id = nameId") == std::to_string(rows));
    CHECK(value(database, "SELECT count(DISTINCT start) FROM CUDA_GPU_MEMORY_USAGE_EVENTS") ==
          std::to_string(rows));
  }
}

}  // namespace kvf::records
