// A recording: what a program really allocated and freed, event by event, on each device, and what
// it said it was doing meanwhile. Importers and captures make one; replay.h turns it into tracks.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kvf {

// One allocation or release, in the bytes that the recording counts (README of the format in
// profiler/import/: requested, or rounded to the allocator's blocks).
struct MemoryEvent {
  std::int64_t time_ns = 0;  // from the recording's own zero
  std::uint64_t address = 0;
  std::int64_t bytes = 0;  // above 0: allocated, below: freed
  friend bool operator==(const MemoryEvent&, const MemoryEvent&) = default;
};

// What was taken at a moment, where the recording says only that: an allocator's reserve, what a
// driver reports. It holds until the next sample.
struct MemorySample {
  std::int64_t time_ns = 0;
  std::int64_t bytes = 0;
  friend bool operator==(const MemorySample&, const MemorySample&) = default;
};

struct DeviceRecording {
  std::string device;           // "cpu", "cuda:0"
  std::int64_t base_bytes = 0;  // allocated before the first event, where the format tells; else 0
  // Known to have been allocated before, but counted neither in base_bytes nor in the events (a
  // format without totals that lists what is there at the end), and how many of those blocks were
  // released during the recording.
  std::int64_t untraced_bytes = 0;
  std::int64_t untraced_frees = 0;
  std::vector<MemoryEvent> events;     // by time; equal times in the order of the recording
  std::vector<MemorySample> reserved;  // changes of what lies below, by time; empty if not recorded
  friend bool operator==(const DeviceRecording&, const DeviceRecording&) = default;
};

// An annotation: the program named what it did from start to end.
struct Span {
  std::string name;
  std::int64_t start_ns = 0;
  std::int64_t end_ns = 0;
  friend bool operator==(const Span&, const Span&) = default;
};

// Every way in which a recording can be wrong, counted; all 0 in a good one.
struct RecordingCounters {
  std::int64_t unmatched_free =
      0;  // a release of an address that is not allocated, or of other size
  std::int64_t double_allocation = 0;  // an allocation at an address that is allocated
  std::int64_t out_of_order = 0;       // events that were not where their time belongs
  std::int64_t total_mismatch = 0;     // a total in the recording is not the running sum
  std::int64_t truncated = 0;          // 1: the file ends before its end
  std::int64_t old_schema = 0;         // 1: a form without what replaying needs
  std::int64_t dropped = 0;            // records that the recorder says it lost
  std::int64_t unknown = 0;            // memory records of an unknown kind
  friend bool operator==(const RecordingCounters&, const RecordingCounters&) = default;
};

struct RecordingCounter {
  std::string_view name;
  std::int64_t RecordingCounters::*count;
};

// The counters in their order, for code that treats them alike.
inline constexpr std::array<RecordingCounter, 8> kRecordingCounters{{
    {"unmatched_free", &RecordingCounters::unmatched_free},
    {"double_allocation", &RecordingCounters::double_allocation},
    {"out_of_order", &RecordingCounters::out_of_order},
    {"total_mismatch", &RecordingCounters::total_mismatch},
    {"truncated", &RecordingCounters::truncated},
    {"old_schema", &RecordingCounters::old_schema},
    {"dropped", &RecordingCounters::dropped},
    {"unknown", &RecordingCounters::unknown},
}};

struct Recording {
  std::string format;        // "kineto", "pytorch-snapshot", "nsight-systems", "kvfootprint"
  std::int64_t zero_ns = 0;  // when its zero was, by the recorder's clock (often since 1970)
  std::vector<DeviceRecording> devices;  // by name
  std::vector<Span> spans;               // by start; an outer one before those in it
  std::vector<Span> operators;           // those that the reader was asked for; in the same order
  RecordingCounters counters;
  friend bool operator==(const Recording&, const Recording&) = default;
};

}  // namespace kvf
