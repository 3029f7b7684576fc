#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "timeline/column_codec.h"
#include "timeline/partial_file.h"
#include "timeline/records_writer.h"
#include "timeline/run_file.h"
#include "timeline/run_file_columns.h"
#include "timeline/run_file_curves.h"
#include "timeline/run_file_format.h"
#include "timeline/run_file_lives.h"
#include "timeline/run_file_row.h"
#include "timeline/sqlite.h"

namespace kvf {
namespace {

namespace fs = std::filesystem;
using run_file::kChunkPasses;
using run_file::RowWriter;

[[noreturn]] void refuse(const fs::path& target, const std::string& why) {
  throw RunFileError(fmt::format("cannot write {}: {}", target.string(), why));
}

sqlite::Database create(const fs::path& partial) {
  sqlite::Database database(partial, SQLITE_OPEN_READWRITE, run_file::kMaxValueBytes);
  // The journal protects from the death of the process; finish() alone waits for the disk.
  database.execute(
      fmt::format("PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON; BEGIN;"
                  "PRAGMA application_id = {}; PRAGMA user_version = {}; {}",
                  run_file::kApplicationId, run_file::kVersion, run_file::kSchema));
  return database;
}

struct OpenTrack {
  StoredTrack stored;
  std::int64_t in_chunk = 0;  // passes that wait in the encoders
  std::array<ColumnEncoder, kTrackColumns.size()> columns;
};

// The open database. Rows are inserted by statements that are prepared once.
struct Store {
  sqlite::Database database;
  sqlite::Statement meta = insertion("REPLACE INTO meta", 3);
  sqlite::Statement runs = insertion("INSERT INTO runs", 33);
  sqlite::Statement phases = insertion("INSERT INTO phases", 6);
  sqlite::Statement markers = insertion("INSERT INTO markers", 5);
  sqlite::Statement tracks = insertion("INSERT INTO tracks", 11);
  sqlite::Statement chunks = insertion("INSERT INTO chunks", 15);
  sqlite::Statement chunk_columns = insertion("INSERT INTO chunk_columns", 7);

  explicit Store(const fs::path& partial) : database(create(partial)) {}

  sqlite::Statement insertion(std::string_view into, int columns) const {
    std::string marks = "?";
    for (int i = 1; i < columns; ++i) marks += ", ?";
    return {database, fmt::format("{} VALUES ({})", into, marks)};
  }

  void put_meta(std::string_view key, std::string_view value) {
    RowWriter row;
    row("key", key);
    row("value", value);
    meta.run(row.finish());
  }
};

}  // namespace

struct RunFileWriter::State {
  fs::path target;
  PartialFile partial;
  std::optional<Store> store;  // nothing once the file is finished
  // Nothing until there are any.
  std::optional<run_file::SeriesWriter<run_file::LivesFormat>> lives;
  std::optional<run_file::SeriesWriter<run_file::CurvesFormat>> curves;
  std::optional<records::Writer> recorder;
  std::int64_t recordings = 0;  // rows of the table, finished runs only
  std::size_t keys = 0;         // of meta, those that are always there

  std::int64_t runs = 0;          // finished ones
  bool in_run = false;            // a transaction is open
  bool lost = false;              // the run cannot be finished any more
  std::vector<OpenTrack> tracks;  // of the current run
  std::int64_t first_track = 1;   // the id of the first of them
  std::int64_t next_chunk = 1;

  explicit State(const fs::path& name) : target(name), partial(name) {
    store.emplace(partial.path());
  }
  ~State() {
    if (!store) return;
    lives.reset();
    curves.reset();
    recorder.reset();
    store.reset();
    std::error_code ignored;  // SQLite leaves the journal if the disk did not let it roll back
    fs::remove(partial.path().string() + "-journal", ignored);
  }

  void begin_run() {
    if (in_run) return;
    store->database.execute("BEGIN");
    in_run = true;
  }

  void end_run(std::int64_t tracks_kept) {
    first_track += tracks_kept;
    tracks.clear();
    in_run = lost = false;
  }

  OpenTrack& find(std::int64_t track_id) {
    const std::int64_t number = track_id - first_track;
    if (number < 0 || number >= std::ssize(tracks)) {
      throw std::logic_error(fmt::format("run file: track {} is not being written", track_id));
    }
    return tracks[static_cast<std::size_t>(number)];
  }

  void append(OpenTrack& track, const TrackColumns& piece) {
    for (std::size_t from = 0; from < piece.passes();) {
      const auto room = static_cast<std::size_t>(kChunkPasses - track.in_chunk);
      const std::size_t part = std::min(piece.passes() - from, room);
      for (std::size_t i = 0; i < kTrackColumns.size(); ++i) {
        track.columns[i].append(std::span(piece.*kTrackColumns[i].values).subspan(from, part));
      }
      from += part;
      track.stored.passes += static_cast<std::int64_t>(part);
      track.in_chunk += static_cast<std::int64_t>(part);
      if (track.in_chunk == kChunkPasses) flush(track);
    }
  }

  void flush(OpenTrack& track) {
    if (track.in_chunk == 0) return;
    StoredChunk chunk{
        next_chunk++, track.stored.id, track.stored.passes - track.in_chunk, track.in_chunk, {}};
    std::array<std::vector<std::byte>, kTrackColumns.size()> bytes;
    RowWriter content;
    content("chunk_id", chunk.id);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      chunk.columns[i] = {track.columns[i].min(), track.columns[i].max()};
      bytes[i] = track.columns[i].take();
      content(kTrackColumns[i].name, std::span<const std::byte>(bytes[i]));
    }
    RowWriter index;
    run_file::visit_chunk(index, std::as_const(chunk));
    store->chunks.run(index.finish());
    store->chunk_columns.run(content.finish());
    track.in_chunk = 0;
  }

  // The row of a run that was recorded; its table is made with the first.
  void insert_recording(std::int64_t run_id, const RecordedInfo& recorded) {
    if (recordings == 0) store->database.execute(std::string(run_file::kRecordingsSchema));
    RowWriter row;
    row("run_id", run_id);
    run_file::visit_recorded(row, recorded);
    store->insertion("INSERT INTO recordings", 11).run(row.finish());
  }

  // Inserts phases or markers, which are numbered within their run.
  template <class Records, class Visit>
  void insert_numbered(sqlite::Statement& into, const Records& records, Visit visit) {
    std::int64_t number = 0;
    for (const auto& record : records) {
      RowWriter row;
      row("run_id", runs + 1);
      row("number", number++);
      visit(row, record);
      into.run(row.finish());
    }
  }

  // What `write` returns. Failures of SQLite and of the system become RunFileError; after any
  // exception the run is lost.
  template <class Write>
  auto guard(Write&& write) {
    if (!store || lost) {
      throw std::logic_error(store ? "run file: the run is lost" : "run file: it is finished");
    }
    try {
      return write();
    } catch (const std::runtime_error& error) {
      lost = true;
      refuse(target, error.what());
    } catch (...) {
      lost = true;
      throw;
    }
  }
};

RunFileWriter::RunFileWriter(const fs::path& target, const RunFileMeta& meta) try {
  for (const std::string_view own : run_file::kOwnKeys) {
    if (meta.contains(std::string(own))) {
      throw std::invalid_argument(fmt::format("run file: the key '{}' is its own", own));
    }
  }
  state_ = std::make_unique<State>(target);
  Store& store = *state_->store;
  for (const auto& [key, value] : meta) store.put_meta(key, value);
  store.put_meta(run_file::kComplete, "no");
  store.put_meta(run_file::kRuns, "0");
  state_->keys = meta.size() + run_file::kAlwaysThere;
  store.put_meta(run_file::kKeys, std::to_string(state_->keys));
  store.database.execute("COMMIT");
} catch (const std::runtime_error& error) {
  refuse(target, error.what());
}

RunFileWriter::~RunFileWriter() = default;

std::int64_t RunFileWriter::add_track(const TrackInfo& info) {
  State& s = *state_;
  return s.guard([&] {
    s.begin_run();
    const std::int64_t id = s.first_track + std::ssize(s.tracks);
    s.tracks.push_back({{id, s.runs + 1, info, 0}, 0, {}});
    return id;
  });
}

void RunFileWriter::append(std::int64_t track_id, const TrackColumns& piece) {
  state_->guard([&] {
    require_valid(piece);
    state_->append(state_->find(track_id), piece);
  });
}

std::int64_t RunFileWriter::add_lifespan(const LifespanInfo& info) {
  State& s = *state_;
  return s.guard([&] {
    s.begin_run();
    if (!s.lives) s.lives.emplace(s.store->database);
    return s.lives->add(s.runs + 1, info);
  });
}

void RunFileWriter::append_lives(std::int64_t lifespan_id, std::span<const Life> lives) {
  state_->guard([&] {
    if (!state_->lives) throw std::logic_error("run file: no lives are being written");
    state_->lives->append(lifespan_id, lives);
  });
}

std::int64_t RunFileWriter::add_curve(const CurveInfo& info) {
  State& s = *state_;
  return s.guard([&] {
    s.begin_run();
    if (!s.curves) s.curves.emplace(s.store->database);
    return s.curves->add(s.runs + 1, info);
  });
}

void RunFileWriter::append_points(std::int64_t curve_id, std::span<const CurvePoint> points) {
  state_->guard([&] {
    if (!state_->curves) throw std::logic_error("run file: no curves are being written");
    state_->curves->append(curve_id, points);
  });
}

std::int64_t RunFileWriter::finish_run(const RunInfo& info, std::span<const PhaseSpan> phases,
                                       std::span<const Marker> markers) {
  State& s = *state_;
  return s.guard([&] {
    s.begin_run();
    const StoredRun run{s.runs + 1, info, std::ssize(s.tracks), std::ssize(phases),
                        std::ssize(markers)};
    RowWriter row;
    run_file::visit_run(row, run);
    s.store->runs.run(row.finish());
    s.insert_numbered(s.store->phases, phases,
                      [](auto& to, auto& phase) { run_file::visit_phase(to, phase); });
    s.insert_numbered(s.store->markers, markers,
                      [](auto& to, auto& marker) { run_file::visit_marker(to, marker); });
    for (OpenTrack& track : s.tracks) {
      s.flush(track);
      RowWriter track_row;
      run_file::visit_track(track_row, std::as_const(track.stored));
      s.store->tracks.run(track_row.finish());
    }
    s.store->put_meta(run_file::kRuns, std::to_string(run.id));
    std::size_t optional = 0;  // keys of tables that a file need not have
    const auto count = [&](std::string_view key, std::int64_t rows) {
      s.store->put_meta(key, std::to_string(rows));
      ++optional;
    };
    if (s.lives) count(run_file::kLifespans, s.lives->finish_run());
    if (s.curves) count(run_file::kCurves, s.curves->finish_run());
    if (info.recorded) s.insert_recording(run.id, *info.recorded);
    const std::int64_t recordings = s.recordings + (info.recorded ? 1 : 0);
    if (recordings > 0) count(run_file::kRecordings, recordings);
    if (optional > 0) s.store->put_meta(run_file::kKeys, std::to_string(s.keys + optional));
    s.store->database.execute("COMMIT");
    s.runs = run.id;
    s.recordings = recordings;
    s.end_run(run.tracks);
    return run.id;
  });
}

void RunFileWriter::write_records(const records::Batch& batch) {
  State& s = *state_;
  if (s.in_run) throw std::logic_error("run file: records within a run");
  s.guard([&] {
    if (!s.recorder) s.recorder.emplace(s.store->database);
    s.recorder->write(batch);
  });
}

void RunFileWriter::abandon_run() {
  State& s = *state_;
  s.lost = false;
  s.guard([&] {
    if (s.store->database.in_transaction()) s.store->database.execute("ROLLBACK");
  });
  if (s.lives && !s.lives->abandon_run()) s.lives.reset();
  if (s.curves && !s.curves->abandon_run()) s.curves.reset();
  s.end_run(0);
}

std::int64_t RunFileWriter::write_run(const RunInfo& info, const Timeline& timeline) {
  for (const Track& track : timeline.tracks) append(add_track(track.info), track.columns);
  for (const Curve& curve : timeline.curves) append_points(add_curve(curve.info), curve.points);
  return finish_run(info, timeline.phases, timeline.markers);
}

void RunFileWriter::finish() {
  State& s = *state_;
  if (s.in_run) throw std::logic_error("run file: a run is neither finished nor abandoned");
  s.guard([&] {
    s.store->database.execute("PRAGMA synchronous = FULL; BEGIN");
    s.store->put_meta(run_file::kComplete, "yes");
    s.store->database.execute("COMMIT");
  });
  s.lives.reset();
  s.curves.reset();
  s.recorder.reset();
  s.store.reset();
  try {
    s.partial.rename_to_target();
  } catch (const std::runtime_error& error) {
    refuse(s.target, error.what());
  }
}

}  // namespace kvf
