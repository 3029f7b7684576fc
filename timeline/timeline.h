// A timeline: the tracks of one run, with the phases and markers that say what happened when.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/units.h"
#include "timeline/track.h"

namespace kvf {

struct Track {
  TrackInfo info;
  TrackColumns columns;
  friend bool operator==(const Track&, const Track&) = default;
};

// A stretch of passes with a name: "prefill", "decode", "turn 2".
struct PhaseSpan {
  std::string name;
  std::int64_t first_pass = 0;
  std::int64_t passes = 0;
  friend bool operator==(const PhaseSpan&, const PhaseSpan&) = default;
};

// Something worth a line at one pass: "evicts for the first time".
struct Marker {
  std::int64_t pass = 0;
  std::string text;
  friend bool operator==(const Marker&, const Marker&) = default;
};

// A step curve over time: `value` holds from `time_ns` until the next point.
struct CurvePoint {
  std::int64_t time_ns = 0;  // from the timeline's own zero; never earlier than the point before
  std::int64_t value = 0;
  friend bool operator==(const CurvePoint&, const CurvePoint&) = default;
};

// What a curve is of: "live" or "reserved" bytes of a device. The clock of a run, "passes", counts
// the passes that have begun, which is what lays its tracks over its curves.
struct CurveInfo {
  std::string name;
  std::string device;
  TrackUnit unit = TrackUnit::bytes;
  friend bool operator==(const CurveInfo&, const CurveInfo&) = default;
};

struct Curve {
  CurveInfo info;
  std::vector<CurvePoint> points;
  friend bool operator==(const Curve&, const Curve&) = default;
};

struct Timeline {
  std::vector<Track> tracks;
  std::vector<PhaseSpan> phases;
  std::vector<Marker> markers;
  std::vector<Curve> curves{};
  friend bool operator==(const Timeline&, const Timeline&) = default;
};

// Throws std::invalid_argument, naming the column and the pass, unless all columns are of one
// length and no count is below 0.
void require_valid(const TrackColumns& columns);

// The KV footprint of the track, in entry-rows: each pass adds rows * past and, in each cell,
// rows (rows + 1) / 2 (a row sees the past and, causally, its own chunk). `past` sums over the
// cells already. For one sequence; where a sequence waits (rows 0) nothing is added.
// Throws what require_valid throws, and OverflowError.
Area area(const TrackColumns& columns, Cells cells);

// The most that is held while a pass attends, and the first pass that holds it.
struct Peak {
  std::int64_t held = 0;
  std::int64_t pass = 0;
  friend bool operator==(const Peak&, const Peak&) = default;
};

// The peak of held_during; nothing for a track without passes. Throws what require_valid throws.
std::optional<Peak> peak(const TrackColumns& columns);

}  // namespace kvf
