#include "gui/document/load_other.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "gui/document/describe.h"
#include "gui/document/timeline_run.h"
#include "profiler/import/read_recording.h"
#include "sim/input/scenario.h"
#include "sim/prediction.h"
#include "sim/scenario_scores.h"
#include "timeline/recorded_timeline.h"

namespace kvf::gui {

FileKind kind_of(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string head(4096, '\0');
  stream.read(head.data(), std::ssize(head));
  head.resize(static_cast<std::size_t>(std::max<std::streamsize>(stream.gcount(), 0)));
  if (head.starts_with("SQLite format 3")) {
    // As docs/run-file.md says: an SQLite database with this application_id.
    return head.size() >= 72 && head.compare(68, 4, "KVFP") == 0 ? FileKind::run_file
                                                                 : FileKind::trace;
  }
  return head.find("kvfootprint-scenario") != std::string::npos ? FileKind::scenario
                                                                : FileKind::trace;
}

Run read_trace(const std::string& file) {
  const Recording recording = traces::read_recording(file);
  Run run;
  run.id = file + "#1";
  run.file = file;
  run.label = std::filesystem::path(file).filename().string();
  run.kind = RunKind::trace;
  run.source = recording.format;
  run.problems = words_of(recording.counters);
  try {
    const Timeline timeline = timeline_of(recording);
    return with_timeline(std::move(run), timeline);
  } catch (const std::exception& error) {
    throw std::runtime_error(fmt::format("{} {}", file, error.what()));
  }
}

std::vector<Run> predict_scenario(const std::string& file, bool as_captured) {
  input::Scenario scenario = input::read_scenario(file);
  if (!scenario.memory && as_captured) {
    scenario.memory.emplace().cache = input::CacheKind::paged;
    scenario.memory->blocks.emplace();
  }
  input::check_plans(scenario);
  std::vector<Run> runs;
  for (const input::ScenarioPolicy& policy : scenario.policies) {
    for (const input::ScenarioTask& task : scenario.tasks) {
      Run run;
      run.id = fmt::format("{}#{}", file, runs.size() + 1);
      run.file = file;
      run.label = policy.label;
      run.task = task.name;
      run.model = scenario.model_title;
      run.kind = RunKind::predicted;
      if (scenario.memory && scenario.memory->gpu) {
        const Device& device = scenario.memory->gpu->device;
        run.device_limit = device.memory.count();
        run.device_name = device.title;
      }
      try {
        const Footprint footprint = predicted_footprint(scenario, task, policy);
        run.footprint = footprint.footprint;
        run.peak = footprint.peak;
        const Timeline timeline =
            predict(scenario, task, policy, ScoreModel(synthetic_scores(scenario.scores)));
        run = with_timeline(run, timeline);
        tell_layers(run.series, layers_of(scenario), layers_of(scenario));
      } catch (const std::exception& error) {
        run.problems.push_back(fmt::format("not predicted: {}", error.what()));
      }
      runs.push_back(std::move(run));
    }
  }
  return runs;
}

}  // namespace kvf::gui
