#include "gui/document/stored_run.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace kvf::gui {
namespace {

// In the order of kTrackColumns.
enum : std::size_t { kFirstRow, kRows, kPast, kHeldDuring, kHeldAfter };
static_assert(kTrackColumns[kFirstRow].values == &TrackColumns::first_row &&
              kTrackColumns[kRows].values == &TrackColumns::rows &&
              kTrackColumns[kHeldDuring].values == &TrackColumns::held_during &&
              kTrackColumns[kHeldAfter].values == &TrackColumns::held_after);
enum : std::size_t { kTime, kValue };

// Of so many named passes the exact place is read; of more the chunk must do.
constexpr std::size_t kMostNamed = 64;

void find_lead(StoredParts& parts) {
  for (std::size_t t = 0; t < parts.tracks.size(); ++t) {
    const StoredTrack& track = parts.tracks[t];
    parts.passes = std::max(parts.passes, track.passes);
    parts.batch |= track.info.sequence >= 0;
    for (const StoredChunk& chunk : parts.track_chunks[t]) {
      parts.has_rows |= chunk.columns[kRows].max > 0;
    }
  }
  for (std::size_t t = 0; t < parts.tracks.size() && !parts.lead; ++t) {
    const StoredTrack& track = parts.tracks[t];
    if (track.info.sequence < 0 && track.passes == parts.passes) parts.lead = t;
  }
  if (!parts.lead) parts.batch = true;
}

// The last point may say once more that all have begun: then the last pass ends there.
bool is_steady(const std::vector<StoredCurveChunk>& clock) {
  return std::all_of(clock.begin(), clock.end(), [&](const StoredCurveChunk& chunk) {
    const auto [min, max] = chunk.columns[kValue];
    const std::int64_t before = chunk.first_point;
    const std::int64_t begun = before + chunk.points;
    if (&chunk == &clock.back() && max == begun - 1) return min == std::min(before + 1, max);
    return min == before + 1 && max == begun;
  });
}

// The row at which a pass of the lead begins.
std::int64_t row_of(const RunFileReader& reader, const std::vector<StoredChunk>& chunks,
                    std::int64_t pass) {
  const auto next =
      std::upper_bound(chunks.begin(), chunks.end(), pass,
                       [](std::int64_t p, const StoredChunk& c) { return p < c.first_pass; });
  const StoredChunk& chunk = *std::prev(next);
  const MinMax first_row = chunk.columns[kFirstRow];
  const MinMax rows = chunk.columns[kRows];
  const std::int64_t in_chunk = pass - chunk.first_pass;
  if (rows == MinMax{1, 1} && first_row.max - first_row.min == chunk.passes - 1) {
    return first_row.min + in_chunk;  // decoding
  }
  const TrackColumns columns = reader.columns(chunk);
  return row_edges(columns.first_row, columns.rows)[static_cast<std::size_t>(in_chunk)];
}

PassScale row_scale(const RunFileReader& reader, const StoredParts& parts,
                    const std::vector<std::int64_t>& named) {
  PassScale scale;
  if (!parts.has_rows) return scale;
  if (parts.batch) {
    scale.xs = batch_edges(reader, parts);
    scale.passes = pass_edges(0, parts.passes);
    return scale;
  }
  const std::vector<StoredChunk>& chunks = parts.track_chunks[*parts.lead];
  std::int64_t last = 0;
  for (const StoredChunk& chunk : chunks) {
    scale.add(chunk.first_pass, std::max(last, chunk.columns[kFirstRow].min));
    last = std::max(last, chunk.columns[kFirstRow].max);
  }
  const TrackColumns end = reader.columns(chunks.back());
  scale.add(parts.passes, row_edges(end.first_row, end.rows).back());
  for (const std::int64_t pass : named) {
    if (pass < parts.passes) scale.insert(pass, row_of(reader, chunks, pass));
  }
  return scale;
}

PassScale second_scale(const RunFileReader& reader, const StoredParts& parts,
                       const std::vector<std::int64_t>& named) {
  PassScale scale;
  if (parts.clock_chunks.empty() || parts.passes == 0) return scale;
  const auto add_edges = [&](std::int64_t first, const Edges& edges) {
    for (std::size_t i = 0; i < edges.size(); ++i) {
      scale.insert(first + static_cast<std::int64_t>(i), edges[i]);
    }
  };
  if (!parts.steady_clock) {
    const Edges edges =
        second_edges(clock_points(reader, parts, 0, parts.passes), 0, parts.passes, parts.end_ns);
    for (const std::int64_t x : edges) scale.add(std::ssize(scale.passes), x);
    return scale;
  }
  for (const StoredCurveChunk& chunk : parts.clock_chunks) {
    if (chunk.first_point < parts.passes) {
      scale.add(chunk.first_point, chunk.columns[kTime].min);
    }
  }
  const std::int64_t known = std::min(parts.passes, parts.clock_chunks.back().columns[kValue].max);
  add_edges(known - 1, second_edges(clock_points(reader, parts, known - 1, known), known - 1, 1,
                                    parts.end_ns));
  for (const std::int64_t pass : named) {
    if (pass >= known) continue;
    const auto points = clock_points(reader, parts, pass, pass + 1);
    scale.insert(pass, second_edges(points, pass, 1, parts.end_ns).front());
  }
  return scale;
}

PassScale pass_scale(const StoredParts& parts, const std::vector<std::int64_t>& named) {
  PassScale scale;
  if (parts.passes == 0) return scale;
  for (const auto& chunks : parts.track_chunks) {
    for (const StoredChunk& chunk : chunks) scale.insert(chunk.first_pass, chunk.first_pass);
  }
  for (const std::int64_t pass : named) {
    if (pass < parts.passes) scale.insert(pass, pass);
  }
  for (const StoredTrack& track : parts.tracks) scale.insert(track.passes, track.passes);
  return scale;
}

Series outline_track(const StoredTrack& track, const std::vector<StoredChunk>& chunks,
                     const PassScales& scales) {
  Series series = named_as(track.info);
  for (std::size_t axis = 0; axis < scales.size(); ++axis) {
    const PassScale& scale = scales[axis];
    if (scale.empty() || chunks.empty()) continue;
    auto on = std::make_shared<SeriesOnAxis>();
    for (const StoredChunk& chunk : chunks) {
      if (chunk.first_pass >= scale.passes.back()) break;
      const MinMax during = chunk.columns[kHeldDuring];
      const MinMax after = chunk.columns[kHeldAfter];
      on->outline.push_back({scale.at_or_before(chunk.first_pass),
                             scale.at_or_after(chunk.first_pass + chunk.passes),
                             std::min(during.min, after.min), std::max(during.max, after.max)});
    }
    if (on->outline.empty()) continue;
    on->begin = on->outline.front().begin;
    on->end = on->outline.back().end;
    series.on[axis] = std::move(on);
  }
  for (const StoredChunk& chunk : chunks) {
    const std::int64_t most =
        std::max(chunk.columns[kHeldDuring].max, chunk.columns[kHeldAfter].max);
    series.peak = std::max(series.peak.value_or(most), most);
  }
  return series;
}

Series outline_curve(const StoredCurve& curve, const std::vector<StoredCurveChunk>& chunks,
                     std::int64_t end_ns) {
  Series series = named_as(curve.info);
  if (chunks.empty()) return series;
  auto on = std::make_shared<SeriesOnAxis>();
  for (std::size_t c = 0; c < chunks.size(); ++c) {
    const auto [min, max] = chunks[c].columns[kValue];
    const std::int64_t end = c + 1 < chunks.size() ? chunks[c + 1].columns[kTime].min : end_ns;
    on->outline.push_back({chunks[c].columns[kTime].min, end, min, max});
    series.peak = std::max(series.peak.value_or(max), max);
  }
  on->begin = on->outline.front().begin;
  on->end = end_ns;
  series.on[index_of(Axis::second)] = std::move(on);
  return series;
}

}  // namespace

StoredParts parts_of(const RunFileReader& reader, const StoredRun& run,
                     const std::vector<StoredCurve>& curves) {
  StoredParts parts;
  parts.run = run;
  parts.phases = reader.phases(run);
  parts.markers = reader.markers(run);
  parts.tracks = reader.tracks(run);
  for (const StoredTrack& track : parts.tracks) parts.track_chunks.push_back(reader.chunks(track));
  for (const StoredCurve& curve : curves) {
    if (curve.run_id != run.id) continue;
    std::vector<StoredCurveChunk> chunks = reader.chunks(curve);
    if (!chunks.empty()) {
      parts.end_ns = std::max(parts.end_ns, chunks.back().columns[kTime].max);
    }
    if (curve.info.unit == TrackUnit::passes) {
      parts.clock = curve;
      parts.clock_chunks = std::move(chunks);
    } else {
      parts.curves.push_back(curve);
      parts.curve_chunks.push_back(std::move(chunks));
    }
  }
  find_lead(parts);
  parts.steady_clock = is_steady(parts.clock_chunks);
  return parts;
}

Edges batch_edges(const RunFileReader& reader, const StoredParts& parts) {
  std::vector<std::int64_t> longest(static_cast<std::size_t>(parts.passes));
  std::int64_t begin = std::numeric_limits<std::int64_t>::max();
  for (std::size_t t = 0; t < parts.tracks.size(); ++t) {
    if (parts.lead && t != *parts.lead) continue;
    for (const StoredChunk& chunk : parts.track_chunks[t]) {
      const TrackColumns columns = reader.columns(chunk);
      if (chunk.first_pass == 0) begin = std::min(begin, columns.first_row.front());
      for (std::size_t i = 0; i < columns.rows.size(); ++i) {
        std::int64_t& most = longest[static_cast<std::size_t>(chunk.first_pass) + i];
        most = std::max(most, columns.rows[i]);
      }
    }
  }
  return batch_row_edges(begin, longest);
}

std::vector<CurvePoint> clock_points(const RunFileReader& reader, const StoredParts& parts,
                                     std::int64_t first, std::int64_t last) {
  std::vector<CurvePoint> points;
  for (const StoredCurveChunk& chunk : parts.clock_chunks) {
    // Values count the passes that have begun, this one too.
    if (chunk.columns[kValue].max <= first) continue;
    if (chunk.columns[kValue].min > last + 1 && !points.empty()) break;
    const std::vector<CurvePoint> more = reader.points(chunk);
    points.insert(points.end(), more.begin(), more.end());
  }
  return points;
}

void outline(Run& run, const RunFileReader& reader, const StoredParts& parts) {
  std::vector<std::int64_t> named = named_passes(parts.phases, parts.markers);
  if (named.size() > kMostNamed) named.clear();
  const PassScales scales{row_scale(reader, parts, named), pass_scale(parts, named),
                          second_scale(reader, parts, named)};
  run.series.clear();
  for (std::size_t t = 0; t < parts.tracks.size(); ++t) {
    run.series.push_back(outline_track(parts.tracks[t], parts.track_chunks[t], scales));
  }
  for (std::size_t c = 0; c < parts.curves.size(); ++c) {
    run.series.push_back(outline_curve(parts.curves[c], parts.curve_chunks[c], parts.end_ns));
  }
  tell_devices_apart(run.series);
  place_phases(run, parts.phases, parts.markers, scales);
}

}  // namespace kvf::gui
