#include "gui/document/describe.h"

#include <fmt/format.h>

#include <string_view>

#include "gui/document/stored_scenario.h"

namespace kvf::gui {
namespace {

struct CounterWords {
  std::int64_t RecordingCounters::*count;
  std::string_view words;  // of several
  std::string_view one;
};
constexpr CounterWords kWords[] = {
    {&RecordingCounters::unmatched_free, "releases of memory that was not allocated",
     "release of memory that was not allocated"},
    {&RecordingCounters::double_allocation, "blocks allocated where one was still live",
     "block allocated where one was still live"},
    {&RecordingCounters::out_of_order, "events behind later ones", "event behind a later one"},
    {&RecordingCounters::total_mismatch, "totals that are not the sum of the events",
     "total that is not the sum of the events"},
    {&RecordingCounters::truncated, "files that end before their end",
     "file that ends before its end"},
    {&RecordingCounters::old_schema, "forms without what replaying needs",
     "form without what replaying needs"},
    {&RecordingCounters::dropped, "records lost by the recorder", "record lost by the recorder"},
    {&RecordingCounters::unknown, "memory records of an unknown kind",
     "memory record of an unknown kind"},
};
static_assert(std::size(kWords) == kRecordingCounters.size());

}  // namespace

std::vector<std::string> words_of(const RecordingCounters& counters) {
  std::vector<std::string> problems;
  for (const auto& [count, words, one] : kWords) {
    const std::int64_t n = counters.*count;
    if (n != 0) problems.push_back(fmt::format("{} {}", n, n == 1 ? one : words));
  }
  return problems;
}

Run describe(const RunFileReader& reader, const StoredRun& stored, const std::string& file) {
  const RunInfo& info = stored.info;
  Run run;
  run.id = fmt::format("{}#{}", file, stored.id);
  run.file = file;
  run.stored = stored.id;
  run.label = info.label;
  run.task = info.task;
  run.model = info.model;
  if (info.recorded) {
    run.source = info.recorded->source;
    const bool own = run.source == "host" || run.source == "cuda";
    run.kind = own ? RunKind::captured : RunKind::trace;
    run.problems = words_of(info.recorded->counters);
  } else {
    run.footprint = info.footprint.footprint;
    run.peak = info.footprint.peak;
  }
  if (!reader.complete()) {
    run.problems.insert(run.problems.begin(),
                        "the file is incomplete: its writer did not come to its end");
  }
  if (info.closed_form_agrees == false) {
    run.problems.emplace_back("closed form and simulation differ");
  }
  return run;
}

Layers layers_of(const input::Scenario& scenario) {
  const bool shared = scenario.blocks() && scenario.blocks()->tables.of == TableOf::sequence;
  return shared ? Layers::at_once : Layers::in_turn;
}

ScenarioFacts scenario_facts(const RunFileReader& reader) {
  try {
    const input::Scenario scenario = stored_scenario(reader);
    ScenarioFacts facts;
    facts.layers = layers_of(scenario);
    if (!scenario.memory || !scenario.memory->gpu) return facts;
    const Device& device = scenario.memory->gpu->device;
    facts.device_name = device.title;
    facts.device_bytes = device.memory.count();
    return facts;
  } catch (const std::exception&) {
    // There may be none, or its model a file that is elsewhere by now: then nothing is known.
    return {};
  }
}

}  // namespace kvf::gui
