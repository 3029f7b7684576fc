// What the exports share.
#pragma once

#include <string>
#include <string_view>

#include "timeline/json_text.h"
#include "timeline/track.h"

namespace kvf {

// Positions and rows count tokens, whatever the track counts.
inline bool counts_tokens(const TrackColumn& column) {
  return column.values == &TrackColumns::first_row || column.values == &TrackColumns::rows;
}

// "rows_tokens", "held_during_entries"
inline std::string name_with_unit(const TrackColumn& column, TrackUnit unit) {
  return std::string(column.name) + "_" +
         std::string(counts_tokens(column) ? "tokens" : to_string(unit));
}

// A field of CSV (RFC 4180): quoted where it must be, bytes that are not UTF-8 replaced.
std::string csv_field(std::string_view any_text);

}  // namespace kvf
