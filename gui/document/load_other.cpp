#include "gui/document/load_other.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "gui/document/describe.h"
#include "gui/document/timeline_run.h"
#include "profiler/import/import_error.h"
#include "profiler/import/read_recording.h"
#include "sim/input/problems.h"
#include "sim/input/scenario.h"
#include "sim/input/scores.h"
#include "sim/input/text_file.h"
#include "sim/prediction.h"
#include "sim/scenario_scores.h"
#include "timeline/recorded_timeline.h"

namespace kvf::gui {

namespace {

// What a reader's words leave open: what the viewer opens at all, and who draws a table of scores.
std::string what_to_do_with(const std::string& file) {
  try {
    input::read_scores(file);
    return "; it is a table of scores: kvfootprint plot --kind critical draws it";
  } catch (const input::InputError&) {
    return "; the viewer opens run files, traces and scenarios";
  }
}

bool is_empty(const Recording& recording) {
  return std::all_of(recording.devices.begin(), recording.devices.end(),
                     [](const DeviceRecording& device) {
                       return device.events.empty() && device.reserved.empty();
                     });
}

Recording read_with_events(const std::string& file) {
  input::open_text_file(file);  // refuses a pipe, before anything waits for it
  Recording recording;
  try {
    recording = traces::read_recording(file);
  } catch (const traces::ImportError& error) {
    if (!error.format.empty()) throw;
    throw std::runtime_error(error.what() + what_to_do_with(file));
  }
  if (is_empty(recording)) {
    std::string words = "there are no memory events in it";
    for (const std::string& problem : words_of(recording.counters)) words += "; " + problem;
    throw std::runtime_error(fmt::format("{}: {}", file, words));
  }
  return recording;
}

}  // namespace

FileKind kind_of(const std::string& file) {
  std::error_code none;
  if (!std::filesystem::is_regular_file(file, none)) return FileKind::trace;  // refused there
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
  const Recording recording = read_with_events(file);
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
