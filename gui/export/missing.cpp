#include "gui/export/missing.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "gui/render/maps.h"
#include "gui/render/words.h"
#include "gui/view/derive.h"
#include "gui/view/lane_series.h"

namespace kvf::gui {
namespace {

// Reasons in the order in which they come up, each with those whom it is the reason of.
class Reasons {
 public:
  void add(const std::string& who, const std::string& why) {
    const auto same = std::find_if(reasons_.begin(), reasons_.end(),
                                   [&](const auto& reason) { return reason.first == why; });
    if (same == reasons_.end()) {
      reasons_.push_back({why, {who}});
    } else {
      same->second.push_back(who);
    }
  }
  std::vector<std::string> texts(const std::string& before = "") const {
    std::vector<std::string> texts;
    for (const auto& [why, who] : reasons_) {
      const std::string more = who.size() > 1 ? fmt::format(" and {} more", who.size() - 1) : "";
      texts.push_back(fmt::format("{}{}{}: {}", before, who.front(), more, why));
    }
    return texts;
  }

 private:
  std::vector<std::pair<std::string, std::vector<std::string>>> reasons_;
};

bool is_map(LaneKind kind) {
  return kind == LaneKind::occupancy || kind == LaneKind::heads || kind == LaneKind::attention;
}

// Where on the axis there is something; attention has no time.
Interval extent_of(const Run& run, const ViewState& view, const Lane& lane) {
  if (lane.kind == LaneKind::attention) return view.range;
  if (const Series* series = run.find(lane.series); !is_map(lane.kind) && series != nullptr) {
    const SeriesOnAxis& on = *series->at(view.axis);
    return {static_cast<double>(on.begin), static_cast<double>(on.end)};
  }
  ViewState whole;
  whole.axis = view.axis;
  Document alone;
  alone.runs.push_back(std::make_shared<const Run>(run));
  return full_range(alone, whole);
}

std::string why_not_shown(const Document& document, const Run& run, const ViewState& view,
                          const Lane& lane) {
  const std::string_view axis = kOfAxis[index_of(view.axis)];
  if (is_map(lane.kind)) {
    if (std::string why = why_no_map(document, view.axis, lane, run); !why.empty()) return why;
  } else {
    const Series* series = run.find(lane.series);
    if (series == nullptr) return fmt::format("it has no series '{}'", lane.series);
    if (series->at(view.axis) == nullptr) {
      return fmt::format("its '{}' is not on the axis of {}", lane.series, axis);
    }
  }
  const Interval there = extent_of(run, view, lane);
  const Interval& range = view.range;
  if (range.width() > 0 && (there.end <= range.begin || there.begin >= range.end)) {
    return fmt::format("the range has nothing of it: it is from {} to {} {}", there.begin,
                       there.end, view.axis == Axis::second ? "ns" : axis);
  }
  return "";
}

bool shows_one(LaneKind kind) { return kind == LaneKind::stack || is_map(kind); }

std::string nothing_of(const Lane& lane) {
  if (lane.runs.empty()) return "no run is chosen";
  if (is_comparison(lane.kind) && lane.runs.size() != 2) {
    return fmt::format("a {} is of two runs, not of {}",
                       kLaneKindWords[static_cast<std::size_t>(lane.kind)], lane.runs.size());
  }
  return "";
}

}  // namespace

std::vector<std::string> missing_of(const Document& document, const ViewState& view) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < view.lanes.size(); ++i) {
    const Lane& lane = view.lanes[i];
    if (const std::string why = nothing_of(lane); !why.empty()) {
      texts.push_back(fmt::format("lane {} shows nothing: {}", i + 1, why));
    }
    Reasons reasons;
    for (const std::string& id : lane.runs) {
      if (document.find(id) == nullptr) reasons.add(id, "there is no such run");
    }
    for (const Run* run : runs_of(document, lane)) {
      const std::string why = why_not_shown(document, *run, view, lane);
      if (!why.empty()) reasons.add(run->id, why);
      if (shows_one(lane.kind)) break;
    }
    for (std::string& text : reasons.texts(fmt::format("lane {} does not show ", i + 1))) {
      texts.push_back(std::move(text));
    }
  }
  return texts;
}

std::vector<std::string> problems_of(const Document& document, const ViewState& view, bool all) {
  std::vector<const Run*> shown;
  for (const Lane& lane : view.lanes) {
    for (const Run* run : runs_behind(document, lane)) shown.push_back(run);
  }
  Reasons reasons;
  for (const auto& run : document.runs) {
    const bool is_shown = std::find(shown.begin(), shown.end(), run.get()) != shown.end();
    if (!is_shown && !(all && run->series.empty())) continue;
    for (const std::string& problem : run->problems) {
      // What is made of two runs has no file, and its name says of which.
      const std::string file = run->file.empty() ? "" : run->file + ": ";
      reasons.add(file + (run->task.empty() ? run->label : run->label + " on " + run->task),
                  problem);
    }
  }
  return reasons.texts();
}

}  // namespace kvf::gui
