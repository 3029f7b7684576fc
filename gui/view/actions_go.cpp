// Actions that go somewhere: the next change, phase, peak or task.
#include <algorithm>
#include <cmath>
#include <limits>

#include "gui/view/actions.h"
#include "gui/view/derive.h"

namespace kvf::gui {
namespace {

constexpr double kPeakNeighbourhood = 1.0 / 50;  // of the width

// Far enough from both ends of 64 bits that a width can be added.
constexpr double kFarthest = 2.0e18;
std::int64_t whole_number(double x) {
  return static_cast<std::int64_t>(std::floor(std::clamp(x, -kFarthest, kFarthest)));
}

// The cursor there, and in the middle if it was out of sight.
ViewState go_to(const ViewState& view, const Document& document, double x) {
  ViewState next = move_cursor(view, document, x);
  const Interval range = shown_range(document, view);
  if (x >= range.begin && x <= range.end) return next;
  return zoom_to(next, document, {x - range.width() / 2, x + range.width() / 2});
}

// From where to go on: the cursor, or before (after) all that is seen.
double start_of(const ViewState& view, const Document& document, Direction direction) {
  const Interval range = shown_range(document, view);
  if (view.cursor) return *view.cursor;
  return direction == Direction::forward ? range.begin - 1 : range.end + 1;
}

std::vector<LaneSeries> focused_series(const ViewState& view, const Document& document) {
  if (view.focus >= view.lanes.size()) return {};
  return drawn_series(document, view.axis, view.lanes[view.focus]);
}

// The nearest of the places that are offered beyond `from`; infinitely far where there is none.
class Nearest {
 public:
  Nearest(double from, Direction direction)
      : from_(from), forward_(direction == Direction::forward), best_(forward_ ? kNone : -kNone) {}
  void offer(double x) {
    if (forward_ && x > from_) best_ = std::min(best_, x);
    if (!forward_ && x < from_) best_ = std::max(best_, x);
  }
  double best() const { return best_; }

 private:
  static constexpr double kNone = std::numeric_limits<double>::infinity();
  double from_;
  bool forward_;
  double best_;
};

ViewState go_if(const ViewState& view, const Document& document, double x) {
  return std::isfinite(x) ? go_to(view, document, x) : view;
}

// The first peak of the series after x (before it), where `reach` is how far to either side it is
// the most. Each step passes over `reach` at least, whatever lies in it.
std::optional<std::int64_t> next_peak(const StepSeries& steps, std::int64_t x, std::int64_t reach,
                                      Direction direction) {
  const auto most = [&](std::int64_t from, std::int64_t to) {  // in [from, to]
    return steps.max_point(steps.first_point_from(from), steps.first_point_from(to + 1));
  };
  const bool forward = direction == Direction::forward;
  const std::int64_t first = steps.begin();
  const std::int64_t last = steps.x(steps.points() - 1);
  x = std::clamp(x, first - 1, last + 1);
  while (forward ? x < last : x > first) {
    const std::int64_t best = forward ? most(x + 1, x + reach) : most(x - reach, x - 1);
    if (best < 0) {  // nothing there: on to the next point
      const std::int64_t next =
          forward ? steps.first_point_from(x + reach + 1) : steps.first_point_from(x - reach) - 1;
      if (next < 0 || next >= steps.points()) return std::nullopt;
      x = steps.x(next) + (forward ? -1 : 1);
      continue;
    }
    const std::int64_t at = steps.x(best);
    const std::int64_t rival = most(at - reach, at + reach);
    if (rival != best) {
      const std::int64_t there = steps.x(rival);
      if (forward) {
        x = there > at ? there - 1 : std::max(there + reach, at);
      } else {
        x = there < at ? there + 1 : std::min(there - reach, at);
      }
      continue;
    }
    // What is held when the neighbourhood begins counts too: a step down from it is no peak, nor is
    // what follows within reach of it.
    const std::int64_t entry = steps.point_at(at - reach);
    const bool enters = entry >= 0 && !steps.gap_behind(entry);
    if (enters && steps.value(entry) >= steps.value(best)) {
      x = forward ? std::max(at, steps.x(entry + 1) - 1 + reach) : at;
      continue;
    }
    // Neither is a step on the way up.
    const bool rises = best + 1 < steps.points() && steps.value(best + 1) > steps.value(best);
    if (!rises) return at;
    x = at;
  }
  return std::nullopt;
}

}  // namespace

ViewState step_cursor(const ViewState& view, const Document& document, Direction direction) {
  const double from = start_of(view, document, direction);
  Nearest nearest(from, direction);
  for (const LaneSeries& shown : focused_series(view, document)) {
    const StepSeries& steps = shown.on->steps;
    if (steps.empty()) continue;
    const std::int64_t x = whole_number(from);
    const std::int64_t point =
        direction == Direction::forward
            ? steps.first_point_from(x + 1)
            // At x itself too, if the cursor is between two whole numbers.
            : steps.first_point_from(from > std::floor(from) ? x + 1 : x) - 1;
    if (point >= 0 && point < steps.points()) nearest.offer(static_cast<double>(steps.x(point)));
  }
  return go_if(view, document, nearest.best());
}

ViewState go_to_phase(const ViewState& view, const Document& document, Direction direction) {
  Nearest nearest(start_of(view, document, direction), direction);
  for (const Run* run : shown_runs(document, view)) {
    for (const PhaseOnAxis& phase : run->phases[index_of(view.axis)]) {
      nearest.offer(static_cast<double>(phase.begin));
    }
  }
  return go_if(view, document, nearest.best());
}

ViewState go_to_peak(const ViewState& view, const Document& document, Direction direction) {
  const double from = start_of(view, document, direction);
  const double width = shown_range(document, view).width();
  const std::int64_t reach = std::max<std::int64_t>(1, whole_number(width * kPeakNeighbourhood));
  Nearest nearest(from, direction);
  for (const LaneSeries& shown : focused_series(view, document)) {
    if (shown.on->steps.empty()) continue;
    const auto x = whole_number(direction == Direction::forward ? from : std::ceil(from));
    const auto peak = next_peak(shown.on->steps, x, reach, direction);
    if (peak) nearest.offer(static_cast<double>(*peak));
  }
  return go_if(view, document, nearest.best());
}

ViewState go_to_task(const ViewState& view, const Document& document, Direction direction) {
  const std::vector<const Run*> shown = shown_runs(document, view);
  if (shown.empty()) return view;
  const Run& first = *shown.front();
  std::vector<std::string> tasks;
  for (const auto& run : document.runs) {
    if (run->file != first.file) continue;
    if (std::find(tasks.begin(), tasks.end(), run->task) == tasks.end()) tasks.push_back(run->task);
  }
  const auto here = std::find(tasks.begin(), tasks.end(), first.task) - tasks.begin();
  const auto there = here + (direction == Direction::forward ? 1 : -1);
  if (there < 0 || there >= std::ssize(tasks)) return view;
  const std::string& task = tasks[static_cast<std::size_t>(there)];
  const auto moved = [&](const std::string& id) {
    const Run* old = document.find(id);
    if (old == nullptr) return id;
    for (const auto& run : document.runs) {
      if (run->file == old->file && run->task == task && run->label == old->label) return run->id;
    }
    return id;
  };
  ViewState next = view;
  bool missing = false;
  for (Lane& lane : next.lanes) {
    std::vector<std::string> runs;
    for (const std::string& id : lane.runs) {
      const std::string run = moved(id);
      if (std::find(runs.begin(), runs.end(), run) == runs.end()) runs.push_back(run);
    }
    // Another task may have other series: those of a batch are of its sequences.
    const bool had = !series_of(document, view.axis, lane).empty();
    lane.runs = std::move(runs);
    const bool halved = is_comparison(lane.kind) && lane.runs.size() != 2;
    missing = missing || halved || (had && series_of(document, view.axis, lane).empty());
  }
  for (std::string& id : next.compared) id = moved(id);
  if (missing) {
    Document of_task;
    of_task.files = document.files;
    for (const Run* run : shown_runs(document, next)) {
      if (run->task != task) continue;
      for (const auto& one : document.runs) {
        if (one.get() == run) of_task.runs.push_back(one);
      }
    }
    const ViewState anew = first_view(of_task);
    next.axis = anew.axis;
    next.lanes = anew.lanes;
    next.focus = 0;
    next.scroll = 0;
  }
  // Another task has other lengths.
  next.range = {};
  next.cursor.reset();
  next.selection.reset();
  next.pins.clear();
  return next;
}

}  // namespace kvf::gui
