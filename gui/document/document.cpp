#include "gui/document/document.h"

#include <map>
#include <utility>

namespace kvf::gui {

const Series* Run::find(std::string_view name) const {
  for (const Series& one : series) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

const CellLives* Run::cell(std::string_view name) const {
  for (const CellLives& one : cells) {
    if (one.name() == name) return &one;
  }
  return nullptr;
}

Series named_as(const TrackInfo& info) {
  Series series;
  series.name = info.name;
  series.role = info.role;
  series.layer = info.layer;
  series.sequence = info.sequence;
  series.cells = info.cells;
  series.weight = info.weight;
  series.unit = info.unit;
  return series;
}

Series named_as(const CurveInfo& info) {
  Series series;
  series.name = info.name;
  series.device = info.device;
  series.unit = info.unit;
  return series;
}

void tell_devices_apart(std::vector<Series>& series) {
  std::map<std::string, const Series*> greatest;
  for (const Series& one : series) {
    const Series*& most = greatest[one.name];
    if (most == nullptr || one.peak.value_or(0) > most->peak.value_or(0)) most = &one;
  }
  std::vector<std::string> names;
  for (const Series& one : series) {
    const bool keeps = one.device.empty() || greatest[one.name] == &one;
    names.push_back(keeps ? one.name : one.name + " " + one.device);
  }
  for (std::size_t i = 0; i < names.size(); ++i) series[i].name = std::move(names[i]);
}

void tell_layers(std::vector<Series>& series, Layers entries, Layers bytes) {
  for (Series& one : series) {
    if (one.layer >= 0 || !one.role.empty()) continue;
    if (one.unit == TrackUnit::entries) one.layers = entries;
    if (one.unit == TrackUnit::bytes) one.layers = bytes;
  }
}

const Run* Document::find(std::string_view id) const {
  for (const auto& run : runs) {
    if (run->id == id) return run.get();
  }
  return nullptr;
}

}  // namespace kvf::gui
