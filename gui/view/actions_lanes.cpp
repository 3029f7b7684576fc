// Actions on lanes, on which runs they show, and on looks.
#include <algorithm>
#include <utility>

#include "gui/view/actions.h"
#include "gui/view/lane_series.h"

namespace kvf::gui {
namespace {

constexpr double kTall = 4;

// The focused lane of a copy of the view, or nullptr.
Lane* focused(ViewState& view) {
  return view.focus < view.lanes.size() ? &view.lanes[view.focus] : nullptr;
}

double scrolled_heights(const ViewState& view) {
  constexpr double kLeast = 0.5;  // a low lane is drawn about so high, for it has a header
  double heights = 0;
  for (const Lane& lane : view.lanes) heights += lane.pinned ? 0 : std::max(kLeast, lane.height);
  return heights;
}

// Lanes may have gone: the focus and what is scrolled to exist again.
ViewState settled(ViewState view) {
  view.focus = view.lanes.empty() ? 0 : std::min(view.focus, view.lanes.size() - 1);
  return scroll(view, 0);
}

// Whether a series of the lanes has another peak or another number of points in the two runs: their
// difference is worth a look. What is looked at costs nothing.
bool differ(const ViewState& view, const Run& a, const Run& b) {
  return std::any_of(view.lanes.begin(), view.lanes.end(), [&](const Lane& lane) {
    const Series* of_a = a.find(lane.series);
    const Series* of_b = b.find(lane.series);
    if (of_a == nullptr || of_b == nullptr) return false;
    const SeriesOnAxis* on_a = of_a->at(view.axis);
    const SeriesOnAxis* on_b = of_b->at(view.axis);
    if (on_a == nullptr || on_b == nullptr) return false;
    return of_a->peak != of_b->peak || on_a->steps.points() != on_b->steps.points();
  });
}

// Before the first of those that come later in the document: a run keeps its place, and its colour.
void insert_in_order(std::vector<std::string>& runs, const Document& document,
                     const std::string& run) {
  const auto place = [&](const std::string& id) {
    return std::find_if(document.runs.begin(), document.runs.end(),
                        [&](const auto& one) { return one->id == id; });
  };
  const auto later = std::find_if(runs.begin(), runs.end(),
                                  [&](const std::string& id) { return place(id) > place(run); });
  runs.insert(later, run);
}

template <class Which>
bool remove_if(std::vector<Lane>& lanes, Which&& which) {
  const auto end = std::remove_if(lanes.begin(), lanes.end(), which);
  const bool any = end != lanes.end();
  lanes.erase(end, lanes.end());
  return any;
}

}  // namespace

ViewState focus_lane(const ViewState& view, std::size_t lane) {
  ViewState next = view;
  if (lane < view.lanes.size()) next.focus = lane;
  return next;
}

ViewState focus_next(const ViewState& view, Direction direction) {
  if (direction == Direction::forward) return focus_lane(view, view.focus + 1);
  return view.focus == 0 ? view : focus_lane(view, view.focus - 1);
}

ViewState scroll(const ViewState& view, double heights) {
  ViewState next = view;
  // Something stays in sight.
  const double most = std::max(0.0, scrolled_heights(view) - 1);
  next.scroll = std::clamp(view.scroll + heights, 0.0, most);
  return next;
}

ViewState pin_lane(const ViewState& view) {
  ViewState next = view;
  if (Lane* lane = focused(next)) lane->pinned = !lane->pinned;
  return settled(next);
}

ViewState resize_lane(const ViewState& view, double factor) {
  ViewState next = view;
  if (Lane* lane = focused(next)) {
    lane->height = std::clamp(lane->height * factor, kLeastHeight, kMostHeight);
  }
  return settled(next);
}

ViewState move_lane(const ViewState& view, Direction direction) {
  const ViewState moved = focus_next(view, direction);
  if (moved.focus == view.focus) return view;
  ViewState next = moved;
  std::swap(next.lanes[view.focus], next.lanes[moved.focus]);
  return next;
}

ViewState remove_lane(const ViewState& view) {
  ViewState next = view;
  if (focused(next) == nullptr) return next;
  next.lanes.erase(next.lanes.begin() + static_cast<std::ptrdiff_t>(view.focus));
  return settled(next);
}

ViewState add_lane(const ViewState& view, const Lane& lane) {
  for (std::size_t i = 0; i < view.lanes.size(); ++i) {
    const Lane& there = view.lanes[i];
    if (there.kind == lane.kind && there.runs == lane.runs && there.series == lane.series) {
      return focus_lane(view, i);
    }
  }
  ViewState next = view;
  const std::size_t at = std::min(view.focus + 1, view.lanes.size());
  next.lanes.insert(next.lanes.begin() + static_cast<std::ptrdiff_t>(at), lane);
  next.focus = at;
  return next;
}

std::vector<Lane> lanes_of_shown(const Document& document, const ViewState& view) {
  std::vector<Lane> lanes;
  for (const Run* run : shown_runs(document, view)) {
    for (const Series& series : run->series) {
      if (series.at(view.axis) == nullptr || series.layer >= 0) continue;
      auto lane = std::find_if(lanes.begin(), lanes.end(),
                               [&](const Lane& one) { return one.series == series.name; });
      if (lane == lanes.end()) {
        lane = lanes.insert(lane, {LaneKind::lines, {}, series.name, 1, false});
      }
      lane->runs.push_back(run->id);
    }
  }
  std::erase_if(lanes, [](const Lane& lane) { return lane.runs.size() < 2; });
  return lanes;
}

ViewState fit_lane(const ViewState& view, const Document& document) {
  ViewState alone = view;
  const Lane* lane = focused(alone);
  if (lane == nullptr || series_of(document, view.axis, *lane).empty()) return view;
  alone.lanes = {*lane};
  const Interval whole = full_range(document, alone);
  if (shown_range(document, view) != whole) return zoom_to(view, document, whole);
  ViewState next = view;
  for (Lane& other : next.lanes) other.height = 1;
  next.lanes[view.focus].height = kTall;
  return settled(next);
}

std::array<std::string, 2> compared_runs(const ViewState& view, const Document& document) {
  std::array<std::string, 2> pair;
  for (std::size_t i = 0; i < pair.size(); ++i) {
    if (document.find(view.compared[i]) != nullptr) pair[i] = view.compared[i];
  }
  const std::vector<const Run*> shown = shown_runs(document, view);
  for (std::size_t i = 0; i < pair.size(); ++i) {
    if (!pair[i].empty()) continue;
    const Run* other = document.find(pair[1 - i]);
    const Run* equal = nullptr;
    for (const Run* run : shown) {
      if (run == other) continue;
      if (other == nullptr || differ(view, *other, *run)) {
        pair[i] = run->id;
        break;
      }
      if (equal == nullptr) equal = run;
    }
    if (pair[i].empty() && equal != nullptr) pair[i] = equal->id;
  }
  return pair;
}

ViewState set_compared(const ViewState& view, const Document& document, std::size_t which,
                       const std::string& run) {
  ViewState next = view;
  const std::array<std::string, 2> before = compared_runs(view, document);
  next.compared = before;
  next.compared[which] = run;
  // The other one: they change places.
  if (before[1 - which] == run) next.compared[1 - which] = before[which];
  for (Lane& lane : next.lanes) {
    if (is_comparison(lane.kind)) compare(lane, document, next.compared);
  }
  return next;
}

ViewState toggle_difference(const ViewState& view, const Document& document) {
  ViewState next = view;
  const auto compares = [](const Lane& lane) { return is_comparison(lane.kind); };
  if (remove_if(next.lanes, compares)) return settled(next);
  const std::array<std::string, 2> pair = compared_runs(view, document);
  if (pair[0].empty() || pair[1].empty()) return view;
  Lane lane;
  const Lane* above = focused(next);
  lane.series = above == nullptr ? "total" : above->series;
  compare(lane, document, pair);
  if (series_of(document, view.axis, lane).size() < 2) return view;
  return add_lane(view, lane);
}

ViewState toggle_stack(const ViewState& view, const Document& document) {
  ViewState next = view;
  const Lane* above = focused(next);
  if (above == nullptr || above->runs.empty()) return view;
  Lane lane = *above;
  lane.kind = LaneKind::stack;
  lane.height = 1;
  lane.pinned = false;
  lane.runs.resize(1);
  const auto same = [&](const Lane& there) {
    return there.kind == lane.kind && there.runs == lane.runs && there.series == lane.series;
  };
  if (remove_if(next.lanes, same)) return settled(next);
  return series_of(document, view.axis, lane).empty() ? view : add_lane(view, lane);
}

ViewState show_run(const ViewState& view, const Document& document, const std::string& run,
                   bool shown) {
  const Run* found = document.find(run);
  if (found == nullptr) return view;
  ViewState next = view;
  const auto names = [&run](const Lane& lane) {
    return std::find(lane.runs.begin(), lane.runs.end(), run) != lane.runs.end();
  };
  if (!shown) {
    remove_if(next.lanes,
              [&](const Lane& lane) { return lane.kind != LaneKind::lines && names(lane); });
    for (Lane& lane : next.lanes) {
      lane.runs.erase(std::remove(lane.runs.begin(), lane.runs.end(), run), lane.runs.end());
    }
    return settled(next);
  }
  bool any = false;
  for (Lane& lane : next.lanes) {
    if (lane.kind != LaneKind::lines) continue;
    if (!has_series(*found, lane.series, view.axis)) continue;
    any = true;
    if (!names(lane)) insert_in_order(lane.runs, document, run);
  }
  if (any) return next;
  // No lane has such a series: those that it would be shown with alone.
  Document alone;
  for (const auto& candidate : document.runs) {
    if (candidate->id == run) alone.runs = {candidate};
  }
  const ViewState first = first_view(alone);
  for (const Lane& lane : first.lanes) {
    if (has_series(*found, lane.series, view.axis)) next.lanes.push_back(lane);
  }
  return next;
}

ViewState next_axis(const ViewState& view, const Document& document) {
  for (int step = 1; step < 3; ++step) {
    const auto axis = static_cast<Axis>((static_cast<int>(view.axis) + step) % 3);
    for (const auto& run : document.runs) {
      for (const Series& series : run->series) {
        if (series.at(axis) == nullptr) continue;
        ViewState next = view;
        next.axis = axis;
        next.range = {};
        next.cursor.reset();
        next.selection.reset();
        next.pins.clear();
        return next;
      }
    }
  }
  return view;
}

ViewState toggle_theme(const ViewState& view) {
  ViewState next = view;
  next.theme = view.theme == Theme::light ? Theme::dark : Theme::light;
  return next;
}

ViewState toggle_legend(const ViewState& view) {
  ViewState next = view;
  next.legend = !view.legend;
  return next;
}

ViewState toggle_phases(const ViewState& view) {
  ViewState next = view;
  next.phases = !view.phases;
  return next;
}

}  // namespace kvf::gui
