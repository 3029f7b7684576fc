#include "gui/view/lane_series.h"

#include <utility>

namespace kvf::gui {

bool has_series(const Run& run, std::string_view name, Axis axis) {
  const Series* series = run.find(name);
  return series != nullptr && series->at(axis) != nullptr;
}

void compare(Lane& lane, const Document& document, const std::array<std::string, 2>& pair) {
  const Run* a = document.find(pair[0]);
  const Run* b = document.find(pair[1]);
  const bool residual = a != nullptr && b != nullptr && a->measured() != b->measured();
  lane.kind = residual ? LaneKind::residual : LaneKind::difference;
  lane.runs = {pair[0], pair[1]};
  if (residual && a->measured()) std::swap(lane.runs[0], lane.runs[1]);
}

std::vector<const Run*> runs_of(const Document& document, const Lane& lane) {
  std::vector<const Run*> found;
  for (const std::string& id : lane.runs) {
    if (const Run* run = document.find(id)) found.push_back(run);
  }
  return found;
}

std::vector<LaneSeries> series_of(const Document& document, Axis axis, const Lane& lane) {
  std::vector<LaneSeries> found;
  for (const Run* run : runs_of(document, lane)) {
    const Series* series = run->find(lane.series);
    const SeriesOnAxis* on = series == nullptr ? nullptr : series->at(axis);
    if (on != nullptr) found.push_back({run, series, on});
  }
  return found;
}

}  // namespace kvf::gui
