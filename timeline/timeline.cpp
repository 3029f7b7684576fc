#include "timeline/timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace kvf {

void require_valid(const TrackColumns& columns) {
  for (const auto& [name, member] : kTrackColumns) {
    const auto& values = columns.*member;
    if (values.size() != columns.passes()) {
      throw std::invalid_argument(fmt::format("track: {} has {} passes, rows has {}", name,
                                              values.size(), columns.passes()));
    }
    const auto negative = std::find_if(values.begin(), values.end(), [](auto v) { return v < 0; });
    if (negative != values.end()) {
      throw std::invalid_argument(
          fmt::format("track: {} is {} in pass {}", name, *negative, negative - values.begin()));
    }
  }
}

Area area(const TrackColumns& columns, Cells cells) {
  require_valid(columns);
  Area sum;
  for (std::size_t i = 0; i < columns.passes(); ++i) {
    const Int128 rows = columns.rows[i];
    sum += Area(rows * columns.past[i]);
    sum += Area(rows * (rows + 1) / 2).times(cells.count());
  }
  return sum;
}

std::optional<Peak> peak(const TrackColumns& columns) {
  require_valid(columns);
  const auto& held = columns.held_during;
  const auto top = std::max_element(held.begin(), held.end());
  if (top == held.end()) return {};
  return Peak{*top, top - held.begin()};
}

}  // namespace kvf
