#include "gui/view/derive.h"

#include <memory>

namespace kvf::gui {

std::string derived_id(const Lane& lane) {
  if (lane.runs.size() != 2) return "";
  const std::string pair = lane.runs[0] + " -> " + lane.runs[1];
  if (lane.kind == LaneKind::difference) return "difference " + pair;
  if (lane.kind == LaneKind::residual) return "residual " + pair;
  return "";
}

std::vector<LaneSeries> drawn_series(const Document& document, Axis axis, const Lane& lane) {
  const std::string id = derived_id(lane);
  if (id.empty()) return series_of(document, axis, lane);
  Lane derived = lane;
  derived.runs = {id};
  return series_of(document, axis, derived);
}

}  // namespace kvf::gui
