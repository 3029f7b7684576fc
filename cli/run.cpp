// kvfootprint run: plays every policy of a scenario on every task, and shows what it held.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/progress.h"
#include "cli/score_options.h"
#include "sim/input/scenario.h"
#include "sim/memory/levels.h"
#include "sim/play.h"
#include "sim/report.h"
#include "timeline/run_file.h"

namespace kvf::cli {
namespace {

struct Options {
  std::string scenario;
  std::string output;
  std::string accounting;
  std::string tracks = "total";
  std::string lifespans;  // empty: none
  ScoreOptions scores;
  bool paging = false;
  bool wide = false;
  bool json = false;
  std::string command_line;
  std::string called_as;  // the program, as it was typed
};

// https://no-color.org: any value that is not empty.
bool may_colour() {
  const char* no_color = std::getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) == 1 && (no_color == nullptr || *no_color == '\0');
}

std::vector<PlayedCase> play_all(const input::Scenario& scenario, const PlayOptions& options,
                                 RunFileWriter& writer) {
  Progress progress;
  return play(scenario, options, writer, [&](double share) { progress.show(share); });
}

PlayOptions play_options(const Options& options, const input::Scenario& scenario) {
  PlayOptions play;
  if (options.tracks == "group") play.tracks = Tracks::group;
  if (options.lifespans == "rule") play.lives = Lives::rule;
  if (options.lifespans == "group") play.lives = Lives::group;
  if (options.lifespans == "all") play.lives = Lives::all;
  play.scores = options.scores.model(scenario.shape, scenario.scores);
  return play;
}

// "build/bin/" if it was called as build/bin/kvfootprint: what lies beside it is called so, too.
std::string folder_of(const std::string& program) {
  return program.substr(0, program.rfind('/') + 1);  // none: 0 characters
}

int run(const Options& options) {
  input::Scenario scenario = input::read_scenario(options.scenario);
  if (!options.accounting.empty()) scenario.accounting = *parse_accounting(options.accounting);
  if (options.paging) {
    if (!scenario.memory) scenario.memory.emplace().cache = input::CacheKind::paged;
    if (!scenario.memory->blocks) scenario.memory->blocks.emplace();
    scenario.memory->blocks->sweep = true;
  }
  if (options.scores.given() && options.lifespans.empty() && scenario.blocks() == nullptr) {
    throw UsageError("--scores and --seed have no effect without --lifespans, --paging or blocks");
  }
  input::check_plans(scenario);
  check_levels(scenario);
  const PlayOptions to_play = play_options(options, scenario);

  const auto begin = std::chrono::steady_clock::now();
  const std::string target = options.output.empty()
                                 ? std::filesystem::path(options.scenario).stem().string() + ".kvf"
                                 : options.output;
  if (!may_be_replaced(target)) {
    throw UsageError(target + " is there, and is no run file; give another name with -o");
  }
  RunFileMeta meta{{"producer", "kvfootprint " KVF_VERSION},
                   {"command_line", options.command_line},
                   {"scenario", scenario.text},
                   {"scenario_file", std::filesystem::absolute(options.scenario).string()},
                   {"accounting", std::string(to_string(scenario.accounting))}};
  if (std::string seconds = seconds_in_words(scenario); !seconds.empty()) {
    meta.emplace("seconds", std::move(seconds));
  }
  RunFileWriter writer(target, meta);
  const std::vector<PlayedCase> cases = play_all(scenario, to_play, writer);
  writer.finish();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;

  if (options.json) {
    fmt::print("{}", json_report(scenario, cases));
  } else {
    fmt::print("{}written: {} ({} runs) in {:.2f} s    next: {}" KVF_LOOK " {}\n",
               report(scenario, cases, {options.wide, may_colour()}), target, cases.size(),
               seconds.count(), folder_of(options.called_as), target);
  }
  return std::all_of(cases.begin(), cases.end(), [](const auto& c) { return c.agrees; }) ? 0 : 1;
}

}  // namespace

void add_run(CLI::App& app, Action& action, const std::string& command_line) {
  auto options = std::make_shared<Options>();
  options->command_line = command_line;
  CLI::App* command = app.add_subcommand("run", "Plays a scenario and writes a run file");
  command->add_option("SCENARIO", options->scenario, "a YAML file")->required();
  command->add_option("-o,--output", options->output, "the run file; absent: SCENARIO.kvf here")
      ->check(CLI::Validator(
          [](const std::string& name) { return name.empty() ? "a name is needed" : ""; }, "FILE"));
  command->add_option("--accounting", options->accounting, "absent: the scenario's")
      ->check(CLI::IsMember(accounting_names()));
  command->add_option("--tracks", options->tracks, "what is written pass by pass; absent: total")
      ->check(CLI::IsMember({"total", "group"}));
  command
      ->add_option("--lifespans", options->lifespans,
                   "when each entry is born and evicted: of a cell of each different rule, of each "
                   "`group`, or of `all` cells")
      ->expected(0, 1)
      ->default_str("rule")
      ->check(CLI::IsMember({"rule", "group", "all"}));
  options->scores.add_to(*command, nullptr);
  command->add_flag("--paging", options->paging,
                    "the cache in blocks, and what policies save by block size and table");
  command->add_flag("--wide", options->wide, "peak bytes, and the pass of the peak, too");
  command->add_flag("--json", options->json, "JSON instead of a table");
  command->footer("Example:\n  kvfootprint run scenarios/paper-128k.yaml -o paper.kvf");
  command->callback([options, &app, &action] {
    options->called_as = app.get_name();
    action = [options] { return run(*options); };
  });
}

}  // namespace kvf::cli
