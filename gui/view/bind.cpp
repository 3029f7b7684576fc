#include "gui/view/bind.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "gui/view/derive.h"
#include "gui/view/lane_series.h"

namespace kvf::gui {
namespace {

// "dir/a.kvf#2" -> "a.kvf#2".
std::string_view without_folder(std::string_view id) {
  const std::size_t slash = id.find_last_of('/');
  return slash == std::string_view::npos ? id : id.substr(slash + 1);
}

std::string bound(const Document& document, const std::string& id) {
  if (id.empty() || document.find(id) != nullptr) return id;
  std::vector<const Run*> alike;
  for (const auto& run : document.runs) {
    if (without_folder(run->id) == without_folder(id)) alike.push_back(run.get());
  }
  return alike.size() == 1 ? alike.front()->id : id;
}

}  // namespace

ViewState bound_to(const Document& document, const ViewState& view) {
  ViewState next = view;
  for (Lane& lane : next.lanes) {
    for (std::string& id : lane.runs) id = bound(document, id);
  }
  for (std::string& id : next.compared) id = bound(document, id);
  return next;
}

std::string why_nothing(const Document& document, Axis axis, const Lane& lane) {
  const std::vector<const Run*> runs = runs_of(document, lane);
  if (lane.runs.empty()) return "no run is chosen";
  if (runs.empty()) return fmt::format("there is no run {}", lane.runs.front());
  const auto not_on_axis = [&] {
    return fmt::format("'{}' is not on the axis of {}", lane.series, kOfAxis[index_of(axis)]);
  };
  if (is_comparison(lane.kind)) {
    if (lane.runs.size() != 2) return "it is of two runs";
    for (const std::string& id : lane.runs) {
      const Run* run = document.find(id);
      if (run == nullptr) return fmt::format("there is no run {}", id);
      const Series* series = run->find(lane.series);
      if (series == nullptr) return fmt::format("{} has no series '{}'", run->label, lane.series);
      if (series->at(axis) == nullptr) return not_on_axis();
    }
    return drawn_series(document, axis, lane).empty() ? "the two runs have nothing in common" : "";
  }
  const bool curves = lane.kind == LaneKind::lines || lane.kind == LaneKind::stack;
  if (!curves || !series_of(document, axis, lane).empty()) return "";
  const bool known = std::any_of(runs.begin(), runs.end(),
                                 [&](const Run* run) { return run->find(lane.series) != nullptr; });
  if (!known) return fmt::format("no run has a series '{}'", lane.series);
  return not_on_axis();
}

}  // namespace kvf::gui
