#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "models/utf8.h"
#include "timeline/export.h"
#include "timeline/export_columns.h"
#include "timeline/run_file_format.h"

namespace kvf {
namespace {

using Units = std::vector<TrackUnit>;

// In the order of kUnits.
Units units_in(const RunFileReader& file, const std::vector<StoredRun>& runs) {
  Units found;
  for (const StoredRun& run : runs) {
    for (const StoredTrack& track : file.tracks(run)) found.push_back(track.info.unit);
  }
  Units units;
  for (const auto& [unit, name] : run_file::kUnits) {
    if (std::find(found.begin(), found.end(), unit) != found.end()) units.push_back(unit);
  }
  return units;
}

// The name of the phase in which a pass is; asked in the order of the passes.
class Phases {
 public:
  explicit Phases(const std::vector<PhaseSpan>& phases) : phases_(phases) {}

  std::string_view at(std::int64_t pass) {
    const auto holds = [&](const PhaseSpan& phase) {
      return pass >= phase.first_pass && pass - phase.first_pass < phase.passes;
    };
    if (current_ == nullptr || !holds(*current_)) {
      const auto found = std::find_if(phases_.begin(), phases_.end(), holds);
      current_ = found == phases_.end() ? nullptr : &*found;
      name_ = current_ == nullptr ? "" : csv_field(current_->name);
    }
    return name_;
  }

 private:
  const std::vector<PhaseSpan>& phases_;
  const PhaseSpan* current_ = nullptr;
  std::string name_;
};

std::string header(const Units& units) {
  std::string text = "run_id,label,task,track_id,track,role,layer,cells,sequence,weight,phase,pass";
  for (const TrackColumn& column : kTrackColumns) {
    if (counts_tokens(column)) text += "," + name_with_unit(column, TrackUnit{});
  }
  for (const TrackUnit unit : units) {
    for (const TrackColumn& column : kTrackColumns) {
      if (!counts_tokens(column)) text += "," + name_with_unit(column, unit);
    }
  }
  return text + "\n";
}

// The same in all rows of a track.
std::string beginning(const StoredRun& run, const StoredTrack& track) {
  const TrackInfo& info = track.info;
  return fmt::format("{},{},{},{},{},{},{},{},{},{}", run.id, csv_field(run.info.label),
                     csv_field(run.info.task), track.id, csv_field(info.name), csv_field(info.role),
                     info.layer, info.cells, info.sequence, info.weight);
}

void append_values(std::string& text, const TrackColumns& columns, std::size_t i, TrackUnit unit,
                   const Units& units) {
  for (const TrackColumn& column : kTrackColumns) {
    if (counts_tokens(column)) (text += ',') += fmt::format_int((columns.*column.values)[i]).str();
  }
  for (const TrackUnit other : units) {
    for (const TrackColumn& column : kTrackColumns) {
      if (counts_tokens(column)) continue;
      text += ',';
      if (other == unit) text += fmt::format_int((columns.*column.values)[i]).str();
    }
  }
}

}  // namespace

std::string csv_field(std::string_view any_text) {
  std::string text = valid_utf8(any_text);
  const bool as_it_is = text.find_first_of(",\"\r\n") == std::string_view::npos &&
                        !text.starts_with(' ') && !text.ends_with(' ');
  if (as_it_is) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += c;
    quoted += c;
  }
  return quoted + '"';
}

void export_csv(const RunFileReader& file, const TextSink& sink) {
  const std::vector<StoredRun> runs = file.runs();
  const Units units = units_in(file, runs);
  sink(header(units));
  for (const StoredRun& run : runs) {
    const std::vector<PhaseSpan> spans = file.phases(run);
    for (const StoredTrack& track : file.tracks(run)) {
      Phases phases(spans);
      const std::string first = beginning(run, track);
      for (const StoredChunk& chunk : file.chunks(track)) {
        const TrackColumns columns = file.columns(chunk);
        std::string text;
        for (std::size_t i = 0; i < columns.passes(); ++i) {
          const std::int64_t pass = chunk.first_pass + static_cast<std::int64_t>(i);
          fmt::format_to(std::back_inserter(text), "{},{},{}", first, phases.at(pass), pass);
          append_values(text, columns, i, track.info.unit, units);
          text += '\n';
        }
        sink(text);
      }
    }
  }
}

}  // namespace kvf
