// One of the two things that `compare` lays over each other: a scenario, a run of a run file, or a
// trace of another program.
#pragma once

#include <optional>
#include <string>

#include "cli/scenario_case.h"
#include "cli/score_options.h"
#include "timeline/recording.h"
#include "timeline/replay.h"
#include "timeline/run_file.h"
#include "timeline/timeline.h"

namespace kvf::cli {

enum class SideKind { prediction, simulated, captured, trace };

struct Side {
  SideKind kind = SideKind::prediction;
  std::string words;  // "prediction of 'full'"
  Timeline timeline;
  RecordingCounters counters;             // of what was recorded
  RunInfo info;                           // as far as there is one
  std::optional<DescribedScores> scores;  // of a capture, if it says so
};

struct SideOptions {
  CaseOptions one;
  ScoreOptions scores;              // those of a capture are its own, unless one is given
  std::string passes = kPassNames;  // a regular expression of annotations
  std::string device;  // of a trace; empty: the only one, or the one with the most bytes
};

// What the file is, by its content. `other`: the side that is there already; a scenario that does not
// say how its cache lies is predicted as what it is compared with. Throws UsageError, InputError,
// RunFileError, ImportError.
Side read_side(const std::string& file, const SideOptions& options, const Side* other);

// Whether the file is a scenario, which is read after the other one.
bool is_scenario(const std::string& file);

}  // namespace kvf::cli
