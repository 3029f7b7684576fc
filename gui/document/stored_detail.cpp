// Pass by pass and point by point: StoredPasses and read_curve() of stored_run.h.
#include <algorithm>
#include <utility>

#include "gui/document/stored_run.h"

namespace kvf::gui {
namespace {

// The pieces of an outline that chunks [first, last) do not stand in for.
std::vector<OutlinePiece> rest_of(const std::vector<OutlinePiece>& pieces, std::size_t first,
                                  std::size_t last) {
  std::vector<OutlinePiece> rest;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (i < first || i >= last) rest.push_back(pieces[i]);
  }
  return rest;
}

}  // namespace

StoredPasses::StoredPasses(const RunFileReader& reader, const StoredParts& parts,
                           std::int64_t first, std::int64_t last)
    : reader_(reader), parts_(parts), first_(first), last_(last), values_(parts.tracks.size()) {
  if (parts.batch) {  // where a pass begins depends on all before
    first_ = 0;
    last_ = parts.passes;
  } else if (parts.lead) {
    for (const StoredChunk& chunk : parts.track_chunks[*parts.lead]) {
      const std::int64_t end = chunk.first_pass + chunk.passes;
      if (chunk.first_pass <= first && first < end) first_ = chunk.first_pass;
      if (chunk.first_pass < last && last < end) last_ = end;
    }
  }
  std::array<Edges, 3> edges;
  const std::int64_t count = last_ - first_;
  if (count > 0) edges[index_of(Axis::pass)] = pass_edges(first_, count);
  if (parts.has_rows) {
    Edges& rows = edges[index_of(Axis::row)];
    if (parts.batch) {
      rows = batch_edges(reader, parts);
    } else {
      TrackColumns lead;
      values_[*parts.lead] = read(*parts.lead, &lead);
      rows = row_edges(lead.first_row, lead.rows);
    }
  }
  if (parts.clock) {
    edges[index_of(Axis::second)] =
        second_edges(clock_points(reader, parts, first_, last_), first_, count, parts.end_ns);
  }
  passes_.emplace(std::move(edges));
}

std::vector<std::int64_t> StoredPasses::read(std::size_t track, TrackColumns* rows) const {
  std::vector<std::int64_t> values;
  const std::int64_t passes = std::min(last_, parts_.tracks[track].passes) - first_;
  if (passes > 0) values.reserve(static_cast<std::size_t>(2 * passes));
  for (const StoredChunk& chunk : parts_.track_chunks[track]) {
    // Those of other tracks may lie otherwise than the lead's.
    const std::int64_t from = std::max(first_, chunk.first_pass) - chunk.first_pass;
    const std::int64_t to = std::min(last_, chunk.first_pass + chunk.passes) - chunk.first_pass;
    if (from >= to) continue;
    const TrackColumns columns = reader_.columns(chunk);
    for (auto i = static_cast<std::size_t>(from); i < static_cast<std::size_t>(to); ++i) {
      values.push_back(columns.held_during[i]);
      values.push_back(columns.held_after[i]);
      if (rows == nullptr) continue;
      rows->first_row.push_back(columns.first_row[i]);
      rows->rows.push_back(columns.rows[i]);
    }
  }
  return values;
}

Series StoredPasses::track(std::size_t t, const Series& outlined) {
  Series series = outlined;
  std::vector<std::int64_t> values = std::move(values_[t]);
  if (values.empty()) values = read(t, nullptr);
  const std::vector<StoredChunk>& chunks = parts_.track_chunks[t];
  if (first_ == 0 && !chunks.empty()) series.before = reader_.columns(chunks.front()).past.front();
  std::size_t first = 0;
  while (first < chunks.size() && chunks[first].first_pass < first_) ++first;
  std::size_t last = first;
  while (last < chunks.size() && chunks[last].first_pass + chunks[last].passes <= last_) ++last;
  const auto laid = passes_->lay(std::move(values));
  for (std::size_t axis = 0; axis < laid.size(); ++axis) {
    if (laid[axis] == nullptr || series.on[axis] == nullptr) continue;
    laid[axis]->begin = series.on[axis]->begin;
    laid[axis]->end = series.on[axis]->end;
    laid[axis]->outline = rest_of(series.on[axis]->outline, first, last);
    series.on[axis] = laid[axis];
  }
  return series;
}

Series read_curve(const RunFileReader& reader, const StoredParts& parts, std::size_t curve,
                  const Series& outlined, std::size_t first, std::size_t last) {
  Series series = outlined;
  const std::vector<StoredCurveChunk>& chunks = parts.curve_chunks[curve];
  auto& on = series.on[index_of(Axis::second)];
  if (on == nullptr || first >= last) return series;
  std::int64_t points = 0;
  for (std::size_t c = first; c < last; ++c) points += chunks[c].points;
  std::vector<std::int64_t> xs;
  std::vector<std::int64_t> values;
  xs.reserve(static_cast<std::size_t>(points));
  values.reserve(static_cast<std::size_t>(points));
  for (std::size_t c = first; c < last; ++c) {
    for (const CurvePoint& point : reader.points(chunks[c])) {
      xs.push_back(point.time_ns);
      values.push_back(point.value);
    }
  }
  auto read = std::make_shared<SeriesOnAxis>();
  read->begin = on->begin;
  read->end = on->end;
  read->outline = rest_of(on->outline, first, last);
  read->steps = StepSeries(std::move(xs), std::move(values), on->outline[last - 1].end);
  on = std::move(read);
  return series;
}

}  // namespace kvf::gui
