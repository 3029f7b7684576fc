// What the writer and the reader of run files agree upon. docs/run-file.md explains it.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "timeline/track.h"

namespace kvf::run_file {

inline constexpr std::int64_t kApplicationId = 0x4b564650;  // "KVFP"
inline constexpr std::int64_t kVersion = 1;
inline constexpr std::int64_t kChunkPasses = 4096;
inline constexpr int kMaxValueBytes = 64 << 20;  // of any one text or column

// Keys of `meta` that are the file's own.
inline constexpr std::string_view kComplete = "complete";  // "yes" or "no"
inline constexpr std::string_view kRuns = "runs";          // how many runs there are
inline constexpr std::string_view kKeys = "keys";          // how many keys `meta` has
// How many rows these tables have; only where there are any.
inline constexpr std::string_view kLifespans = "lifespans";
inline constexpr std::string_view kCurves = "curves";
inline constexpr std::string_view kRecordings = "recordings";
inline constexpr std::array kOwnKeys{kComplete, kRuns, kKeys, kLifespans, kCurves, kRecordings};
inline constexpr std::size_t kAlwaysThere = 3;  // the first of them

inline constexpr std::array<std::pair<TrackUnit, std::string_view>, 4> kUnits{{
    {TrackUnit::entries, "entries"},
    {TrackUnit::bytes, "bytes"},
    {TrackUnit::blocks, "blocks"},
    {TrackUnit::passes, "passes"},
}};

// The last column of each table is the checksum of the others.
inline constexpr std::string_view kSchema = R"(
CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL,
  checksum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
  run_id                              INTEGER PRIMARY KEY,
  label                               TEXT NOT NULL,
  policy                              TEXT NOT NULL,
  task                                TEXT NOT NULL,
  prompt_tokens                       INTEGER NOT NULL,
  output_tokens                       INTEGER NOT NULL,
  prefill_chunk_tokens                INTEGER,
  model                               TEXT NOT NULL,
  accounting                          TEXT NOT NULL,
  implementation                      TEXT NOT NULL,
  active_entries                      TEXT NOT NULL,
  full_entries                        TEXT NOT NULL,
  peak_entries                        INTEGER NOT NULL,
  peak_layerwise_entries              INTEGER NOT NULL,
  full_peak_entries                   INTEGER NOT NULL,
  peak_pass                           INTEGER NOT NULL,
  peak_layerwise_pass                 INTEGER NOT NULL,
  held_after_prefill_entries          INTEGER NOT NULL,
  held_after_decode_entries           INTEGER NOT NULL,
  footprint                           REAL,
  peak                                REAL,
  active_share                        REAL,
  weighted_active_entries             REAL,
  weighted_peak_entries               REAL,
  weighted_peak_layerwise_entries     REAL,
  weighted_held_after_prefill_entries REAL,
  weighted_held_after_decode_entries  REAL,
  peak_bytes                          INTEGER,
  closed_form_agrees                  INTEGER,
  tracks                              INTEGER NOT NULL,
  phases                              INTEGER NOT NULL,
  markers                             INTEGER NOT NULL,
  checksum                            INTEGER NOT NULL
) STRICT;

CREATE TABLE phases (
  run_id     INTEGER NOT NULL REFERENCES runs,
  number     INTEGER NOT NULL,
  name       TEXT NOT NULL,
  first_pass INTEGER NOT NULL,
  passes     INTEGER NOT NULL,
  checksum   INTEGER NOT NULL,
  PRIMARY KEY (run_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE markers (
  run_id   INTEGER NOT NULL REFERENCES runs,
  number   INTEGER NOT NULL,
  pass     INTEGER NOT NULL,
  text     TEXT NOT NULL,
  checksum INTEGER NOT NULL,
  PRIMARY KEY (run_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE tracks (
  track_id INTEGER PRIMARY KEY,
  run_id   INTEGER NOT NULL REFERENCES runs,
  name     TEXT NOT NULL,
  role     TEXT NOT NULL,
  layer    INTEGER NOT NULL,
  cells    INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  weight   REAL NOT NULL,
  unit     TEXT NOT NULL,
  passes   INTEGER NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;
CREATE INDEX tracks_of_run ON tracks (run_id);

CREATE TABLE chunks (
  chunk_id        INTEGER PRIMARY KEY,
  track_id        INTEGER NOT NULL REFERENCES tracks DEFERRABLE INITIALLY DEFERRED,
  first_pass      INTEGER NOT NULL,
  passes          INTEGER NOT NULL,
  first_row_min   INTEGER NOT NULL,
  first_row_max   INTEGER NOT NULL,
  rows_min        INTEGER NOT NULL,
  rows_max        INTEGER NOT NULL,
  past_min        INTEGER NOT NULL,
  past_max        INTEGER NOT NULL,
  held_during_min INTEGER NOT NULL,
  held_during_max INTEGER NOT NULL,
  held_after_min  INTEGER NOT NULL,
  held_after_max  INTEGER NOT NULL,
  checksum        INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX chunks_of_track ON chunks (track_id, first_pass);

CREATE TABLE chunk_columns (
  chunk_id    INTEGER PRIMARY KEY REFERENCES chunks,
  first_row   BLOB NOT NULL,
  rows        BLOB NOT NULL,
  past        BLOB NOT NULL,
  held_during BLOB NOT NULL,
  held_after  BLOB NOT NULL,
  checksum    INTEGER NOT NULL
) STRICT;
)";

// Made when the first lives are written.
inline constexpr std::string_view kLivesSchema = R"(
CREATE TABLE lifespans (
  lifespan_id INTEGER PRIMARY KEY,
  run_id      INTEGER NOT NULL REFERENCES runs DEFERRABLE INITIALLY DEFERRED,
  role        TEXT NOT NULL,
  layer       INTEGER NOT NULL,
  head        INTEGER NOT NULL,
  sequence    INTEGER NOT NULL,
  lives       INTEGER NOT NULL,
  checksum    INTEGER NOT NULL
) STRICT;

CREATE TABLE lifespan_chunks (
  chunk_id    INTEGER PRIMARY KEY,
  lifespan_id INTEGER NOT NULL REFERENCES lifespans DEFERRABLE INITIALLY DEFERRED,
  first_life  INTEGER NOT NULL,
  lives       INTEGER NOT NULL,
  first_min   INTEGER NOT NULL,
  first_max   INTEGER NOT NULL,
  last_min    INTEGER NOT NULL,
  last_max    INTEGER NOT NULL,
  born_min    INTEGER NOT NULL,
  born_max    INTEGER NOT NULL,
  gone_min    INTEGER NOT NULL,
  gone_max    INTEGER NOT NULL,
  checksum    INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX chunks_of_lifespan ON lifespan_chunks (lifespan_id, first_life);

CREATE TABLE lifespan_columns (
  chunk_id INTEGER PRIMARY KEY REFERENCES lifespan_chunks,
  first    BLOB NOT NULL,
  last     BLOB NOT NULL,
  born     BLOB NOT NULL,
  gone     BLOB NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;
)";

// Made when the first points are written.
inline constexpr std::string_view kCurvesSchema = R"(
CREATE TABLE curves (
  curve_id INTEGER PRIMARY KEY,
  run_id   INTEGER NOT NULL REFERENCES runs DEFERRABLE INITIALLY DEFERRED,
  name     TEXT NOT NULL,
  device   TEXT NOT NULL,
  unit     TEXT NOT NULL,
  points   INTEGER NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;

CREATE TABLE curve_chunks (
  chunk_id    INTEGER PRIMARY KEY,
  curve_id    INTEGER NOT NULL REFERENCES curves DEFERRABLE INITIALLY DEFERRED,
  first_point INTEGER NOT NULL,
  points      INTEGER NOT NULL,
  time_ns_min INTEGER NOT NULL,
  time_ns_max INTEGER NOT NULL,
  value_min   INTEGER NOT NULL,
  value_max   INTEGER NOT NULL,
  checksum    INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX chunks_of_curve ON curve_chunks (curve_id, first_point);

CREATE TABLE curve_columns (
  chunk_id INTEGER PRIMARY KEY REFERENCES curve_chunks,
  time_ns  BLOB NOT NULL,
  value    BLOB NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;
)";

// Made with the first run that was recorded.
inline constexpr std::string_view kRecordingsSchema = R"(
CREATE TABLE recordings (
  run_id            INTEGER PRIMARY KEY REFERENCES runs DEFERRABLE INITIALLY DEFERRED,
  source            TEXT NOT NULL,
  unmatched_free    INTEGER NOT NULL,
  double_allocation INTEGER NOT NULL,
  out_of_order      INTEGER NOT NULL,
  total_mismatch    INTEGER NOT NULL,
  truncated         INTEGER NOT NULL,
  old_schema        INTEGER NOT NULL,
  dropped           INTEGER NOT NULL,
  unknown           INTEGER NOT NULL,
  checksum          INTEGER NOT NULL
) STRICT;
)";

inline constexpr std::int64_t kChunkItems = 4096;  // lives, points

}  // namespace kvf::run_file
