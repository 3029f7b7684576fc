// What the maps of a cell need beside its lives, from the scenario that the run file holds.
#pragma once

#include "gui/document/maps.h"

namespace kvf::gui {

// Nothing where the file has no scenario that can be read here (it may name other files), but for a
// policy that reads sparsely: then which entries a row reads is not known. Nor is it where scores came
// from the command line.
MapFacts facts_of(const RunFileReader& reader, const StoredRun& run, const LifespanInfo& cell);

// Reads the maps of one cell after another, until those have `budget` lives together; at least of one.
void read_maps(const RunFileReader& reader, const StoredRun& run, std::vector<CellLives>& cells,
               std::int64_t budget);

}  // namespace kvf::gui
