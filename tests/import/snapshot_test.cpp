// Memory snapshots of PyTorch, made here.
#include <fmt/format.h>

#include <algorithm>

#include "tests/catch.h"
#include "tests/import/made_traces.h"

using namespace kvf;
using namespace kvf::test;
using List = Pickled::List;
using Dict = Pickled::Dict;

namespace {

Pickled entry(const char* action, std::int64_t address, std::int64_t size, std::int64_t time) {
  return Dict{{"action", action}, {"addr", address}, {"size", size},
              {"stream", 0},      {"time_us", time}, {"frames", List{}}};
}

Pickled block(std::int64_t address, std::int64_t size, std::int64_t requested, const char* state) {
  return Dict{
      {"address", address}, {"size", size}, {"requested_size", requested}, {"state", state}};
}

Pickled segment(std::int64_t address, std::int64_t total, std::int64_t active,
                std::int64_t requested, const List& blocks) {
  return Dict{{"device", 0},
              {"address", address},
              {"total_size", total},
              {"allocated_size", active},
              {"active_size", active},
              {"requested_size", requested},
              {"is_expandable", false},
              {"blocks", blocks}};
}

// At 4096 a segment that was there before, with an old block of 700 bytes at its beginning; one at
// 65536 came. Old blocks of 300 (at 5120) and 100 bytes (at 6144) are released.
List good_trace() {
  return {entry("alloc", 7168, 1000, 10),         entry("segment_alloc", 65536, 8192, 11),
          entry("alloc", 65536, 4000, 12),        entry("free_requested", 5120, 300, 13),
          entry("free_completed", 5120, 300, 14), entry("free_requested", 7168, 1000, 15),
          entry("alloc", 5120, 512, 16),          entry("free_completed", 7168, 1000, 17),
          entry("free_completed", 6144, 100, 18), entry("snapshot", 0, 0, 19)};
}

List good_segments() {
  return {
      segment(4096, 8192, 1536, 1212,
              {block(4096, 1024, 700, "active_allocated"),
               block(5120, 512, 512, "active_allocated"), block(5632, 6656, 6656, "inactive")}),
      segment(65536, 8192, 4096, 4000,
              {block(65536, 4096, 4000, "active_allocated"), block(69632, 4096, 0, "inactive")})};
}

std::string snapshot(const List& segments, const std::vector<List>& traces,
                     const List& annotations = {}) {
  const List devices(traces.begin(), traces.end());
  return Pickled(Dict{{"segments", segments},
                      {"device_traces", devices},
                      {"allocator_settings", Dict{{"max_split_size", -1}}},
                      {"external_annotations", annotations}})
      .file();
}

Recording good() { return read_bytes(snapshot(good_segments(), {good_trace()})); }

}  // namespace

TEST_CASE("a snapshot is its history", "[snapshot]") {
  const Recording recording = good();
  CHECK(recording.counters == RecordingCounters());
  CHECK(recording.format == "pytorch-snapshot");
  CHECK(recording.zero_ns == 10000);
  REQUIRE(recording.devices.size() == 1);
  const DeviceRecording& device = recording.devices[0];
  CHECK(device.device == "cuda:0");
  CHECK(device.events ==
        std::vector<MemoryEvent>{
            {0, 7168, 1000}, {2000, 65536, 4000}, {6000, 5120, 512}, {7000, 7168, -1000}});
  CHECK(device.reserved == std::vector<MemorySample>{{0, 8192}, {1000, 16384}});
  CHECK(device.base_bytes == 0);
  CHECK(device.untraced_bytes == 700 + 300 + 100);
  CHECK(device.untraced_frees == 2);
  CHECK(read_bytes(gzip(snapshot(good_segments(), {good_trace()}))) == recording);
}

TEST_CASE("annotations of a snapshot", "[snapshot]") {
  const auto mark = [](const char* stage, const char* name, std::int64_t time) -> Pickled {
    return Dict{{"stage", stage}, {"name", name}, {"device", 0}, {"time_us", time}};
  };
  const Recording recording = read_bytes(snapshot(
      good_segments(), {good_trace()},
      {mark("START", "prefill", 9), mark("START", "layer", 10), mark("END", "layer", 12),
       mark("END", "prefill", 15), mark("END", "never begun", 15), mark("START", "open", 16)}));
  CHECK(recording.spans == std::vector<Span>{{"prefill", 0, 6000}, {"layer", 1000, 3000}});
}

TEST_CASE("annotations of two devices do not mix", "[snapshot]") {
  const auto mark = [](const char* stage, std::int64_t device, std::int64_t time) -> Pickled {
    return Dict{{"stage", stage}, {"name", "decode"}, {"device", device}, {"time_us", time}};
  };
  const Recording recording = read_bytes(snapshot(
      {}, {}, {mark("START", 0, 1), mark("START", 1, 2), mark("END", 0, 3), mark("END", 1, 4)}));
  CHECK(recording.spans == std::vector<Span>{{"decode", 0, 2000}, {"decode", 1000, 3000}});
}

TEST_CASE("blocks that wait for their release, segments with gaps, keys that stand there twice",
          "[snapshot]") {
  // Of a segment that can grow, parts may be missing from its blocks.
  const Pickled waiting = Dict{{"device", 9},
                               {"device", 0},
                               {"address", 4096},
                               {"total_size", 9999},
                               {"is_expandable", true},
                               {"allocated_size", 512},
                               {"active_size", 1536},
                               {"requested_size", 600},
                               {"blocks", List{block(4096, 1024, 500, "active_awaiting_free"),
                                               block(5120, 512, 100, "active_allocated")}}};
  const Recording recording = read_bytes(snapshot({waiting}, {List{entry("alloc", 4096, 500, 1)}}));
  CHECK(recording.counters == RecordingCounters());
  REQUIRE(recording.devices.size() == 1);
  CHECK(recording.devices[0].device == "cuda:0");
  CHECK(recording.devices[0].untraced_bytes == 100);
}

TEST_CASE("a packed snapshot may lack its last bytes only", "[snapshot]") {
  const std::string packed = gzip(snapshot(good_segments(), {good_trace()}));
  Recording recording = good();
  recording.counters.truncated = 1;
  CHECK(read_bytes(std::string_view(packed).substr(0, packed.size() - 3)) == recording);
}

TEST_CASE("segments that grow and shrink", "[snapshot]") {
  List trace{entry("segment_map", 4096, 4096, 1), entry("segment_map", 8192, 4096, 2),
             entry("segment_unmap", 4096, 4096, 3), entry("segment_free", 65536, 512, 4)};
  const Recording recording = read_bytes(
      snapshot({segment(8192, 4096, 0, 0, {block(8192, 4096, 0, "inactive")})}, {trace}));
  CHECK(recording.counters == RecordingCounters());
  CHECK(recording.devices[0].reserved ==
        std::vector<MemorySample>{{0, 512}, {0, 4608}, {1000, 8704}, {2000, 4608}, {3000, 4096}});
}

TEST_CASE("a lost record of a snapshot is seen, but for some", "[snapshot]") {
  // 0: what is left looks like an old block that was released; nothing in the file tells it from
  // one. 1: the segment looks like an old one. 3, 5: requests, which change nothing. 4, 8: releases
  // of old blocks, which are then never heard of.
  const std::vector<std::size_t> not_seen{0, 1, 3, 4, 5, 8};
  for (std::size_t i = 0; i < good_trace().size() - 1; ++i) {
    List trace = good_trace();
    trace.erase(trace.begin() + static_cast<std::ptrdiff_t>(i));
    const Recording recording = read_bytes(snapshot(good_segments(), {trace}));
    CAPTURE(i);
    CHECK((recording.counters == RecordingCounters()) ==
          (std::count(not_seen.begin(), not_seen.end(), i) > 0));
  }
}

TEST_CASE("what disagrees in a snapshot is counted", "[snapshot]") {
  const auto total_mismatch = [](const List& segments) {
    return read_bytes(snapshot(segments, {good_trace()})).counters.total_mismatch;
  };
  List segments = good_segments();
  segments[0] =
      segment(4096, 8193, 1536, 1212,
              {block(4096, 1024, 700, "active_allocated"),
               block(5120, 512, 512, "active_allocated"), block(5632, 6656, 6656, "inactive")});
  CHECK(total_mismatch(segments) == 1);
  segments[0] =
      segment(4096, 8192, 1535, 1213,
              {block(4096, 1024, 700, "active_allocated"),
               block(5120, 512, 512, "active_allocated"), block(5632, 6656, 6656, "inactive")});
  CHECK(total_mismatch(segments) == 3);
  segments[0] =
      segment(4096, 8192, 1536, 1213,
              {block(4096, 1024, 700, "active_allocated"),
               block(5120, 512, 513, "active_allocated"), block(5632, 6656, 6656, "inactive")});
  CHECK(total_mismatch(segments) == 1);  // 512 were asked for
  segments.pop_back();
  segments[0] = good_segments()[0];
  CHECK(total_mismatch(segments) >= 1);  // less reserved than came
}

TEST_CASE("records of a snapshot that mean nothing are counted", "[snapshot]") {
  const auto unknown = [](const Pickled& record) {
    List trace = good_trace();
    trace.push_back(record);
    return read_bytes(snapshot(good_segments(), {trace})).counters.unknown;
  };
  CHECK(unknown(entry("oom", 0, 100, 30)) == 0);
  CHECK(unknown(entry("teleport", 0, 100, 30)) == 1);
  CHECK(unknown(entry("alloc", -5, 100, 30)) == 1);
  CHECK(unknown(entry("alloc", 5, 0, 30)) == 1);
  CHECK(unknown(entry("alloc", 5, -100, 30)) == 1);
  CHECK(unknown(entry("alloc", 5, 100, -30)) == 1);
  CHECK(unknown(entry("alloc", 5, 100, INT64_MAX)) == 1);
  CHECK(unknown(Dict{{"action", "alloc"}}) == 1);
  CHECK(unknown(List{}) == 1);
  CHECK(unknown(17) == 1);
}

TEST_CASE("snapshots without times, addresses of blocks or a history", "[snapshot]") {
  const Pickled timeless = Dict{{"action", "alloc"}, {"addr", 4096 + 1024}, {"size", 512}};
  const Pickled old_block = Dict{{"size", 1024}, {"state", "active_allocated"}};
  const Pickled new_block = Dict{{"size", 1024}, {"state", "active_allocated"}};
  const Pickled old_segment = Dict{{"device", 0},
                                   {"address", 4096},
                                   {"total_size", 2048},
                                   {"blocks", List{old_block, new_block}}};
  Recording recording = read_bytes(snapshot({old_segment}, {List{timeless}}));
  CHECK(recording.counters == RecordingCounters());
  CHECK(recording.devices[0].events == std::vector<MemoryEvent>{{0, 5120, 512}});
  CHECK(recording.devices[0].untraced_bytes == 1024);

  recording = read_bytes(snapshot({old_segment}, {List{}, List{}}));
  REQUIRE(recording.devices.size() == 1);
  CHECK(recording.devices[0].events.empty());
  CHECK(recording.devices[0].untraced_bytes == 2048);
}

TEST_CASE("a snapshot that ends anywhere is refused as truncated", "[snapshot]") {
  const std::string file = snapshot(good_segments(), {good_trace()});
  for (std::size_t size = 2; size < file.size(); ++size) {
    try {
      read_bytes(std::string_view(file).substr(0, size));
      FAIL(size);
    } catch (const traces::ImportError& error) {
      if (error.counters.truncated != 1) FAIL(size << error.what());
    }
  }
}

TEST_CASE("pickles that are no snapshot, or one that would never end", "[snapshot]") {
  CHECK_THAT(refusal(Pickled(List{}).file()), contains("is a pickle, but no memory snapshot"));
  CHECK_THAT(refusal(Pickled(Dict{{"segments", List{}}}).file()), contains("no memory snapshot"));
  Dict wide;
  for (int i = 0; i < 100; ++i) wide.emplace_back("key", 0);
  CHECK_THAT(refusal(snapshot({}, {List{wide}})), contains("has a record of 100 keys"));
  // One trace of 1,000 records that stands for 1,000 devices.
  List trace(1000, entry("alloc", 4096, 512, 1));
  std::string shared = "\x80\x04}(X\x08" + std::string(3, '\0') + "segments]X\x0d" +
                       std::string(3, '\0') + "device_traces](" + Pickled(trace).code() + "q\x01";
  for (int i = 0; i < 1000; ++i) shared += "h\x01";
  CHECK_THAT(refusal(shared + "eu."), contains("has more records than bytes"));
}
