#include "gui/view/derive.h"

#include <memory>
#include <utility>

#include "gui/document/difference.h"

namespace kvf::gui {

std::string derived_id(const Lane& lane) {
  if (lane.runs.size() != 2) return "";
  const std::string pair = lane.runs[0] + " -> " + lane.runs[1];
  if (lane.kind == LaneKind::difference) return "difference " + pair;
  if (lane.kind == LaneKind::residual) return "residual " + pair;
  return "";
}

Document with_derived(const Document& document, const ViewState& view) {
  Document result = document;
  for (const Lane& lane : view.lanes) {
    const std::string id = derived_id(lane);
    if (id.empty() || result.find(id) != nullptr) continue;
    const Run* first = result.find(lane.runs[0]);
    const Run* second = result.find(lane.runs[1]);
    if (first == nullptr || second == nullptr) continue;
    auto run =
        std::make_shared<Run>(lane.kind == LaneKind::residual ? residual_run(*first, *second)
                                                              : difference_run(*first, *second));
    run->id = id;
    result.runs.push_back(std::move(run));
  }
  return result;
}

std::vector<LaneSeries> drawn_series(const Document& document, Axis axis, const Lane& lane) {
  const std::string id = derived_id(lane);
  if (id.empty()) return series_of(document, axis, lane);
  Lane derived = lane;
  derived.runs = {id};
  return series_of(document, axis, derived);
}

}  // namespace kvf::gui
