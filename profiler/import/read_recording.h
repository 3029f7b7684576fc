// The one way in: a file of any format that is known becomes a Recording.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "profiler/import/import_error.h"
#include "timeline/recording.h"

namespace kvf::traces {

struct ReadOptions {
  // Names of operators that shall be in Recording::operators, beside the annotations. Only Kineto
  // traces hold operators.
  std::vector<std::string> operators;
};

// Chooses the format by what the file holds, never by its name: a Kineto trace (JSON) or a PyTorch
// memory snapshot (pickle), both plain or gzip; an Nsight Systems export or a run file (SQLite).
// docs/traces.md says what is read of each. What is wrong with the recording is counted in it.
// Throws ImportError for a file that cannot be read or replayed.
Recording read_recording(const std::filesystem::path& file, const ReadOptions& options = {});

}  // namespace kvf::traces
