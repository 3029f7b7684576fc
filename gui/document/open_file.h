// A run file that is open, as what reads it into a Document needs it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "gui/document/document.h"
#include "gui/document/stored_run.h"
#include "timeline/run_file.h"

namespace kvf::gui {

struct OpenFile {
  explicit OpenFile(const std::string& file) : reader(file), curves(reader.curves()) {}
  RunFileReader reader;
  std::vector<StoredCurve> curves;

  StoredRun run(std::int64_t run_id) const {
    for (const StoredRun& run : reader.runs()) {
      if (run.id == run_id) return run;
    }
    throw RunFileError("the run is no longer in the file");
  }
  StoredParts parts(std::int64_t run_id) const { return parts_of(reader, run(run_id), curves); }
};

// Whether anything of it is still to be read.
inline bool is_outlined(const Series& series) {
  return std::any_of(series.on.begin(), series.on.end(),
                     [](const auto& on) { return on != nullptr && !on->complete(); });
}

inline bool is_outlined(const Run& run) {
  return std::any_of(run.series.begin(), run.series.end(),
                     [](const Series& series) { return is_outlined(series); });
}

}  // namespace kvf::gui
