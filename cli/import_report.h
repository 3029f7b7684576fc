// What the import command says of a recording.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "profiler/import/import_error.h"
#include "timeline/recording.h"
#include "timeline/replay.h"

namespace kvf::cli {

// A recording, and what follows from it.
struct ImportReport {
  struct Device {
    LivePeak peak;
    std::vector<PassMemory> passes;     // one for each of the passes
    std::vector<std::int64_t> live_at;  // one for each of `at`
    std::map<std::int64_t, int> steps;  // of live_at from one to the next: how often each occurs
  };
  const Recording& recording;
  std::vector<RecordedPass> passes;
  std::string at_name;          // empty: not asked for
  std::vector<Span> at;         // annotations or operators of that name
  std::vector<Device> devices;  // one for each of the recording's
};

// What to do about a recording without memory events, or what nobody can tell of one that has some;
// else empty.
std::string advice(const Recording& recording);

void print_import_text(const ImportReport& report, const std::string& file);
void print_import_json(const ImportReport& report);
void print_refusal_json(const traces::ImportError& error);

}  // namespace kvf::cli
