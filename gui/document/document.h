// What was opened: runs with their series, phases and markers. Immutable; when more of a file has been
// read, a new Document takes its place and shares what is unchanged.
//
// No Qt. Times, rows and passes stay integers; only pixels are doubles.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "timeline/recording.h"
#include "timeline/step_series.h"
#include "timeline/timeline.h"

namespace kvf::gui {

// What x counts: tokens of the longest sequence (the paper's axis), passes, or nanoseconds.
enum class Axis : std::uint8_t { row, pass, second };
inline constexpr std::array<std::string_view, 3> kAxisWords{"row", "pass", "second"};

// Where a run comes from.
enum class RunKind : std::uint8_t { simulated, predicted, captured, trace, what_if, difference };

// One series of a run on one axis. Until its file has been read, `steps` is empty and the outline
// stands for it: for each chunk of the file a piece, which says what is in it but not where.
struct OutlinePiece {
  std::int64_t begin = 0, end = 0;  // x
  std::int64_t min = 0, max = 0;
  friend bool operator==(const OutlinePiece&, const OutlinePiece&) = default;
};
struct SeriesOnAxis {
  StepSeries steps;
  std::vector<OutlinePiece> outline;  // ascending; may be left away once `steps` is whole
  std::int64_t begin = 0, end = 0;    // x, known from the start
  bool complete() const { return !steps.empty() || outline.empty(); }
};

// A track or a curve, by name: "total", "cache", "device", "layer 3 streaming", "live".
struct Series {
  std::string name;
  std::string role;         // of a track; "" for a total
  std::string device;       // of a curve: "cuda:0"
  std::int64_t layer = -1;  // -1: all layers
  std::int64_t sequence = -1;
  std::int64_t cells = 0;
  TrackUnit unit = TrackUnit::entries;
  // The most that is held, known before all is read; nothing for a series without points.
  std::optional<std::int64_t> peak;
  // On each axis; nullptr where the series is not on that axis.
  std::array<std::shared_ptr<const SeriesOnAxis>, 3> on;

  const SeriesOnAxis* at(Axis axis) const { return on[static_cast<std::size_t>(axis)].get(); }
};

// A phase or a marker in x of one axis.
struct PhaseOnAxis {
  std::string name;
  std::int64_t begin = 0, end = 0;
};
struct MarkerOnAxis {
  std::string text;
  std::int64_t x = 0;
};

struct Run {
  std::string id;     // "FILE#NUMBER": how a saved view names it
  std::string file;   // as it was given
  std::string label;  // the policy, or the file of a trace
  std::string task;
  std::string model;
  RunKind kind = RunKind::simulated;
  std::string source;  // of a recording: "host", "cuda", "kineto" ...
  // What was lost or is wrong: words to show as a badge; empty for good data.
  std::vector<std::string> problems;
  std::vector<Series> series;
  std::array<std::vector<PhaseOnAxis>, 3> phases;
  std::array<std::vector<MarkerOnAxis>, 3> markers;
  std::optional<std::int64_t> device_limit;  // bytes, of the GPU that the scenario names
  std::string device_name;

  const Series* find(std::string_view name) const;
};

// A file that could not be opened, in the reader's own words.
struct FileError {
  std::string file;
  std::string words;
};

struct Document {
  std::vector<std::shared_ptr<const Run>> runs;
  std::vector<FileError> errors;
  bool complete = true;  // nothing is left to read

  const Run* find(std::string_view id) const;
};

}  // namespace kvf::gui
