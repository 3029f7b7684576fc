// A trace that is refused.
#pragma once

#include <stdexcept>
#include <string>

#include "timeline/recording.h"

namespace kvf::traces {

// The file is not a trace, or not one that can be replayed. The text says why, and
// read_recording() puts the name of the file before it; the counters say the same where they have a
// name for it.
struct ImportError : std::runtime_error {
  explicit ImportError(const std::string& text, std::string its_format = "",
                       const RecordingCounters& found = {})
      : std::runtime_error(text), format(std::move(its_format)), counters(found) {}
  std::string format;  // as in Recording; empty where it is not known
  RecordingCounters counters;
};

}  // namespace kvf::traces
