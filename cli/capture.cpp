// kvfootprint capture: runs the passes of a scenario with a real attention kernel and real blocks, and
// records what was allocated.
#include <algorithm>
#include <charconv>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/scenario_case.h"
#include "cli/score_options.h"
#include "profiler/capture/session/gpu_recorder.h"
#include "profiler/capture/session/session.h"
#include "sim/input/policy.h"
#include "sim/report.h"
#include "timeline/json_text.h"
#include "timeline/run_file.h"

namespace kvf::cli {
namespace {

struct Options {
  std::string scenario;
  std::string output;
  std::string backend = "cuda";
  std::string allocator;
  bool no_cupti = false;
  std::string plant;
  CaseOptions one;
  ScoreOptions scores;
  std::string command_line;
};

// "leak@12"
capture::PlantedFault planted(const std::string& text) {
  if (text.empty()) return {};
  const std::size_t at = text.find('@');
  const std::string kind = text.substr(0, at);
  const auto found = std::find(capture::kPlantWords.begin() + 1, capture::kPlantWords.end(), kind);
  std::int64_t pass = -1;
  if (at != std::string::npos) {
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data() + at + 1, end, pass);
    if (parsed.ec != std::errc{} || parsed.ptr != end) pass = -1;
  }
  if (found == capture::kPlantWords.end() || pass < 0) {
    throw UsageError(
        fmt::format("--plant is '{}'; expected KIND@PASS, of leak, double-free, "
                    "late-free, keep-one-more, as leak@12",
                    shown(text)));
  }
  return {static_cast<capture::Plant>(found - capture::kPlantWords.begin()), pass};
}

// Who writes the records, from whichever thread, and keeps what the second ledger needs.
class Records {
 public:
  explicit Records(RunFileWriter& writer) : writer_(writer) {}
  void operator()(const records::Batch& batch) {
    const std::lock_guard lock(mutex_);
    writer_.write_records(batch);
    seen_.see(batch);
  }
  const capture::CuptiLedger& seen() const { return seen_; }

 private:
  RunFileWriter& writer_;
  std::mutex mutex_;
  capture::CuptiLedger seen_;
};

RunInfo info_of(const input::Scenario& scenario, const ScenarioCase& one, const Schedule& schedule,
                std::string source) {
  RunInfo info;
  info.label = one.policy->label;
  info.policy = input::to_json(one.policy->spec);
  info.task = one.task->name;
  info.prompt = one.task->workload.prompt;
  info.output = one.task->workload.output;
  info.prefill_chunk = one.task->workload.chunk;
  info.model = scenario.model_title;
  info.accounting = to_string(schedule.accounting);
  info.implementation = to_string(schedule.convention);
  info.footprint.active_share.reset();
  info.recorded = RecordedInfo{std::move(source), {}};
  return info;
}

int run_capture(const Options& options) {
  input::Scenario scenario = input::read_scenario(options.scenario);
  if (!scenario.memory) scenario.memory.emplace().cache = input::CacheKind::paged;
  if (!scenario.memory->blocks) {
    if (scenario.memory->cache != input::CacheKind::paged) {
      throw UsageError(
          fmt::format("the cache of the scenario is {}; a capture holds it in blocks: "
                      "expected 'cache: paged'",
                      to_string(scenario.memory->cache)));
    }
    scenario.memory->blocks.emplace();
  }
  input::check_plans(scenario);
  const ScenarioCase one = find_case(scenario, options.one);
  const std::vector<BatchMember> members = input::members_of(scenario, *one.task, *one.policy);
  const Schedule& schedule = members.front().schedule;
  capture::SessionOptions session;
  session.backend = options.allocator;
  session.tables = scenario.blocks()->tables;
  session.scores = options.scores.model(scenario.shape, scenario.scores);
  session.fault = planted(options.plant);
  for (const BatchMember& member : members) {
    capture::check_capturable(member.schedule, session.tables);
  }
  if (!may_be_replaced(options.output)) {
    throw UsageError(options.output + " is there, and is no run file; give another name with -o");
  }
  const bool host = options.backend == "host";
  capture::CuptiReport cupti;
  if (!host && !options.no_cupti) {
    // What a user can do is said before anything is opened.
    cupti = capture::find_cupti(capture::probe_driver(capture::cuda_runtime_version()));
    if (!cupti.usable()) {
      throw UsageError(
          fmt::format("no capture on a GPU: {}{}{}. `--backend host` captures on the CPU",
                      cupti.problem, cupti.advice.empty() ? "" : "; ", cupti.advice));
    }
  }
  RunFileWriter writer(options.output,
                       {{"producer", "kvfootprint " KVF_VERSION},
                        {"command_line", options.command_line},
                        {"scenario", scenario.text},
                        {"scenario_file", std::filesystem::absolute(options.scenario).string()},
                        {"scores", options.scores.described(scenario.scores)},
                        {"source", options.backend}});
  Records records(writer);
  std::unique_ptr<capture::GpuRecorder> gpu;  // before the first context
  if (!host && !options.no_cupti) {
    gpu = std::make_unique<capture::GpuRecorder>(cupti, std::ref(records));
  }
  capture::HostRecorder own(std::ref(records));
  capture::Recorder& recorder = gpu ? static_cast<capture::Recorder&>(*gpu) : own;
  const std::unique_ptr<capture::Device> device = host ? capture::open_host() : capture::open_gpu();
  capture::Captured captured = [&] {
    Progress progress;
    session.progress = [&](double share) { progress.show(share); };
    return run_session(members, session, *device, recorder);
  }();
  RunInfo info = info_of(scenario, one, schedule, host ? "host" : "cuda");
  info.recorded->counters = captured.counters;
  if (gpu) {
    const capture::CollectorCounters lost = gpu->stop([&] { device->synchronise(); });
    info.recorded->counters.dropped +=
        lost.dropped + lost.discarded + lost.unwritten + lost.invalid;
    info.recorded->counters.unknown += lost.unknown_kinds + lost.unknown_values;
    captured.timeline.tracks.push_back(records.seen().track(captured));
  }
  writer.write_run(info, captured.timeline);
  writer.finish();

  fmt::print("captured on {}: '{}', {} passes, blocks from {}\n", captured.device,
             shown(info.label), with_separators(std::ssize(captured.times)), captured.backend);
  for (const Track& track : captured.timeline.tracks) {
    if (track.info.layer >= 0) continue;
    const std::optional<Peak> most = peak(track.columns);
    fmt::print("  {:<10} peak {} {} at pass {}\n", track.info.name,
               with_separators(most ? most->held : 0), to_string(track.info.unit),
               most ? most->pass : 0);
  }
  fmt::print("written: {}    next: kvfootprint compare {} {}\n", options.output, options.scenario,
             options.output);
  return info.recorded->counters == RecordingCounters{} ? 0 : 1;
}

}  // namespace

void add_capture(CLI::App& app, Action& action, const std::string& command_line) {
  auto options = std::make_shared<Options>();
  options->command_line = command_line;
  CLI::App* command = app.add_subcommand(
      "capture", "Runs a scenario with a real kernel and real blocks, and records them");
  command->add_option("SCENARIO", options->scenario, "a YAML file; its cache in blocks")
      ->required();
  command->add_option("-o,--output", options->output, "the run file")->required();
  command->add_option("--backend", options->backend, "cuda (default), or host: this machine's CPU")
      ->check(CLI::IsMember({"cuda", "host"}));
  command->add_option(
      "--allocator", options->allocator,
      "cudamalloc, pool, vmm; host-mmap, host-reserve, host-pool; absent: the first");
  options->one.add_to(*command);
  options->scores.add_to(*command, nullptr);
  command->add_flag("--no-cupti", options->no_cupti, "on a GPU without the records of CUPTI");
  command->add_option("--plant", options->plant,
                      "a mistake on purpose, KIND@PASS: to see `compare` find it");
  command->footer(
      "Example:\n  kvfootprint capture scenarios/small-decode.yaml --backend host -o run.kvf");
  command->callback([options, &action] { action = [options] { return run_capture(*options); }; });
}

}  // namespace kvf::cli
