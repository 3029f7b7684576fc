// What a run has for its maps: the lives of its cells, and what each group of heads holds.
//
// No Qt. A run file tells which cells it has lives of at once; the lives themselves are read cell by
// cell, when they are wanted, and then never change.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gui/document/cell.h"
#include "gui/document/document.h"
#include "timeline/attention_map.h"
#include "timeline/occupancy.h"
#include "timeline/run_file.h"

namespace kvf::gui {

// What the lives of a cell do not say, which the scenario in the file does (map_facts.h).
struct MapFacts {
  std::optional<std::int64_t> block_tokens;  // nothing: see blocks_for
  SparseReads reads;                         // empty: a row reads all that is stored
};

// Block sizes unless the scenario pages its cache: vLLM's default, and one token where all of them
// can be looked at.
std::int64_t blocks_for(const MapFacts& facts, std::int64_t tokens);

// Of a run; empty where the file has no lives. Reads their index only.
std::vector<CellLives> cells_of(const RunFileReader& reader, const StoredRun& run);

// Reads the lives of a cell and the passes of its sequence, and makes the maps. Throws RunFileError,
// for lives and passes that do not fit one another too.
std::shared_ptr<const CellMaps> read_maps(const RunFileReader& reader, const StoredRun& run,
                                          const CellLives& cell, const MapFacts& facts);

// A group of heads in the heads map.
struct HeadRow {
  std::string label;  // "layer 3 streaming"
  std::int64_t layer = 0;
  std::int64_t cells = 1;
  const SeriesOnAxis* on = nullptr;  // of the run's series

  friend bool operator==(const HeadRow&, const HeadRow&) = default;
};

// A row a group of heads, in the order of layers, and what the greatest of their heads holds at most.
// The rows point into the run. Empty for a run without tracks of groups, or none on this axis.
struct HeadRows {
  std::vector<HeadRow> rows;
  std::int64_t most = 0;  // entries a head
};
HeadRows head_rows(const Run& run, Axis axis);

}  // namespace kvf::gui
