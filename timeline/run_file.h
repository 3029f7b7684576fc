// The run file, *.kvf: what one or more runs held, pass by pass, in one SQLite database.
//
// docs/run-file.md describes the tables. A file is written once, from beginning to end, and then
// only read. Neither class may be used by two threads at once.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/footprint.h"
#include "models/life.h"
#include "models/units.h"
#include "timeline/recording.h"
#include "timeline/records.h"
#include "timeline/timeline.h"

namespace kvf {

// A run file cannot be written or read. The text names the file and says why, in SQLite's or the
// system's own words where they know.
struct RunFileError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Where a run comes from that was not simulated.
struct RecordedInfo {
  std::string source;  // "host", "cuda"; "kineto" and other formats of traces
  RecordingCounters counters;
  friend bool operator==(const RecordedInfo&, const RecordedInfo&) = default;
};

// One case: a policy on a task. Texts are UTF-8. Counts must not be below 0, doubles be finite and
// not below 0.
struct RunInfo {
  std::string label;   // as shown: "snapkv patched"
  std::string policy;  // JSON
  std::string task;
  Tokens prompt;
  Tokens output;
  std::optional<Tokens> prefill_chunk;  // nothing: the prompt in one pass
  std::string model;
  std::string accounting;
  std::string implementation;  // the convention; empty where the accounting has none
  Footprint footprint;
  std::optional<Bytes> peak_bytes;
  std::optional<bool> closed_form_agrees;  // nothing where it was not compared
  std::optional<RecordedInfo> recorded{};  // then the footprint is not known, and its figures are 0
  friend bool operator==(const RunInfo&, const RunInfo&) = default;
};

// What holds for the whole file: "producer", "scenario", "command_line", "accounting" ...
// The keys "complete", "runs", "keys", "lifespans", "curves" and "recordings" are the file's own.
using RunFileMeta = std::map<std::string, std::string>;

// The cell whose lives are listed. `head`: its number in the layer. `sequence`: -1 for the only one.
struct LifespanInfo {
  std::string role;
  std::int64_t layer = 0;
  std::int64_t head = 0;
  std::int64_t sequence = -1;
  friend bool operator==(const LifespanInfo&, const LifespanInfo&) = default;
};

// Whether a run file may take the place of what is there: nothing, an empty file or a run file, but
// no other file of the user's. The writer itself does not ask.
bool may_be_replaced(const std::filesystem::path& file);

// Writes a run file beside `target` and gives it that name in finish(). Until then an existing
// target stays as it is; without finish() nothing is left behind. A killed process leaves
// TARGET.partial-*, which a reader opens up to the last finished run and calls incomplete.
//
// All members throw RunFileError if the file cannot be written, std::invalid_argument for values
// out of range and std::logic_error for calls out of order. After any of these from append() or
// finish_run(), the run is lost: call abandon_run() to go on with the next.
class RunFileWriter {
 public:
  RunFileWriter(const std::filesystem::path& target, const RunFileMeta& meta);
  ~RunFileWriter();
  RunFileWriter(const RunFileWriter&) = delete;
  RunFileWriter& operator=(const RunFileWriter&) = delete;

  // Adds a track to the run that is being written, and gives its id.
  std::int64_t add_track(const TrackInfo& info);

  // Appends passes to a track of the current run. Pieces may be of any size, and those of several
  // tracks may be mixed; what is kept in memory is bounded by 4096 passes a track.
  void append(std::int64_t track_id, const TrackColumns& piece);

  // Adds the lives of a cell to the run that is being written, and gives their id. Then they are
  // appended, in pieces of any size; those of several cells may be mixed. What is kept in memory is
  // bounded by 4096 lives a cell.
  std::int64_t add_lifespan(const LifespanInfo& info);
  void append_lives(std::int64_t lifespan_id, std::span<const Life> lives);

  // Adds a curve to the run that is being written, in the same way.
  std::int64_t add_curve(const CurveInfo& info);
  void append_points(std::int64_t curve_id, std::span<const CurvePoint> points);

  // Ends the run: from here on it survives the death of the process. Gives its id.
  std::int64_t finish_run(const RunInfo& info, std::span<const PhaseSpan> phases,
                          std::span<const Marker> markers);

  // Adds records of a capture, outside of a run: from here on they survive the death of the process.
  void write_records(const records::Batch& batch);

  // Forgets the run that is being written.
  void abandon_run();

  // The above for a run that is in memory.
  std::int64_t write_run(const RunInfo& info, const Timeline& timeline);

  // Puts the file on the disk under the name of the target. The writer cannot be used afterwards.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

struct StoredRun {
  std::int64_t id = 0;
  RunInfo info;
  std::int64_t tracks = 0, phases = 0, markers = 0;  // how many of each it has
};

struct StoredTrack {
  std::int64_t id = 0;
  std::int64_t run_id = 0;
  TrackInfo info;
  std::int64_t passes = 0;
};

struct MinMax {
  std::int64_t min = 0, max = 0;
  friend bool operator==(const MinMax&, const MinMax&) = default;
};

// Consecutive passes of a track, at most 4096.
struct StoredChunk {
  std::int64_t id = 0;
  std::int64_t track_id = 0;
  std::int64_t first_pass = 0;
  std::int64_t passes = 0;
  std::array<MinMax, kTrackColumns.size()> columns;  // in the order of kTrackColumns
};

struct StoredLifespan {
  std::int64_t id = 0;
  std::int64_t run_id = 0;
  LifespanInfo info;
  std::int64_t lives = 0;
};

// Consecutive lives of a cell, at most 4096, in the order of their ends; those that go on last.
struct StoredLifeChunk {
  std::int64_t id = 0;
  std::int64_t lifespan_id = 0;
  std::int64_t first_life = 0;
  std::int64_t lives = 0;
  // first, last, born and evicted + 1, which is 0 for those that go on
  std::array<MinMax, 4> columns;
};

struct StoredCurve {
  std::int64_t id = 0;
  std::int64_t run_id = 0;
  CurveInfo info;
  std::int64_t points = 0;
};

// Consecutive points of a curve, at most 4096.
struct StoredCurveChunk {
  std::int64_t id = 0;
  std::int64_t curve_id = 0;
  std::int64_t first_point = 0;
  std::int64_t points = 0;
  std::array<MinMax, 2> columns;  // time_ns, value
};

// Reads a run file. Opening reads neither tracks nor chunks, and no call reads more than it gives.
// Whatever is read is checked against checksums and counts: a damaged file gives an error and
// never a wrong number. All members throw RunFileError.
class RunFileReader {
 public:
  explicit RunFileReader(const std::filesystem::path& file);
  ~RunFileReader();
  RunFileReader(const RunFileReader&) = delete;
  RunFileReader& operator=(const RunFileReader&) = delete;

  const std::filesystem::path& file() const;
  const RunFileMeta& meta() const;
  bool complete() const;  // false: the writer did not come to its end

  std::vector<StoredRun> runs() const;
  std::vector<StoredTrack> tracks(const StoredRun& run) const;
  std::vector<PhaseSpan> phases(const StoredRun& run) const;
  std::vector<Marker> markers(const StoredRun& run) const;
  std::vector<StoredChunk> chunks(const StoredTrack& track) const;  // the index only
  // The most that is held during a pass, from the index and one chunk; nothing without passes.
  std::optional<Peak> peak(const StoredTrack& track) const;
  TrackColumns columns(const StoredChunk& chunk) const;
  TrackColumns columns(const StoredTrack& track) const;
  Timeline timeline(const StoredRun& run) const;

  std::vector<StoredLifespan> lifespans() const;                              // of all runs, by run
  std::vector<StoredLifeChunk> chunks(const StoredLifespan& lifespan) const;  // the index only
  std::vector<Life> lives(const StoredLifeChunk& chunk) const;

  std::vector<StoredCurve> curves() const;                               // of all runs, by run
  std::vector<StoredCurveChunk> chunks(const StoredCurve& curve) const;  // the index only
  std::vector<CurvePoint> points(const StoredCurveChunk& chunk) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kvf
