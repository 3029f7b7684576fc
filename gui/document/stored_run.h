// A run of a run file for the viewer: first from the index of its chunks, then pass by pass.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "gui/document/document.h"
#include "gui/document/passes.h"
#include "timeline/run_file.h"

namespace kvf::gui {

// What a run consists of, and the indexes of its chunks.
struct StoredParts {
  StoredRun run;
  std::vector<StoredTrack> tracks;
  std::vector<std::vector<StoredChunk>> track_chunks;  // of each
  std::vector<StoredCurve> curves;                     // but the clock
  std::vector<std::vector<StoredCurveChunk>> curve_chunks;
  std::optional<StoredCurve> clock;
  std::vector<StoredCurveChunk> clock_chunks;
  std::vector<PhaseSpan> phases;
  std::vector<Marker> markers;

  std::int64_t passes = 0;          // of the longest track
  std::optional<std::size_t> lead;  // the track whose rows are those of the longest sequence
  bool batch = false;               // first_row is not where a pass begins
  bool has_rows = false;            // not so for traces
  bool steady_clock = false;        // each pass is a point of its own
  std::int64_t end_ns = 0;          // the last that any curve knows of
};
// `curves`: all of the file. Throws RunFileError.
StoredParts parts_of(const RunFileReader& reader, const StoredRun& run,
                     const std::vector<StoredCurve>& curves);

// The x of all passes of a batch. Throws RunFileError.
Edges batch_edges(const RunFileReader& reader, const StoredParts& parts);
// What the clock says of passes [first, last), and of the one after them. Throws RunFileError.
std::vector<CurvePoint> clock_points(const RunFileReader& reader, const StoredParts& parts,
                                     std::int64_t first, std::int64_t last);

// Fills in series, phases and markers from the index; beside it only chunks in which a phase begins
// are read. Throws RunFileError.
void outline(Run& run, const RunFileReader& reader, const StoredParts& parts);

// The passes that some chunks have, on the axes, and what was read on the way.
class StoredPasses {
 public:
  // Passes [first, last), which are made wider to whole chunks. Throws RunFileError.
  StoredPasses(const RunFileReader& reader, const StoredParts& parts, std::int64_t first,
               std::int64_t last);

  const Passes& passes() const { return *passes_; }
  std::int64_t first() const { return first_; }
  std::int64_t last() const { return last_; }

  // The series of track `t` with its steps. Only once for each track.
  Series track(std::size_t t, const Series& outlined);

 private:
  std::vector<std::int64_t> read(std::size_t track, TrackColumns* rows) const;

  const RunFileReader& reader_;
  const StoredParts& parts_;
  std::int64_t first_ = 0, last_ = 0;
  std::optional<Passes> passes_;
  std::vector<std::vector<std::int64_t>> values_;  // of tracks whose rows were needed
};

// The points of chunks [first, last) of a curve; what lies before and behind stays outlined.
Series read_curve(const RunFileReader& reader, const StoredParts& parts, std::size_t curve,
                  const Series& outlined, std::size_t first, std::size_t last);

}  // namespace kvf::gui
