// What is seen first, and the whole of it.
#include <algorithm>
#include <cmath>
#include <limits>

#include "gui/view/lane_series.h"
#include "gui/view/view_state.h"
#include "models/units.h"

namespace kvf::gui {
namespace {

// More lines than these cannot be told apart in one lane.
constexpr std::size_t kMostRuns = 12;

// What stands for a run in a unit, the outermost level first.
constexpr std::array<std::string_view, 7> kByteSeries{"device", "reserved", "cache",   "allocated",
                                                      "held",   "live",     "resident"};

Axis common_axis(const std::vector<const Run*>& runs) {
  Axis best = Axis::row;
  std::ptrdiff_t most = -1;
  for (const Axis axis : {Axis::row, Axis::pass, Axis::second}) {
    const std::ptrdiff_t count = std::count_if(runs.begin(), runs.end(), [axis](const Run* run) {
      return std::any_of(run->series.begin(), run->series.end(),
                         [axis](const Series& s) { return s.at(axis) != nullptr; });
    });
    if (count > most) {
      most = count;
      best = axis;
    }
  }
  return best;
}

// What was measured, each with its prediction: the same policy, on the same task if both name one. Empty
// unless there are both.
std::vector<const Run*> measured_with_predictions(const Document& document) {
  std::vector<const Run*> runs;
  for (const auto& measured : document.runs) {
    if (!measured->measured()) continue;
    for (const auto& run : document.runs) {
      if (run->kind != RunKind::predicted || run->label != measured->label) continue;
      if (!run->task.empty() && !measured->task.empty() && run->task != measured->task) continue;
      runs.push_back(run.get());
      runs.push_back(measured.get());
      break;
    }
  }
  return runs;
}

// Of two files with several runs each the first two that are of equal policy and task: B over A. Empty
// where there is no such pair, and where one run against another is all there is.
std::vector<const Run*> first_pair(const Document& document) {
  std::vector<std::string> files;
  for (const auto& run : document.runs) {
    if (std::find(files.begin(), files.end(), run->file) == files.end()) files.push_back(run->file);
  }
  if (files.size() != 2) return {};
  for (const auto& a : document.runs) {
    if (a->file != files[0]) continue;
    for (const auto& b : document.runs) {
      if (b->file == files[1] && b->label == a->label && b->task == a->task) {
        return {a.get(), b.get()};
      }
    }
  }
  return {};
}

// Pairs of prediction and measurement, if there are any; of two files a pair of runs; all runs, if a
// picture can hold them; else those of the first task.
std::vector<const Run*> first_runs(const Document& document) {
  std::vector<const Run*> runs = measured_with_predictions(document);
  if (!runs.empty()) {
    runs.resize(std::min(runs.size(), kMostRuns));
    return runs;
  }
  runs = first_pair(document);
  if (!runs.empty()) return runs;
  const bool all = document.runs.size() <= kMostRuns;
  const Run& first = *document.runs.front();
  for (const auto& run : document.runs) {
    if (all || (run->file == first.file && run->task == first.task)) runs.push_back(run.get());
  }
  if (runs.size() > kMostRuns) runs.resize(kMostRuns);
  return runs;
}

Lane lane_of(LaneKind kind, std::string_view series, const std::vector<const Run*>& runs,
             Axis axis) {
  Lane lane;
  lane.kind = kind;
  lane.series = series;
  for (const Run* run : runs) {
    if (has_series(*run, series, axis)) lane.runs.push_back(run->id);
  }
  return lane;
}

// Of measured runs, what they count themselves comes before what an allocator kept for them.
constexpr std::array<std::string_view, 7> kMeasuredSeries{"cache",    "allocated", "live",  "held",
                                                          "resident", "reserved",  "device"};

// The outermost series of bytes that the most runs have; "" if none has any.
std::string_view byte_series(const std::vector<const Run*>& runs, Axis axis) {
  const bool measured =
      std::any_of(runs.begin(), runs.end(), [](const Run* run) { return run->measured(); });
  std::string_view best;
  std::size_t most = 0;
  for (const std::string_view name : measured ? kMeasuredSeries : kByteSeries) {
    const std::size_t count = lane_of(LaneKind::lines, name, runs, axis).runs.size();
    if (count > most) {
      most = count;
      best = name;
    }
  }
  return best;
}

// How many levels of memory the run has, each with what the one below it leaves out.
std::ptrdiff_t levels_of(const Run& run, Axis axis) {
  return std::count_if(kByteSeries.begin(), kByteSeries.end(),
                       [&](std::string_view name) { return has_series(run, name, axis); });
}

// Whether the run has parts that make up its total: tracks with a role or a layer.
bool has_components(const Run& run, Axis axis) {
  return std::any_of(run.series.begin(), run.series.end(), [axis](const Series& series) {
    return !series.role.empty() && series.at(axis) != nullptr;
  });
}

}  // namespace

ViewState first_view(const Document& document) {
  ViewState view;
  if (document.runs.empty()) return view;
  const std::vector<const Run*> runs = first_runs(document);
  view.axis = common_axis(runs);
  const std::string_view bytes = byte_series(runs, view.axis);
  std::string_view series = "total";
  for (const std::string_view name : {bytes, std::string_view("total")}) {
    Lane lane = lane_of(LaneKind::lines, name, runs, view.axis);
    if (name.empty() || lane.runs.empty()) continue;
    if (view.lanes.empty()) series = name;
    lane.height = view.lanes.empty() ? 2 : 1;
    view.lanes.push_back(std::move(lane));
  }
  if (view.lanes.empty()) {  // names that are not known: the first series of the first run
    for (const Series& any : runs.front()->series) {
      if (any.at(view.axis) == nullptr) continue;
      view.lanes.push_back(lane_of(LaneKind::lines, any.name, runs, view.axis));
      series = view.lanes.back().series;
      break;
    }
  }
  if (runs.size() == 2 && has_series(*runs[0], series, view.axis) &&
      has_series(*runs[1], series, view.axis)) {
    Lane lane = lane_of(LaneKind::difference, series, runs, view.axis);
    compare(lane, document, {runs[0]->id, runs[1]->id});
    view.lanes.push_back(std::move(lane));
  }
  if (runs.size() == 1) {
    if (levels_of(*runs[0], view.axis) > 1 && !runs[0]->measured()) {
      view.lanes.push_back(lane_of(LaneKind::stack, bytes, runs, view.axis));
    } else if (has_components(*runs[0], view.axis)) {
      view.lanes.push_back(lane_of(LaneKind::stack, "total", runs, view.axis));
    }
  }
  return view;
}

std::vector<const Run*> shown_runs(const Document& document, const ViewState& view) {
  std::vector<const Run*> runs;
  for (const auto& run : document.runs) {
    const bool shown = std::any_of(view.lanes.begin(), view.lanes.end(), [&](const Lane& lane) {
      return std::find(lane.runs.begin(), lane.runs.end(), run->id) != lane.runs.end();
    });
    if (shown) runs.push_back(run.get());
  }
  return runs;
}

namespace {

// The least and the greatest x of what is added.
class Extent {
 public:
  void add(const SeriesOnAxis* series) {
    if (series == nullptr) return;
    begin_ = std::min(begin_, series->begin);
    end_ = std::max(end_, series->end);
  }
  bool empty() const { return begin_ > end_; }
  Interval interval() const {
    if (empty()) return {0, 1};
    // Outwards: past 2^53, where doubles are far apart, nothing at the ends is left out.
    constexpr double kInfinite = std::numeric_limits<double>::infinity();
    auto begin = static_cast<double>(begin_);
    auto end = static_cast<double>(end_);
    if (static_cast<Int128>(begin) > begin_) begin = std::nextafter(begin, -kInfinite);
    if (static_cast<Int128>(end) < end_) end = std::nextafter(end, kInfinite);
    return {begin, std::max({end, begin + 1, std::nextafter(begin, kInfinite)})};
  }

 private:
  std::int64_t begin_ = std::numeric_limits<std::int64_t>::max();
  std::int64_t end_ = std::numeric_limits<std::int64_t>::min();
};

}  // namespace

Interval full_range(const Document& document, const ViewState& view) {
  Extent extent;
  for (const Lane& lane : view.lanes) {
    for (const LaneSeries& shown : series_of(document, view.axis, lane)) extent.add(shown.on);
  }
  if (extent.empty()) {
    for (const auto& run : document.runs) {
      for (const Series& series : run->series) extent.add(series.at(view.axis));
    }
  }
  return extent.interval();
}

Interval shown_range(const Document& document, const ViewState& view) {
  return view.range.width() > 0 ? view.range : full_range(document, view);
}

}  // namespace kvf::gui
