// Run file -> other formats, for other programs. All are written piece by piece: a file of any
// length takes the memory of one chunk and of the index of one track.
#pragma once

#include <functional>
#include <string_view>

#include "timeline/run_file.h"

namespace kvf {

// Takes the next piece of the text. What it throws ends the export.
using TextSink = std::function<void(std::string_view)>;

// All throw RunFileError, perhaps after a part of the text.

// CSV (RFC 4180), a row a pass of a track. What is held stands in the columns of the track's unit:
// past_entries, held_during_entries, held_after_entries; another unit in the file has columns of
// its own (past_bytes ...), and the cells of the others are empty.
void export_csv(const RunFileReader& file, const TextSink& sink);

// JSON: what is in the file, and for each track `columns`, their names, and `data`, a list a pass.
void export_json(const RunFileReader& file, const TextSink& sink);

// The lives instead of the tracks. CSV: a row a life, first_token .. last_token, born_pass and
// evicted_pass, which is empty for those that go on. JSON: for each cell `columns` and `data`, in
// which evicted_pass is then null.
void export_lives_csv(const RunFileReader& file, const TextSink& sink);
void export_lives_json(const RunFileReader& file, const TextSink& sink);

// The curves instead of the tracks. CSV: a row a point. JSON: for each curve `columns` and `data`.
void export_curves_csv(const RunFileReader& file, const TextSink& sink);
void export_curves_json(const RunFileReader& file, const TextSink& sink);

// What the time of a trace counts: rows, a tick a token, or passes.
enum class TimeAxis { row, pass };

// Chrome trace events in JSON, which Perfetto opens: a process a run, a counter a track and figure
// (held_during, held_after), phases as slices, markers as instants. A tick is shown as 1 us. Curves
// are counters too, of a process of their own, for their time is in real microseconds.
void export_perfetto(const RunFileReader& file, TimeAxis axis, const TextSink& sink);

}  // namespace kvf
