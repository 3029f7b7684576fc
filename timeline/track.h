// A track: what one group of cells of one sequence (or a whole run) held, pass by pass.
//
// Held figures are constant within a pass; the area over rows is computed from the fields, never
// from a drawn ramp.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/units.h"

namespace kvf {

// One record a pass, one column a field, all of the same length, nothing below 0. Counts are in
// the unit of the track, except `rows` and `first_row`, which are tokens of the sequence.
//   past         held before the pass
//   held_during  held while the pass attends: past + rows + appended, over all cells of the track
//   held_after   what stays
// A batch pass in which the sequence waits has rows 0 and still holds.
struct TrackColumns {
  std::vector<std::int64_t> first_row;
  std::vector<std::int64_t> rows;
  std::vector<std::int64_t> past;
  std::vector<std::int64_t> held_during;
  std::vector<std::int64_t> held_after;

  std::size_t passes() const { return rows.size(); }
  friend bool operator==(const TrackColumns&, const TrackColumns&) = default;
};

struct TrackColumn {
  std::string_view name;
  std::vector<std::int64_t> TrackColumns::*values;
};

// The columns in their order, for code that treats them alike.
inline constexpr std::array<TrackColumn, 5> kTrackColumns{{
    {"first_row", &TrackColumns::first_row},
    {"rows", &TrackColumns::rows},
    {"past", &TrackColumns::past},
    {"held_during", &TrackColumns::held_during},
    {"held_after", &TrackColumns::held_after},
}};

// What the columns count; passes only as a clock (timeline.h).
enum class TrackUnit { entries, bytes, blocks, passes };

// What a track is of. `layer` is -1 for a track over all layers, `sequence` -1 for one over all
// sequences; `cells` is how many (layer, KV head) pairs the columns sum over. A run counts its
// track `weight` times: 1, but for a nominal share of heads, where the columns are of whole cells.
struct TrackInfo {
  std::string name;  // "total", "layer 3 streaming"
  std::string role;  // "full", "streaming", ... ; empty for a total
  std::int64_t layer = -1;
  std::int64_t cells = 0;
  std::int64_t sequence = -1;
  double weight = 1;
  TrackUnit unit = TrackUnit::entries;
  friend bool operator==(const TrackInfo&, const TrackInfo&) = default;
};

}  // namespace kvf
