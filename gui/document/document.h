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

#include "gui/document/axis.h"
#include "gui/document/cell.h"
#include "timeline/recording.h"
#include "timeline/step_series.h"
#include "timeline/timeline.h"

namespace kvf::gui {

// Where a run comes from.
enum class RunKind : std::uint8_t { simulated, predicted, captured, trace, what_if, difference };

// Passes that follow one another: [first, last).
struct PassSpan {
  std::int64_t first = 0, last = 0;
  friend bool operator==(const PassSpan&, const PassSpan&) = default;
};

// One series of a run on one axis. What `steps` does not cover yet, the outline stands for: for each
// chunk of the file a piece, which says what is in it but not where. Of a file of moderate length all
// is in `steps` in the end; of a very long one only what load_detail() was asked for.
struct OutlinePiece {
  std::int64_t begin = 0, end = 0;  // x
  std::int64_t min = 0, max = 0;
  friend bool operator==(const OutlinePiece&, const OutlinePiece&) = default;
};
struct SeriesOnAxis {
  StepSeries steps;
  std::vector<OutlinePiece> outline;  // ascending; none where `steps` is
  std::int64_t begin = 0, end = 0;    // x, known from the start
  // Of a track: the passes after which less is held than while they attended, as stretches; pass 0 is
  // that of points 0 and 1.
  std::shared_ptr<const std::vector<PassSpan>> evictions = nullptr;
  bool complete() const { return outline.empty(); }
};

// How layers are added up in what a pass holds: all as they hold its rows at once, or the most while they
// run one after another. Where something is evicted these are two figures, and both are right.
enum class Layers : std::uint8_t { unknown, at_once, in_turn };
inline constexpr std::array<std::string_view, 3> kLayersWords{"", "all layers at once",
                                                              "layer by layer"};

// A track or a curve, by name: "total", "cache", "device", "layer 3 streaming", "live". A track has two
// points a pass on each axis, of which the tracks of a run share the x (StepSeries::shares_points_with):
// point 2 p is what is held while pass p attends, point 2 p + 1 what stays. The second is where the next
// pass begins: it has no width, but at the end.
struct Series {
  std::string name;
  std::string role;         // of a track; "" for a total
  std::string device;       // of a curve: "cuda:0"
  std::int64_t layer = -1;  // -1: all layers
  std::int64_t sequence = -1;
  std::int64_t cells = 0;
  double weight = 1;  // how often the run counts it: not 1 for a nominal share of heads
  TrackUnit unit = TrackUnit::entries;
  Layers layers = Layers::unknown;  // of a sum over layers
  std::int64_t before = 0;  // of a track: held before its first pass, once that has been read
  // The most that is held, known before all is read; nothing for a series without points.
  std::optional<std::int64_t> peak;
  // On each axis; nullptr where the series is not on that axis.
  std::array<std::shared_ptr<const SeriesOnAxis>, 3> on;

  const SeriesOnAxis* at(Axis axis) const { return on[index_of(axis)].get(); }
};

// A phase or a marker in x of one axis.
struct PhaseOnAxis {
  std::string name;
  std::int64_t begin = 0, end = 0;
  friend bool operator==(const PhaseOnAxis&, const PhaseOnAxis&) = default;
};
struct MarkerOnAxis {
  std::string text;
  std::int64_t x = 0;
  friend bool operator==(const MarkerOnAxis&, const MarkerOnAxis&) = default;
};

struct Run {
  std::string id;           // "FILE#NUMBER": how a saved view names it
  std::string file;         // as it was given
  std::int64_t stored = 0;  // run_id in a run file; 0: not of one
  std::string label;        // the policy, or the file of a trace
  std::string task;
  std::string model;
  RunKind kind = RunKind::simulated;
  std::string source;   // of a recording: "host", "cuda", "kineto" ...
  bool pinned = false;  // a what-if that others are set against
  // What was lost or is wrong: words to show as a badge; empty for good data.
  std::vector<std::string> problems;
  std::vector<Series> series;
  std::array<std::vector<PhaseOnAxis>, 3> phases;
  std::array<std::vector<MarkerOnAxis>, 3> markers;
  std::optional<std::int64_t> device_limit;  // bytes, of the GPU that the scenario names
  std::string device_name;
  std::vector<CellLives> cells;  // those that the file has lives of
  // Of full attention's, where the run says so: what its rows could attend, summed over rows; the most
  // that it holds.
  std::optional<double> footprint, peak;

  // Whether it says what was, not what should be.
  bool measured() const { return kind == RunKind::captured || kind == RunKind::trace; }
  const Series* find(std::string_view name) const;
  const CellLives* cell(std::string_view name) const;  // by CellLives::name()
};

// A series without points that is called as the track or the curve is.
Series named_as(const TrackInfo& info);
Series named_as(const CurveInfo& info);

// Names are for people and for lanes, which must tell series apart: of curves of one name the one of the
// device that holds the most keeps it, the others get their device's: "live", "live cpu".
void tell_devices_apart(std::vector<Series>& series);

// Of all sums over layers: what is known of those of entries, and of those of bytes.
void tell_layers(std::vector<Series>& series, Layers entries, Layers bytes);

// A file that could not be opened, in the reader's own words.
struct FileError {
  std::string file;
  std::string words;
  friend bool operator==(const FileError&, const FileError&) = default;
};

struct Document {
  std::vector<std::string> files;                // as they were given
  std::vector<std::string> unread;               // of these, those of which nothing is known yet
  std::vector<std::shared_ptr<const Run>> runs;  // in the order of the files
  std::vector<FileError> errors;
  bool complete = true;  // nothing is left to read, but details of very long files

  const Run* find(std::string_view id) const;
};

}  // namespace kvf::gui
