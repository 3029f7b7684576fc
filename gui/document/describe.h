// What a run is called, where it comes from, and what is wrong with it, in words.
#pragma once

#include <string>
#include <vector>

#include "gui/document/document.h"
#include "sim/input/scenario.h"
#include "timeline/run_file.h"

namespace kvf::gui {

// "3 releases of memory that was not allocated": one text a counter that is not 0.
std::vector<std::string> words_of(const RecordingCounters& counters);

// A run of a run file, without its series.
Run describe(const RunFileReader& reader, const StoredRun& stored, const std::string& file);

// How bytes of the scenario's cache are added up over layers: those of a block table that all layers share
// are taken for the whole pass.
Layers layers_of(const input::Scenario& scenario);

// What the scenario in the file says beside its runs: the GPU that it names, and its layers_of(). Nothing if
// there is none, or this program no longer understands it.
struct ScenarioFacts {
  std::string device_name;
  std::optional<std::int64_t> device_bytes;
  Layers layers = Layers::unknown;
};
ScenarioFacts scenario_facts(const RunFileReader& reader);

}  // namespace kvf::gui
