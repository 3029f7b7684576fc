#include <fmt/format.h>

#include <string>

#include "timeline/export.h"
#include "timeline/export_columns.h"
#include "timeline/json_text.h"

namespace kvf {
namespace {

std::string names(TrackUnit unit) {
  std::string list = R"(["pass")";
  for (const TrackColumn& column : kTrackColumns) {
    list += ",\"" + name_with_unit(column, unit) + "\"";
  }
  return list + "]";
}

void export_passes(const RunFileReader& file, const StoredTrack& track, const TextSink& sink) {
  for (const StoredChunk& chunk : file.chunks(track)) {
    const TrackColumns columns = file.columns(chunk);
    std::string text;
    for (std::size_t i = 0; i < columns.passes(); ++i) {
      const std::int64_t pass = chunk.first_pass + static_cast<std::int64_t>(i);
      fmt::format_to(std::back_inserter(text), "{}\n    [{}", pass == 0 ? "" : ",", pass);
      for (const TrackColumn& column : kTrackColumns) {
        (text += ',') += fmt::format_int((columns.*column.values)[i]).str();
      }
      text += ']';
    }
    sink(text);
  }
}

}  // namespace

void export_json(const RunFileReader& file, const TextSink& sink) {
  sink("{" + json_members(file) + ",\"runs\":[");
  std::string_view next_run = "\n {";
  for (const StoredRun& run : file.runs()) {
    sink(fmt::format(R"({}{},"phases":{},"markers":{},"tracks":[)", next_run, json_members(run),
                     json_list(file.phases(run)), json_list(file.markers(run))));
    next_run = ",\n {";
    std::string_view next_track = "\n  {";
    for (const StoredTrack& track : file.tracks(run)) {
      sink(fmt::format(R"({}{},"columns":{},"data":[)", next_track, json_members(track),
                       names(track.info.unit)));
      next_track = ",\n  {";
      export_passes(file, track, sink);
      sink("]}");
    }
    sink("]}");
  }
  sink("]}\n");
}

}  // namespace kvf
