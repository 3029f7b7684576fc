#include "gui/document/maps.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "gui/document/passes.h"

namespace kvf::gui {
namespace {

// The rows of the passes of a sequence: its own track's, or the total's. With several, the longest's.
TrackColumns passes_of(const RunFileReader& reader, const StoredRun& run, std::int64_t sequence) {
  std::optional<StoredTrack> found;
  for (const StoredTrack& track : reader.tracks(run)) {
    if (track.info.unit != TrackUnit::entries || track.info.sequence != sequence) continue;
    if (!found || (track.info.layer < 0 && found->info.layer >= 0)) found = track;
  }
  if (!found) throw RunFileError("the run has lives of a sequence, but no track of it");
  return reader.columns(*found);
}

PassAxis rows_of(const TrackColumns& columns) {
  if (columns.passes() == 0) return PassAxis();
  return PassAxis(columns.first_row, row_edges(columns.first_row, columns.rows).back());
}

}  // namespace

const PassAxis* CellMaps::axis(Axis of) const {
  if (of == Axis::second) return nullptr;
  return of == Axis::row ? &rows : &passes;
}

std::string CellLives::name() const {
  std::string text = fmt::format("layer {} head {}", info.layer, info.head);
  if (info.sequence >= 0) text += fmt::format(" sequence {}", info.sequence);
  return text;
}

std::int64_t blocks_for(const MapFacts& facts, std::int64_t tokens) {
  constexpr std::int64_t kDefault = 16;
  constexpr std::int64_t kFew = 256;
  return facts.block_tokens.value_or(tokens <= kFew ? 1 : kDefault);
}

std::vector<CellLives> cells_of(const RunFileReader& reader, const StoredRun& run) {
  std::vector<CellLives> cells;
  for (const StoredLifespan& lifespan : reader.lifespans()) {
    if (lifespan.run_id != run.id) continue;
    cells.push_back({lifespan.info, lifespan.id, lifespan.lives, nullptr});
  }
  return cells;
}

std::shared_ptr<const CellMaps> read_maps(const RunFileReader& reader, const StoredRun& run,
                                          const CellLives& cell, const MapFacts& facts) {
  const StoredLifespan lifespan{cell.lifespan_id, run.id, cell.info, cell.lives};
  std::vector<Life> lives;
  for (const StoredLifeChunk& chunk : reader.chunks(lifespan)) {
    const std::vector<Life> piece = reader.lives(chunk);
    lives.insert(lives.end(), piece.begin(), piece.end());
  }
  const TrackColumns columns = passes_of(reader, run, cell.info.sequence);
  const auto passes = static_cast<std::int64_t>(columns.passes());
  auto maps = std::make_shared<CellMaps>();
  try {
    maps->rows = rows_of(columns);
    maps->passes = PassAxis(passes);
    const std::int64_t tokens = maps->rows.end();
    maps->blocks = OccupancyMap(lives, blocks_for(facts, tokens), passes);
    if (tokens <= AttentionMap::kMostTokens) {
      maps->attention = AttentionMap(lives, columns.first_row, columns.rows, facts.reads);
    }
  } catch (const std::invalid_argument& error) {
    throw RunFileError(fmt::format("{}: {}", cell.name(), error.what()));
  }
  return maps;
}

HeadRows head_rows(const Run& run, Axis axis) {
  HeadRows heads;
  for (const Series& series : run.series) {
    const SeriesOnAxis* on = series.at(axis);
    if (series.layer < 0 || series.unit != TrackUnit::entries || on == nullptr) continue;
    const std::int64_t cells = std::max<std::int64_t>(series.cells, 1);
    heads.rows.push_back({series.name, series.layer, cells, on});
    heads.most = std::max(heads.most, series.peak.value_or(0) / cells);
  }
  std::stable_sort(heads.rows.begin(), heads.rows.end(),
                   [](const HeadRow& a, const HeadRow& b) { return a.layer < b.layer; });
  return heads;
}

}  // namespace kvf::gui
