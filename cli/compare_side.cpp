#include "cli/compare_side.h"

#include <algorithm>
#include <fstream>
#include <regex>
#include <stdexcept>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/output.h"
#include "profiler/import/read_recording.h"
#include "sim/input/policy.h"
#include "sim/prediction.h"
#include "timeline/recorded_timeline.h"

namespace kvf::cli {
namespace {

std::string beginning(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string text(4096, '\0');
  stream.read(text.data(), std::ssize(text));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(stream.gcount(), 0)));
  return text;
}

// As docs/run-file.md says: an SQLite database with our application_id.
bool is_run_file(const std::string& file) {
  const std::string header = beginning(file);
  return header.starts_with("SQLite format 3") && header.size() >= 72 &&
         header.compare(68, 4, "KVFP") == 0;
}

// Which entries stay is the scenario's to say, but a capture knows what it went by.
ScoreModel scores_of(const input::Scenario& scenario, const ScoreOptions& options,
                     const Side* other) {
  if (other == nullptr || !other->scores) return options.model(scenario.shape, scenario.scores);
  const DescribedScores& used = *other->scores;
  if (!used.file.empty() && !options.given()) {
    throw UsageError(
        fmt::format("the scores of '{0}' chose what the capture keeps; give them: "
                    "--scores {0}",
                    shown(used.file)));
  }
  return options.model(scenario.shape, used.synthetic);
}

Side predicted(const std::string& file, const SideOptions& options, const Side* other) {
  input::Scenario scenario = input::read_scenario(file);
  // A capture holds its cache in blocks, the library that a trace is of in tensors.
  if (!scenario.memory && other != nullptr && other->kind == SideKind::captured) {
    scenario.memory.emplace().cache = input::CacheKind::paged;
    scenario.memory->blocks.emplace();
  }
  input::check_plans(scenario);
  CaseOptions one = options.one;
  const bool captured = other != nullptr && other->kind == SideKind::captured;
  if (captured && one.policy.empty() && scenario.policies.size() > 1)
    one.policy = other->info.label;
  if (captured && one.task.empty() && scenario.tasks.size() > 1) one.task = other->info.task;
  const ScenarioCase chosen = find_case(scenario, one);
  Side side;
  side.kind = SideKind::prediction;
  side.words = fmt::format("prediction of '{}'", shown(chosen.policy->label));
  side.timeline =
      predict(scenario, *chosen.task, *chosen.policy, scores_of(scenario, options.scores, other));
  side.info.label = chosen.policy->label;
  side.info.task = chosen.task->name;
  side.info.policy = input::to_json(chosen.policy->spec);
  return side;
}

Side of_run_file(const std::string& file, const SideOptions& options) {
  const RunFileReader reader(file);
  if (!reader.complete()) {
    throw UsageError(shown(file) + " is incomplete: its writer did not come to its end");
  }
  std::vector<StoredRun> runs = reader.runs();
  if (runs.size() > 1) {
    std::erase_if(runs, [&](const StoredRun& run) {
      return (!options.one.policy.empty() && run.info.label != options.one.policy) ||
             (!options.one.task.empty() && run.info.task != options.one.task);
    });
  }
  if (runs.size() != 1) {
    throw UsageError(
        fmt::format("{} runs of {} are of that policy and task; expected one: choose it "
                    "with --policy and --task (`kvfootprint show {}` lists them)",
                    runs.size(), shown(file), shown(file)));
  }
  Side side;
  side.info = runs.front().info;
  side.timeline = reader.timeline(runs.front());
  side.kind = SideKind::simulated;
  side.words = fmt::format("run '{}'", shown(side.info.label));
  if (!side.info.recorded) return side;
  side.counters = side.info.recorded->counters;
  const std::string& source = side.info.recorded->source;
  side.kind = source == "host" || source == "cuda" ? SideKind::captured : SideKind::trace;
  side.words =
      fmt::format("{} on {} of '{}'", side.kind == SideKind::captured ? "capture" : "recording",
                  shown(source), shown(side.info.label));
  const auto scores = reader.meta().find("scores");
  if (scores != reader.meta().end()) side.scores = read_described(scores->second, file);
  return side;
}

// The device that a user means.
void keep_one_device(Recording& recording, const std::string& wanted) {
  std::string names;
  for (const DeviceRecording& device : recording.devices) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", device.device);
  }
  auto kept = recording.devices.end();
  if (!wanted.empty()) {
    kept = std::find_if(recording.devices.begin(), recording.devices.end(),
                        [&](const DeviceRecording& device) { return device.device == wanted; });
  } else {
    kept = std::max_element(recording.devices.begin(), recording.devices.end(),
                            [](const DeviceRecording& a, const DeviceRecording& b) {
                              return live_peak(a).bytes < live_peak(b).bytes;
                            });
  }
  if (kept == recording.devices.end()) {
    throw UsageError(wanted.empty() ? "the trace has no memory events"
                                    : fmt::format("--device is '{}'; the trace has {}",
                                                  shown(wanted), shown(names)));
  }
  DeviceRecording device = std::move(*kept);
  recording.devices.clear();
  recording.devices.push_back(std::move(device));
}

Side of_trace(const std::string& file, const SideOptions& options) {
  Recording recording = traces::read_recording(file);
  keep_one_device(recording, options.device);
  try {
    std::regex check(options.passes);
  } catch (const std::regex_error& error) {
    throw UsageError(fmt::format("--passes is no regular expression: {}", error.what()));
  }
  Side side;
  side.kind = SideKind::trace;
  side.words = fmt::format("{} trace of {}", recording.format, recording.devices.front().device);
  side.counters = recording.counters;
  side.timeline = timeline_of(recording, options.passes);
  side.info.label = file;
  side.info.recorded = RecordedInfo{recording.format, recording.counters};
  return side;
}

}  // namespace

bool is_scenario(const std::string& file) {
  return beginning(file).find("kvfootprint-scenario") != std::string::npos && !is_run_file(file);
}

Side read_side(const std::string& file, const SideOptions& options, const Side* other) {
  if (is_scenario(file)) return predicted(file, options, other);
  if (is_run_file(file)) return of_run_file(file, options);
  return of_trace(file, options);
}

}  // namespace kvf::cli
