#include "gui/view/derive.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "gui/document/difference.h"

namespace kvf::gui {
namespace {

bool read(const Run& run) {
  return std::all_of(run.series.begin(), run.series.end(), [](const Series& series) {
    return std::all_of(series.on.begin(), series.on.end(),
                       [](const auto& on) { return on == nullptr || on->complete(); });
  });
}

}  // namespace

std::string derived_id(const Lane& lane) {
  if (!is_comparison(lane.kind) || lane.runs.size() != 2) return "";
  const std::string_view kind = kLaneKindWords[static_cast<std::size_t>(lane.kind)];
  return fmt::format("{} {} -> {}", kind, lane.runs[0], lane.runs[1]);
}

Document with_derived(const Document& document, const ViewState& view) {
  Document with = document;
  for (const Lane& lane : view.lanes) {
    const std::string id = derived_id(lane);
    if (id.empty() || with.find(id) != nullptr) continue;
    const Run* a = document.find(lane.runs[0]);
    const Run* b = document.find(lane.runs[1]);
    if (a == nullptr || b == nullptr || !read(*a) || !read(*b)) continue;
    auto run = std::make_shared<Run>(lane.kind == LaneKind::residual ? residual_run(*a, *b)
                                                                     : difference_run(*a, *b));
    run->id = id;
    with.runs.push_back(std::move(run));
  }
  return with;
}

std::vector<const Run*> runs_behind(const Document& document, const Lane& lane) {
  std::vector<const Run*> runs = runs_of(document, lane);
  const std::string id = derived_id(lane);
  const Run* derived = id.empty() ? nullptr : document.find(id);
  if (derived != nullptr) runs.push_back(derived);
  return runs;
}

std::vector<LaneSeries> drawn_series(const Document& document, Axis axis, const Lane& lane) {
  if (!is_comparison(lane.kind)) return series_of(document, axis, lane);
  Lane derived = lane;
  derived.runs = {derived_id(lane)};
  return series_of(document, axis, derived);
}

}  // namespace kvf::gui
