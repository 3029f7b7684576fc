#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "timeline/run_file.h"
#include "timeline/run_file_columns.h"
#include "timeline/run_file_curves.h"
#include "timeline/run_file_format.h"
#include "timeline/run_file_lives.h"
#include "timeline/run_file_open.h"
#include "timeline/run_file_row.h"
#include "timeline/sqlite.h"

namespace kvf {
namespace {

namespace fs = std::filesystem;
using run_file::append_column;
using run_file::damaged;
using run_file::RowReader;
using sqlite::Value;

// What `read` returns. Its errors get the name of the file; those that are not the file's fault are
// not called damage.
template <class Read>
auto guard(const fs::path& file, Read&& read) {
  try {
    return read();
  } catch (const sqlite::Error& error) {
    const bool system = error.code == SQLITE_IOERR || error.code == SQLITE_CANTOPEN ||
                        error.code == SQLITE_BUSY || error.code == SQLITE_LOCKED ||
                        error.code == SQLITE_PERM || error.code == SQLITE_READONLY ||
                        error.code == SQLITE_AUTH || error.code == SQLITE_NOMEM;
    if (system) throw RunFileError(fmt::format("cannot read {}: {}", file.string(), error.what()));
    throw RunFileError(fmt::format("{} is damaged: {}", file.string(), error.what()));
  } catch (const RunFileError&) {
    throw;
  } catch (const std::runtime_error& error) {
    throw RunFileError(fmt::format("{} is damaged: {}", file.string(), error.what()));
  }
}

}  // namespace

struct RunFileReader::State {
  fs::path file;
  sqlite::Database database;
  RunFileMeta meta;
  bool complete = false;
  std::int64_t runs = 0;
  // Rows of the tables that a file need not have.
  std::int64_t lifespans = 0;
  std::int64_t curves = 0;
  std::int64_t recordings = 0;

  explicit State(fs::path name) : file(std::move(name)), database(run_file::open(file)) {
    for_each_row("SELECT * FROM meta", {}, [&](RowReader& row) {
      std::string key;
      row("key", key);
      row("value", meta[key]);
    });
    const std::string keys = std::to_string(meta.size());
    if (take(run_file::kKeys) != keys) damaged("keys of meta are missing");
    const std::string done = take(run_file::kComplete);
    if (done != "yes" && done != "no") damaged("meta does not say whether it is complete");
    complete = done == "yes";
    runs = take_count(run_file::kRuns);
    const auto optional_count = [&](std::string_view key) {
      return meta.contains(std::string(key)) ? take_count(key) : 0;
    };
    lifespans = optional_count(run_file::kLifespans);
    curves = optional_count(run_file::kCurves);
    recordings = optional_count(run_file::kRecordings);
  }

  std::int64_t take_count(std::string_view key) {
    const std::string text = take(key);
    std::int64_t count = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), count);
    if (parsed.ec != std::errc{} || std::to_string(count) != text || count < 0) {
      damaged(fmt::format("meta does not say how many {} there are", key));
    }
    return count;
  }

  std::string take(std::string_view key) {
    auto node = meta.extract(std::string(key));
    return node.empty() ? std::string() : std::move(node.mapped());
  }

  template <class Read>
  void for_each_row(const std::string& sql, std::vector<Value> parameters, Read&& read) const {
    run_file::for_each_row(database, sql, std::move(parameters), std::forward<Read>(read));
  }

  // Fills in which of the runs were recorded.
  void read_recordings(std::vector<StoredRun>& to) const {
    if (recordings == 0) return;
    std::int64_t rows = 0;
    for_each_row("SELECT * FROM recordings ORDER BY run_id", {}, [&](RowReader& row) {
      std::int64_t run_id = 0;
      row("run_id", run_id);
      if (run_id < 1 || run_id > std::ssize(to)) damaged("a recording is of no run");
      run_file::visit_recorded(row,
                               to[static_cast<std::size_t>(run_id - 1)].info.recorded.emplace());
      ++rows;
    });
    if (rows != recordings) damaged("recordings are missing");
  }

  // The phases or markers of a run, which are numbered from 0.
  template <class Record, class Visit>
  std::vector<Record> numbered(std::string_view table, std::int64_t run_id, std::int64_t expected,
                               Visit visit) const {
    std::vector<Record> records;
    for_each_row(fmt::format("SELECT * FROM {} WHERE run_id = ? ORDER BY number", table), {run_id},
                 [&](RowReader& row) {
                   std::int64_t of_run = 0;
                   std::int64_t number = 0;
                   row("run_id", of_run);
                   row("number", number);
                   if (of_run != run_id || number != std::ssize(records)) {
                     damaged(fmt::format("{} are missing", table));
                   }
                   visit(row, records.emplace_back());
                 });
    if (std::ssize(records) != expected) damaged(fmt::format("{} are missing", table));
    return records;
  }

  std::vector<StoredChunk> chunks(const StoredTrack& track) const {
    std::vector<StoredChunk> chunks;
    std::int64_t passes = 0;
    for_each_row("SELECT * FROM chunks WHERE track_id = ? ORDER BY first_pass", {track.id},
                 [&](RowReader& row) {
                   StoredChunk& chunk = chunks.emplace_back();
                   run_file::visit_chunk(row, chunk);
                   if (chunk.track_id != track.id || chunk.first_pass != passes ||
                       chunk.passes > run_file::kChunkPasses) {
                     damaged("chunks are missing");
                   }
                   passes += chunk.passes;
                 });
    if (passes != track.passes) damaged("chunks are missing");
    return chunks;
  }

  // Appends the columns of a chunk.
  void append(const StoredChunk& chunk, TrackColumns& columns) const {
    bool found = false;
    for_each_row("SELECT * FROM chunk_columns WHERE chunk_id = ?", {chunk.id}, [&](RowReader& row) {
      std::int64_t id = 0;
      row("chunk_id", id);
      found = id == chunk.id;
      for (std::size_t i = 0; i < kTrackColumns.size(); ++i) {
        const auto& [name, member] = kTrackColumns[i];
        std::span<const std::byte> bytes;
        row(name, bytes);
        append_column(name, bytes, chunk.passes, chunk.columns[i], columns.*member);
      }
    });
    if (!found) damaged("the columns of a chunk are missing");
  }
};

RunFileReader::RunFileReader(const fs::path& file) {
  state_ = guard(file, [&] { return std::make_unique<State>(file); });
}

RunFileReader::~RunFileReader() = default;

const fs::path& RunFileReader::file() const { return state_->file; }
const RunFileMeta& RunFileReader::meta() const { return state_->meta; }
bool RunFileReader::complete() const { return state_->complete; }

std::vector<StoredRun> RunFileReader::runs() const {
  return guard(state_->file, [&] {
    std::vector<StoredRun> runs;
    state_->for_each_row("SELECT * FROM runs ORDER BY run_id", {}, [&](RowReader& row) {
      run_file::visit_run(row, runs.emplace_back());
      if (runs.back().id != std::ssize(runs)) damaged("runs are missing");
    });
    if (std::ssize(runs) != state_->runs) damaged("runs are missing");
    state_->read_recordings(runs);
    return runs;
  });
}

std::vector<StoredTrack> RunFileReader::tracks(const StoredRun& run) const {
  return guard(state_->file, [&] {
    std::vector<StoredTrack> tracks;
    state_->for_each_row("SELECT * FROM tracks WHERE run_id = ? ORDER BY track_id", {run.id},
                         [&](RowReader& row) {
                           const std::int64_t previous = tracks.empty() ? 0 : tracks.back().id;
                           StoredTrack& track = tracks.emplace_back();
                           run_file::visit_track(row, track);
                           if (track.run_id != run.id || track.id <= previous)
                             damaged("tracks are missing");
                         });
    if (std::ssize(tracks) != run.tracks) damaged("tracks are missing");
    return tracks;
  });
}

std::vector<PhaseSpan> RunFileReader::phases(const StoredRun& run) const {
  return guard(state_->file, [&] {
    return state_->numbered<PhaseSpan>(
        "phases", run.id, run.phases,
        [](RowReader& row, PhaseSpan& phase) { run_file::visit_phase(row, phase); });
  });
}

std::vector<Marker> RunFileReader::markers(const StoredRun& run) const {
  return guard(state_->file, [&] {
    return state_->numbered<Marker>(
        "markers", run.id, run.markers,
        [](RowReader& row, Marker& marker) { run_file::visit_marker(row, marker); });
  });
}

std::vector<StoredChunk> RunFileReader::chunks(const StoredTrack& track) const {
  return guard(state_->file, [&] { return state_->chunks(track); });
}

std::optional<Peak> RunFileReader::peak(const StoredTrack& track) const {
  constexpr std::size_t kHeldDuring = 3;
  static_assert(kTrackColumns[kHeldDuring].values == &TrackColumns::held_during);
  const std::vector<StoredChunk> index = chunks(track);
  const auto top = std::max_element(index.begin(), index.end(), [](const auto& a, const auto& b) {
    return a.columns[kHeldDuring].max < b.columns[kHeldDuring].max;
  });
  if (top == index.end()) return {};
  const Peak in_chunk = *kvf::peak(columns(*top));
  return Peak{in_chunk.held, top->first_pass + in_chunk.pass};
}

TrackColumns RunFileReader::columns(const StoredChunk& chunk) const {
  return guard(state_->file, [&] {
    TrackColumns columns;
    state_->append(chunk, columns);
    return columns;
  });
}

TrackColumns RunFileReader::columns(const StoredTrack& track) const {
  return guard(state_->file, [&] {
    TrackColumns columns;
    for (const StoredChunk& chunk : state_->chunks(track)) state_->append(chunk, columns);
    return columns;
  });
}

Timeline RunFileReader::timeline(const StoredRun& run) const {
  Timeline timeline{{}, phases(run), markers(run)};
  for (StoredTrack& track : tracks(run)) {
    timeline.tracks.push_back({std::move(track.info), columns(track)});
  }
  for (StoredCurve& stored : curves()) {
    if (stored.run_id != run.id) continue;
    Curve& curve = timeline.curves.emplace_back();
    for (const StoredCurveChunk& chunk : chunks(stored)) {
      const std::vector<CurvePoint> more = points(chunk);
      curve.points.insert(curve.points.end(), more.begin(), more.end());
    }
    curve.info = std::move(stored.info);
  }
  return timeline;
}

std::vector<StoredLifespan> RunFileReader::lifespans() const {
  return guard(state_->file, [&] {
    return run_file::read_series<run_file::LivesFormat>(state_->database, state_->lifespans);
  });
}

std::vector<StoredLifeChunk> RunFileReader::chunks(const StoredLifespan& lifespan) const {
  return guard(state_->file, [&] {
    return run_file::read_series_chunks<run_file::LivesFormat>(state_->database, lifespan);
  });
}

std::vector<Life> RunFileReader::lives(const StoredLifeChunk& chunk) const {
  return guard(state_->file, [&] {
    return run_file::read_series_items<run_file::LivesFormat>(state_->database, chunk);
  });
}

std::vector<StoredCurve> RunFileReader::curves() const {
  return guard(state_->file, [&] {
    return run_file::read_series<run_file::CurvesFormat>(state_->database, state_->curves);
  });
}

std::vector<StoredCurveChunk> RunFileReader::chunks(const StoredCurve& curve) const {
  return guard(state_->file, [&] {
    return run_file::read_series_chunks<run_file::CurvesFormat>(state_->database, curve);
  });
}

std::vector<CurvePoint> RunFileReader::points(const StoredCurveChunk& chunk) const {
  return guard(state_->file, [&] {
    return run_file::read_series_items<run_file::CurvesFormat>(state_->database, chunk);
  });
}

}  // namespace kvf
