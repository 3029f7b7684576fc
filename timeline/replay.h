// What a recording says about memory over time. Events count from their own nanosecond on: what is
// live "when a span begins" is before the events of its first one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "timeline/recording.h"

namespace kvf {

// All of these throw OverflowError if more than 2^63 bytes are allocated.

// The bytes that are live after each event; one step an event. Before the first it is base_bytes.
std::vector<MemorySample> live_bytes(const DeviceRecording& recording);

struct LivePeak {
  std::int64_t bytes = 0;    // the most that was live at once
  std::int64_t time_ns = 0;  // when that was so for the first time; 0 if nothing was allocated then
  std::int64_t final_bytes = 0;
  friend bool operator==(const LivePeak&, const LivePeak&) = default;
};
LivePeak live_peak(const DeviceRecording& recording);

// What is live when each span begins. The spans must be in the order of their beginnings.
std::vector<std::int64_t> live_at_begin(const DeviceRecording& recording,
                                        const std::vector<Span>& spans);

// A pass, and what comes behind it.
struct RecordedPass {
  Span span;
  // When the next annotation outside of this one begins, whatever it is called; the own end if
  // there is none.
  std::int64_t next_ns = 0;
  bool followed = false;
  friend bool operator==(const RecordedPass&, const RecordedPass&) = default;
};

// Names that begin with "prefill" or "decode".
inline constexpr const char* kPassNames = "^(prefill|decode)";

// The annotations that are passes: the name, or a part of it, matches the regular expression, and no
// annotation around it does so too. Throws std::regex_error for what is none.
std::vector<RecordedPass> passes_of(const Recording& recording,
                                    const std::string& names = kPassNames);

struct PassMemory {
  std::int64_t before_bytes = 0;  // live when the pass begins
  std::int64_t peak_bytes = 0;    // the most from then on until its end
  std::int64_t after_bytes = 0;   // live when what follows begins
  friend bool operator==(const PassMemory&, const PassMemory&) = default;
};

// One for each of passes_of().
std::vector<PassMemory> memory_of(const DeviceRecording& recording,
                                  const std::vector<RecordedPass>& passes);

}  // namespace kvf
