// Records of a run file as JSON: the names are those of the tables, docs/run-file.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "timeline/recording.h"
#include "timeline/run_file.h"

namespace kvf {

// A JSON string, quotes included; what is not UTF-8 is replaced by U+FFFD.
std::string json_string(std::string_view text);

// Members of an object, without its braces. The policy is an object where the text is one.
std::string json_members(const RunFileReader& file);  // what holds for the whole file
std::string json_members(const StoredRun& run);
std::string json_members(const StoredTrack& track);
std::string json_members(const StoredLifespan& lifespan);
std::string json_members(const StoredCurve& curve);

// An object: each counter by the name that it has in the table `recordings`.
std::string json_counters(const RecordingCounters& counters);

// Lists of objects.
std::string json_list(const std::vector<PhaseSpan>& phases);
std::string json_list(const std::vector<Marker>& markers);

// The unit as the tables call it.
std::string_view to_string(TrackUnit unit);

}  // namespace kvf
