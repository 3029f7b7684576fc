// What the series of the lanes do within a range: start, end, least, most, area.
//
// No Qt.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "gui/document/document.h"
#include "gui/view/view_state.h"
#include "models/units.h"

namespace kvf::gui {

// Values in the unit of the series.
struct RangeStatistics {
  const Run* run = nullptr;         // of the document
  const Series* series = nullptr;   //
  std::int64_t start = 0, end = 0;  // held where the range begins and ends
  std::int64_t min = 0, max = 0;
  std::int64_t max_at = 0;  // x, the first of several
  // The sum of value times length, in the unit of the series times that of the axis; nothing where it
  // was not asked for.
  std::optional<Area> area;
  std::int64_t delta() const { return end - start; }
};

// A drawn series (derive.h) a row, in the order of the lanes, each once. The range is rounded to whole numbers of the
// axis, outwards; what lies at the very end of a series is in a range that reaches it. Series that are not in the range, or not read yet, are left out. The area costs the
// points in the range; all else next to nothing.
std::vector<RangeStatistics> statistics(const Document& document, const ViewState& view,
                                        Interval range, bool with_area);

}  // namespace kvf::gui
