#include "gui/view/lane_series.h"

namespace kvf::gui {

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
