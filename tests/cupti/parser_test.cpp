// Byte-exact records, of CUPTIs of several versions, become rows.
#include "profiler/capture/cupti/parser.h"

#include <unistd.h>

#include <array>

#include "profiler/capture/cupti/record_iterator.h"
#include "tests/catch.h"
#include "tests/cupti/fake_cupti.h"
#include "tests/cupti/record_buffer.h"

namespace kvf::capture {
namespace {

using test::FakeCupti;
using test::RecordBuffer;

constexpr std::uint64_t kOrigin = 1'000'000;

struct Parsed {
  records::Batch rows;
  CollectorCounters counters;
  std::map<std::uint32_t, std::int64_t> unknown_kinds;
  std::int64_t records = 0;
};

// Of the first `valid` bytes, from a copy on the heap, so that reading past it is seen.
Parsed parse(const CuptiApi& api, const RecordBuffer& buffer, std::size_t valid) {
  const std::unique_ptr<std::uint64_t[]> copy(new std::uint64_t[valid / 8 + 1]);
  auto* bytes = reinterpret_cast<std::uint8_t*>(copy.get());
  std::copy_n(buffer.bytes.data(), valid, bytes);
  Parser parser(api, buffer.version, kOrigin);
  Parsed parsed;
  parser.parse(bytes, valid, parsed.rows);
  parsed.counters = parser.counters;
  parsed.unknown_kinds = parser.unknown_kinds;
  parsed.records = parser.records;
  return parsed;
}

Parsed parse(const CuptiApi& api, const RecordBuffer& buffer) {
  return parse(api, buffer, buffer.bytes.size());
}

}  // namespace

TEST_CASE("parser: the real iterator is there") {
  if (test::real_iterator().next == nullptr) KVF_SKIP(test::real_iterator().why_not);
  CHECK(test::real_iterator().version >= 18);
}

TEST_CASE("nsight values: each enumerator of CUPTI is the one of that name in the export") {
  const auto operation = [](std::uint32_t v) { return to_nsight(CuptiEnum::memory_operation, v); };
  CHECK(operation(CUPTI_ACTIVITY_MEMORY_OPERATION_TYPE_ALLOCATION) == 0);
  CHECK(operation(CUPTI_ACTIVITY_MEMORY_OPERATION_TYPE_RELEASE) == 1);
  CHECK(operation(CUPTI_ACTIVITY_MEMORY_OPERATION_TYPE_INVALID) == std::nullopt);
  CHECK(operation(3) == std::nullopt);
  const auto kind = [](std::uint32_t v) { return to_nsight(CuptiEnum::memory_kind, v); };
  CHECK(kind(CUPTI_ACTIVITY_MEMORY_KIND_UNKNOWN) == 7);
  CHECK(kind(CUPTI_ACTIVITY_MEMORY_KIND_PAGEABLE) == 0);
  CHECK(kind(CUPTI_ACTIVITY_MEMORY_KIND_PINNED) == 1);
  CHECK(kind(CUPTI_ACTIVITY_MEMORY_KIND_DEVICE) == 2);
  CHECK(kind(CUPTI_ACTIVITY_MEMORY_KIND_ARRAY) == 3);
  CHECK(kind(CUPTI_ACTIVITY_MEMORY_KIND_MANAGED) == 4);
  CHECK(kind(CUPTI_ACTIVITY_MEMORY_KIND_DEVICE_STATIC) == 5);
  CHECK(kind(CUPTI_ACTIVITY_MEMORY_KIND_MANAGED_STATIC) == 6);
  CHECK(kind(8) == std::nullopt);
  const auto launch = [](std::uint32_t v) { return to_nsight(CuptiEnum::launch_type, v); };
  CHECK(launch(CUPTI_ACTIVITY_LAUNCH_TYPE_REGULAR) == 1);
  CHECK(launch(CUPTI_ACTIVITY_LAUNCH_TYPE_COOPERATIVE_SINGLE_DEVICE) == 2);
  CHECK(launch(CUPTI_ACTIVITY_LAUNCH_TYPE_COOPERATIVE_MULTI_DEVICE) == 3);
  CHECK(launch(3) == std::nullopt);
  const auto copy = [](std::uint32_t v) { return to_nsight(CuptiEnum::copy_kind, v); };
  CHECK(copy(CUPTI_ACTIVITY_MEMCPY_KIND_UNKNOWN) == 0);
  CHECK(copy(CUPTI_ACTIVITY_MEMCPY_KIND_HTOD) == 1);
  CHECK(copy(CUPTI_ACTIVITY_MEMCPY_KIND_DTOD) == 8);
  CHECK(copy(CUPTI_ACTIVITY_MEMCPY_KIND_PTOP) == 10);
  CHECK(copy(11) == std::nullopt);
  const auto pool = [](std::uint32_t v) { return to_nsight(CuptiEnum::pool_operation, v); };
  CHECK(pool(CUPTI_ACTIVITY_MEMORY_POOL_OPERATION_TYPE_CREATED) == 1);
  CHECK(pool(CUPTI_ACTIVITY_MEMORY_POOL_OPERATION_TYPE_DESTROYED) == 2);
  CHECK(pool(CUPTI_ACTIVITY_MEMORY_POOL_OPERATION_TYPE_TRIMMED) == 3);
  CHECK(pool(4) == std::nullopt);
  const auto type = [](std::uint32_t v) { return to_nsight(CuptiEnum::pool_type, v); };
  CHECK(type(CUPTI_ACTIVITY_MEMORY_POOL_TYPE_LOCAL) == 1);
  CHECK(type(CUPTI_ACTIVITY_MEMORY_POOL_TYPE_IMPORTED) == 2);
  CHECK(type(3) == std::nullopt);
}

TEST_CASE("parser: every kind, between two of another kind, is the row that its fields say") {
  for (const test::Iterator& iterator : test::iterators()) {
    CAPTURE(iterator.version, iterator.next != nullptr);
    FakeCupti fake(iterator);
    const CuptiApi api = fake.api();

    auto sync = test::memory_record(true, 0x1000, 100, kOrigin + 5);
    sync.name = "variable";
    auto pooled = test::memory_record(false, 0x2000, 200, kOrigin + 6);
    pooled.streamId = 9;
    pooled.memoryKind = CUPTI_ACTIVITY_MEMORY_KIND_PINNED;
    pooled.memoryPoolConfig.memoryPoolType = CUPTI_ACTIVITY_MEMORY_POOL_TYPE_LOCAL;
    pooled.memoryPoolConfig.address = 0x9000;
    pooled.memoryPoolConfig.releaseThreshold = ~std::uint64_t{0};
    pooled.memoryPoolConfig.pool.size = 4096;
    pooled.memoryPoolConfig.utilizedSize = 1024;
    auto imported = test::memory_record(true, ~std::uint64_t{0}, 300, kOrigin + 7);
    imported.memoryPoolConfig.memoryPoolType = CUPTI_ACTIVITY_MEMORY_POOL_TYPE_IMPORTED;
    imported.memoryPoolConfig.address = 0x9100;
    imported.memoryPoolConfig.pool.processId = 55;
    auto imported_pool =
        test::pool_record(CUPTI_ACTIVITY_MEMORY_POOL_OPERATION_TYPE_CREATED, kOrigin + 8);
    imported_pool.memoryPoolType = CUPTI_ACTIVITY_MEMORY_POOL_TYPE_IMPORTED;
    auto kernel = test::kernel_record("_ZN2ns3addIfLi4EEEvPT_", kOrigin + 10, kOrigin + 20);
    kernel.graphNodeId = 31;
    kernel.graphId = 32;
    kernel.localMemoryTotal_v2 = 10'000'000'000;
    kernel.launchType = 1;

    RecordBuffer buffer = fake.buffer();
    buffer.add(sync);
    buffer.add(test::api_record(CUPTI_ACTIVITY_KIND_RUNTIME, 20, 11, kOrigin + 1, kOrigin + 2));
    buffer.add(pooled);
    buffer.add(test::pool_record(CUPTI_ACTIVITY_MEMORY_POOL_OPERATION_TYPE_TRIMMED, kOrigin + 7));
    buffer.add(imported);
    buffer.add(kernel);
    buffer.add(imported_pool);
    buffer.add(test::memcpy_record(5000, kOrigin + 30, kOrigin + 31));
    buffer.add(test::correlation_record(3, 11));
    buffer.add(test::memset_record(6000, kOrigin + 40, kOrigin + 41));
    buffer.add(test::api_record(CUPTI_ACTIVITY_KIND_DRIVER, 243, 16, kOrigin + 3, kOrigin + 4));
    buffer.add(test::kernel_record("plain", kOrigin + 50, kOrigin + 60));
    const Parsed parsed = parse(api, buffer);

    const records::Number pid = records::global_pid(77);
    const records::Number own = records::global_pid(getpid());
    records::Batch expected;
    records::MemoryUsage memory;
    memory.start = 5;
    memory.global_pid = pid;
    memory.device = 1;
    memory.context = 2;
    memory.address = 0x1000;
    memory.pc = 0x4000;
    memory.bytes = 100;
    memory.kind = records::MemoryKind::device;
    memory.operation = records::MemoryOperation::allocation;
    memory.name = "variable";
    memory.correlation = 11;
    expected.memory.push_back(memory);
    memory.start = 6;
    memory.address = 0x2000;
    memory.bytes = 200;
    memory.kind = records::MemoryKind::pinned;
    memory.operation = records::MemoryOperation::deallocation;
    memory.name.reset();
    memory.stream = 9;
    memory.pool_address = 0x9000;
    memory.pool_release_threshold = -1;
    memory.pool_size = 4096;
    memory.pool_utilized = 1024;
    expected.memory.push_back(memory);
    records::MemoryUsage foreign = expected.memory.front();
    foreign.start = 7;
    foreign.address = -1;
    foreign.bytes = 300;
    foreign.name.reset();
    foreign.imported_pool_address = 0x9100;
    foreign.imported_pool_process = 55;
    expected.memory.push_back(foreign);
    expected.pools.push_back({7, pid, 1, 0x9000, 3, 1, 12, 4096, -1, 1 << 20, 512});
    expected.pools.push_back({8, pid, 1, 0x9000, 1, 2, 12, {}, {}, {}, {}});
    records::Kernel row;
    row.start = 10;
    row.end = 20;
    row.device = 1;
    row.context = 2;
    row.stream = 7;
    row.correlation = 13;
    row.global_pid = own;
    row.demangled_name.text = "void ns::add<float, 4>(float*)";
    row.short_name.text = "add";
    row.mangled_name.text = "_ZN2ns3addIfLi4EEEvPT_";
    row.launch_type = 2;
    row.cache_config = 2;
    row.registers_per_thread = 40;
    row.grid_x = 3;
    row.grid_y = 4;
    row.grid_z = 5;
    row.block_x = 128;
    row.block_y = 2;
    row.block_z = 1;
    row.static_shared_memory = 100;
    row.dynamic_shared_memory = 200;
    row.local_memory_per_thread = 16;
    row.local_memory_total = 10'000'000'000;
    row.grid_id = 9;
    row.shared_memory_executed = 16384;
    row.graph_node = 31;
    row.graph = 32;
    row.cluster_x = row.cluster_y = row.cluster_z = 1;
    expected.kernels.push_back(row);
    row.start = 50;
    row.end = 60;
    row.demangled_name.text = row.short_name.text = row.mangled_name.text = "plain";
    row.launch_type = 1;
    row.local_memory_total = 300;
    row.graph_node.reset();
    row.graph = 0;
    expected.kernels.push_back(row);
    records::Memcpy copy{
        30, 31, 1, 2, 7, 14, own, 5000, 1, records::MemoryKind::pinned, records::MemoryKind::device,
        {}, {}};
    // A member of newer records, which are filled with a pattern here.
    if (iterator.version >= 26 && CUPTI_API_VERSION >= 26) {
      copy.copy_count = parsed.rows.copies.at(0).copy_count;
      CHECK(copy.copy_count.has_value());
    }
    expected.copies.push_back(copy);
    expected.sets.push_back({40, 41, 1, 2, 7, 15, own, 255, 6000, 21, records::MemoryKind::device});
    expected.calls.push_back({1,
                              2,
                              records::CallClass::runtime,
                              records::global_tid(77, 78),
                              11,
                              {"cudaMalloc_v3020"},
                              2});
    expected.calls.push_back(
        {3, 4, records::CallClass::driver, records::global_tid(77, 78), 16, {"cuMemAlloc_v2"}, 2});
    expected.correlations.push_back({CUPTI_EXTERNAL_CORRELATION_KIND_CUSTOM0, 3, 11});

    CHECK(parsed.rows.memory == expected.memory);
    CHECK(parsed.rows.pools == expected.pools);
    CHECK(parsed.rows.kernels == expected.kernels);
    CHECK(parsed.rows.copies == expected.copies);
    CHECK(parsed.rows.sets == expected.sets);
    CHECK(parsed.rows.calls == expected.calls);
    CHECK(parsed.rows.correlations == expected.correlations);
    CHECK(parsed.rows == expected);
    CHECK(parsed.records == 12);
    CHECK(parsed.counters == CollectorCounters{});
  }
}

#if CUPTI_API_VERSION >= 26
TEST_CASE("parser: the number of copies is read where the library writes it") {
  for (const test::Iterator& iterator : test::iterators()) {
    CAPTURE(iterator.version, iterator.next != nullptr);
    FakeCupti fake(iterator);
    CUpti_ActivityMemcpy6 record{};
    record.kind = CUPTI_ACTIVITY_KIND_MEMCPY;
    record.copyCount = 12;
    RecordBuffer buffer = fake.buffer();
    buffer.add(record);
    buffer.add(test::memcpy_record(1, 2, 3));
    const Parsed parsed = parse(fake.api(), buffer);
    REQUIRE(parsed.rows.copies.size() == 2);
    CHECK(parsed.rows.copies[0].copy_count ==
          (iterator.version >= 26 ? std::optional<records::Number>(12) : std::nullopt));
  }
}
#endif

TEST_CASE("parser: records without a time or with times that run back are kept and counted") {
  for (const test::Iterator& iterator : test::iterators()) {
    CAPTURE(iterator.version, iterator.next != nullptr);
    FakeCupti fake(iterator);
    RecordBuffer buffer = fake.buffer();
    buffer.add(test::kernel_record("a", 0, 0));
    buffer.add(test::memcpy_record(1, kOrigin + 9, kOrigin + 3));
    buffer.add(test::memory_record(true, 1, 1, 0));
    buffer.add(test::memset_record(1, kOrigin + 4, 0));
    buffer.add(test::kernel_record("a", kOrigin + 5, kOrigin + 5));
    const Parsed parsed = parse(fake.api(), buffer);
    CHECK(parsed.counters.zero_times == 3);
    CHECK(parsed.counters.reversed_times == 1);
    CHECK(parsed.records == 5);
    CHECK(parsed.rows.kernels.at(0).start == 0);
    CHECK(parsed.rows.kernels.at(0).end == 0);
    CHECK(parsed.rows.copies.at(0).start == 9);
    CHECK(parsed.rows.copies.at(0).end == 3);
    CHECK(parsed.rows.memory.at(0).start == 0);
    CHECK(parsed.rows.sets.at(0).end == 0);
  }
}

TEST_CASE("parser: kinds that nobody asked for are passed over and counted by kind") {
  for (const test::Iterator& iterator : test::iterators()) {
    CAPTURE(iterator.version, iterator.next != nullptr);
    FakeCupti fake(iterator);
    CUpti_ActivitySynchronization sync{};
    sync.kind = CUPTI_ACTIVITY_KIND_SYNCHRONIZATION;
    RecordBuffer buffer = fake.buffer();
    buffer.add(test::memory_record(true, 1, 10, kOrigin));
    buffer.add(sync);
    buffer.add(sync);
    buffer.add(test::memory_record(false, 1, 10, kOrigin));
    const Parsed parsed = parse(fake.api(), buffer);
    CHECK(parsed.rows.memory.size() == 2);
    CHECK(parsed.counters.unknown_kinds == 2);
    CHECK(parsed.unknown_kinds == std::map<std::uint32_t, std::int64_t>{{38, 2}});
    CHECK(parsed.records == 4);
  }
}

TEST_CASE("parser: values without a name are counted, and make no allocation") {
  for (const test::Iterator& iterator : test::iterators()) {
    CAPTURE(iterator.version, iterator.next != nullptr);
    FakeCupti fake(iterator);
    RecordBuffer buffer = fake.buffer();
    auto strange = test::memory_record(true, 1, 10, kOrigin);
    strange.memoryOperationType = static_cast<CUpti_ActivityMemoryOperationType>(7);
    buffer.add(strange);
    auto of_strange_kind = test::memory_record(true, 1, 10, kOrigin);
    of_strange_kind.memoryKind = static_cast<CUpti_ActivityMemoryKind>(200);
    buffer.add(of_strange_kind);
    auto pool = test::pool_record(CUPTI_ACTIVITY_MEMORY_POOL_OPERATION_TYPE_CREATED, kOrigin);
    pool.memoryPoolOperationType = static_cast<CUpti_ActivityMemoryPoolOperationType>(9);
    buffer.add(pool);
    const Parsed parsed = parse(fake.api(), buffer);
    CHECK(parsed.counters.unknown_values == 3);
    REQUIRE(parsed.rows.memory.size() == 1);
    CHECK(parsed.rows.memory[0].kind == records::MemoryKind::unknown);
    CHECK(parsed.rows.pools.empty());
    CHECK(parsed.records == 3);
  }
}

TEST_CASE("parser: a call that CUPTI cannot name is named by its number") {
  FakeCupti fake;
  RecordBuffer buffer = fake.buffer();
  buffer.add(test::api_record(CUPTI_ACTIVITY_KIND_DRIVER, 999, 1, 1, 2));
  CHECK(parse(fake.api(), buffer).rows.calls.at(0).name.text == "call 999");
}

TEST_CASE("parser: a buffer may be empty, end early, or end in what is no record") {
  for (const test::Iterator& iterator : test::iterators()) {
    CAPTURE(iterator.version, iterator.next != nullptr);
    FakeCupti fake(iterator);
    const CuptiApi api = fake.api();
    RecordBuffer buffer = fake.buffer();
    CHECK(parse(api, buffer).rows == records::Batch{});
    CHECK(parse(api, buffer).counters == CollectorCounters{});

    buffer.add(test::memory_record(true, 1, 10, kOrigin));
    buffer.add(test::memory_record(false, 1, 10, kOrigin));
    const std::size_t whole = buffer.bytes.size();
    CHECK(parse(api, buffer).rows.memory.size() == 2);
    // What was cut off is never read; the iterator of the library does not always say so.
    for (std::size_t valid = 8; valid < whole; valid += 8) {
      CAPTURE(valid);
      const Parsed parsed = parse(api, buffer, valid);
      const std::size_t in_full = valid / (whole / 2);
      CHECK(parsed.rows.memory.size() <= in_full + 1);
      CHECK(parsed.rows.memory.size() >= in_full);
      CHECK(parsed.counters.invalid <= 1);
      if (iterator.next == nullptr) CHECK(parsed.counters.invalid == (valid % (whole / 2) != 0));
    }
    buffer.bytes.resize(whole + 64);  // kind 0
    const Parsed parsed = parse(api, buffer);
    CHECK(parsed.rows.memory.size() == 2);
    CHECK(parsed.counters.invalid == 1);
    CHECK(count_records(api, iterator.version, buffer.bytes.data(), whole) == 2);
  }
}

TEST_CASE("parser: a record that the iterator finds but that is cut off is not read") {
  FakeCupti fake;
  CuptiApi api = fake.api();
  api.get_next_record = [](std::uint8_t* buffer, std::size_t, CUpti_Activity** record) {
    if (*record != nullptr) return CUPTI_ERROR_MAX_LIMIT_REACHED;
    *record = reinterpret_cast<CUpti_Activity*>(buffer);
    return CUPTI_SUCCESS;
  };
  RecordBuffer buffer = fake.buffer();
  buffer.add(test::memory_record(true, 1, 10, kOrigin));
  CHECK(parse(api, buffer, 120).rows.memory.size() == 1);  // all that is read
  const Parsed parsed = parse(api, buffer, 112);
  CHECK(parsed.rows == records::Batch{});
  CHECK(parsed.counters.invalid == 1);
}

TEST_CASE("parser: other failures of the iterator are errors of their own") {
  FakeCupti fake;
  CuptiApi api = fake.api();
  api.get_next_record = [](std::uint8_t*, std::size_t, CUpti_Activity**) {
    return CUPTI_ERROR_UNKNOWN;
  };
  RecordBuffer buffer = fake.buffer();
  buffer.add(test::memory_record(true, 1, 10, kOrigin));
  const Parsed parsed = parse(api, buffer);
  CHECK(parsed.counters.iterator_errors == 1);
  CHECK(parsed.counters.invalid == 0);
}

TEST_CASE("record sizes: as measured in the libraries of each toolkit") {
  struct Row {
    std::uint32_t version;
    std::array<std::size_t, 5> sizes;  // memory, pool, kernel, copy, set; 0: not known
  };
  for (const Row& row : {
           Row{18, {120, 72, 0, 88, 88}},    // 11.8 and 12.0
           Row{20, {120, 72, 208, 88, 88}},  // 12.2
           Row{22, {120, 72, 208, 88, 88}},  // 12.4
           Row{24, {128, 72, 208, 88, 88}},  // 12.6
           Row{26, {128, 72, 208, 96, 88}},  // 12.8
           Row{28, {128, 72, 208, 96, 88}},  // 12.9.1
           Row{130001, {128, 80, 216, 96, 88}},
           Row{130101, {128, 80, 224, 96, 88}},
           Row{130202, {128, 80, 224, 96, 88}},
           Row{130301, {128, 80, 232, 96, 88}},
           Row{130401, {128, 80, 248, 112, 104}},
           Row{130500, {128, 80, 248, 112, 104}},
       }) {
    CAPTURE(row.version);
    const std::array<std::size_t, 5> sizes{
        record_size(49, row.version), record_size(50, row.version), record_size(10, row.version),
        record_size(1, row.version), record_size(2, row.version)};
    CHECK(sizes == row.sizes);
    CHECK(record_size(4, row.version) == 40);
    CHECK(record_size(5, row.version) == 40);
    CHECK(record_size(39, row.version) == 24);
    CHECK(record_size(0, row.version) == 0);
  }
}

TEST_CASE("record sizes: as the library of these headers strides") {
  const test::RealIterator& real = test::real_iterator();
  if (real.next == nullptr) KVF_SKIP(real.why_not);
  for (const std::uint32_t kind : {1u, 2u, 4u, 5u, 10u, 38u, 39u, 49u, 50u}) {
    CAPTURE(kind);
    const std::size_t size = record_size(kind, real.version);
    std::vector<std::uint64_t> raw(2 * size / 8);
    auto* bytes = reinterpret_cast<std::uint8_t*>(raw.data());
    std::copy_n(reinterpret_cast<const std::uint8_t*>(&kind), 4, bytes);
    std::copy_n(reinterpret_cast<const std::uint8_t*>(&kind), 4, bytes + size);
    CUpti_Activity* record = nullptr;
    REQUIRE(real.next(bytes, 2 * size, &record) == CUPTI_SUCCESS);
    REQUIRE(real.next(bytes, 2 * size, &record) == CUPTI_SUCCESS);
    CHECK(reinterpret_cast<std::uint8_t*>(record) == bytes + size);
    CHECK(real.next(bytes, 2 * size, &record) == CUPTI_ERROR_MAX_LIMIT_REACHED);
  }
}

}  // namespace kvf::capture
