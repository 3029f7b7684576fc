#include "gui/document/timeline_run.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "gui/document/passes.h"

namespace kvf::gui {
namespace {

bool has_rows(const Track& track) {
  return std::any_of(track.columns.rows.begin(), track.columns.rows.end(),
                     [](std::int64_t rows) { return rows > 0; });
}

// As for stored runs: one track says where all passes lie, but in a batch.
Edges rows_of(const Timeline& timeline, std::size_t passes) {
  if (std::none_of(timeline.tracks.begin(), timeline.tracks.end(), has_rows)) return {};
  const Track* lead = nullptr;
  bool batch = false;
  for (const Track& track : timeline.tracks) {
    batch |= track.info.sequence >= 0;
    if (lead == nullptr && track.info.sequence < 0 && track.columns.passes() == passes) {
      lead = &track;
    }
  }
  if (lead != nullptr && !batch) return row_edges(lead->columns.first_row, lead->columns.rows);
  std::vector<std::int64_t> longest(passes);
  std::int64_t begin = std::numeric_limits<std::int64_t>::max();
  for (const Track& track : timeline.tracks) {
    if ((lead != nullptr && &track != lead) || track.columns.passes() == 0) continue;
    begin = std::min(begin, track.columns.first_row.front());
    for (std::size_t i = 0; i < track.columns.passes(); ++i) {
      longest[i] = std::max(longest[i], track.columns.rows[i]);
    }
  }
  return batch_row_edges(begin, longest);
}

Series series_of(const Track& track, const Passes& passes) {
  Series series = named_as(track.info);
  std::vector<std::int64_t> values;
  values.reserve(2 * track.columns.passes());
  for (std::size_t p = 0; p < track.columns.passes(); ++p) {
    values.push_back(track.columns.held_during[p]);
    values.push_back(track.columns.held_after[p]);
  }
  if (values.empty()) return series;
  series.before = track.columns.past.front();
  series.peak = *std::max_element(values.begin(), values.end());
  std::copy_n(passes.lay(std::move(values)).begin(), series.on.size(), series.on.begin());
  return series;
}

Series series_of(const Curve& curve, std::int64_t end_ns) {
  Series series = named_as(curve.info);
  if (curve.points.empty()) return series;
  std::vector<std::int64_t> xs;
  std::vector<std::int64_t> values;
  xs.reserve(curve.points.size());
  values.reserve(curve.points.size());
  for (const CurvePoint& point : curve.points) {
    xs.push_back(point.time_ns);
    values.push_back(point.value);
  }
  series.peak = *std::max_element(values.begin(), values.end());
  auto on = std::make_shared<SeriesOnAxis>();
  on->begin = xs.front();
  on->end = end_ns;
  on->steps = StepSeries(std::move(xs), std::move(values), end_ns);
  series.on[index_of(Axis::second)] = std::move(on);
  return series;
}

}  // namespace

Run with_timeline(Run run, const Timeline& timeline) {
  std::size_t passes = 0;
  for (const Track& track : timeline.tracks) {
    require_valid(track.columns);
    passes = std::max(passes, track.columns.passes());
  }
  std::int64_t end_ns = 0;
  const Curve* clock = nullptr;
  for (const Curve& curve : timeline.curves) {
    if (!curve.points.empty()) end_ns = std::max(end_ns, curve.points.back().time_ns);
    if (curve.info.unit == TrackUnit::passes) clock = &curve;
  }
  const auto count = static_cast<std::int64_t>(passes);
  std::array<Edges, 3> edges;
  if (passes > 0) edges[index_of(Axis::pass)] = pass_edges(0, count);
  edges[index_of(Axis::row)] = rows_of(timeline, passes);
  if (clock != nullptr) {
    edges[index_of(Axis::second)] = second_edges(clock->points, 0, count, end_ns);
  }
  const Passes laid(std::move(edges));
  run.series.clear();
  for (const Track& track : timeline.tracks) run.series.push_back(series_of(track, laid));
  for (const Curve& curve : timeline.curves) {
    if (&curve != clock) run.series.push_back(series_of(curve, end_ns));
  }
  tell_devices_apart(run.series);
  const auto named = named_passes(timeline.phases, timeline.markers);
  place_phases(run, timeline.phases, timeline.markers, scales_of(laid, named));
  return run;
}

}  // namespace kvf::gui
