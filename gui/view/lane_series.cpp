#include "gui/view/lane_series.h"

namespace kvf::gui {

std::vector<LaneSeries> series_of(const Document& document, Axis axis, const Lane& lane) {
  std::vector<LaneSeries> found;
  for (const std::string& id : lane.runs) {
    const Run* run = document.find(id);
    const Series* series = run == nullptr ? nullptr : run->find(lane.series);
    const SeriesOnAxis* on = series == nullptr ? nullptr : series->at(axis);
    if (on != nullptr) found.push_back({run, series, on});
  }
  return found;
}

}  // namespace kvf::gui
