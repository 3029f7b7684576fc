// kvfootprint compare: what was expected, and what was found, laid over each other.
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/compare_report.h"
#include "cli/compare_side.h"
#include "cli/output.h"
#include "sim/input/gpu.h"
#include "timeline/comparison.h"
#include "timeline/run_file.h"

namespace kvf::cli {
namespace {

struct Options {
  std::string expected;
  std::string found;
  std::string tolerance = "0";
  std::string moments;
  std::string output;
  SideOptions sides;
  bool json = false;
  std::string command_line;
};

// "4096", "64KiB", "1%"
Tolerance tolerance_of(const std::string& text) {
  if (text.ends_with('%')) {
    char* end = nullptr;
    const double percent = std::strtod(text.c_str(), &end);
    if (end == text.data() + text.size() - 1 && percent >= 0 && percent <= 100) {
      return {0, percent / 100};
    }
  } else if (text == "0") {
    return {};
  } else if (const auto size = input::parse_size(text)) {
    return {size->count(), 0};
  }
  throw UsageError(
      fmt::format("--tolerance is '{}'; expected bytes, as 64KiB, or a share, as 1%", shown(text)));
}

const Curve* live_curve(const Timeline& timeline) {
  for (const Curve& curve : timeline.curves) {
    if (curve.info.name == "live" && !curve.points.empty()) return &curve;
  }
  return nullptr;
}

CompareOutcome compare_sides(const Side& expected, const Side& found, const Options& options) {
  CompareOutcome outcome;
  outcome.data_lost =
      expected.counters != RecordingCounters{} || found.counters != RecordingCounters{};
  ComparisonOptions how;
  how.tolerance = tolerance_of(options.tolerance);
  const bool prediction_of_trace =
      found.kind == SideKind::trace && expected.kind != SideKind::trace;
  how.subtract_base = prediction_of_trace;
  how.moments = options.moments == "all"       ? Moments::all
                : options.moments == "between" ? Moments::between
                : prediction_of_trace          ? Moments::between
                                               : Moments::all;
  outcome.moments = how.moments == Moments::all ? "all" : "between";
  if (!expected.timeline.tracks.empty() && !found.timeline.tracks.empty()) {
    outcome.passes = compare(expected.timeline, found.timeline, how);
    const std::vector<TrackComparison>& tracks = outcome.passes.tracks;
    const auto no_pass = [](const TrackComparison& track) { return track.passes == 0; };
    if (tracks.empty()) {
      outcome.why_not = "the two have no track in common";
    } else if (outcome.passes.phases.empty() &&
               std::all_of(tracks.begin(), tracks.end(), no_pass)) {
      outcome.why_not = "there is no pass in either";
    }
    return outcome;
  }
  const Curve* a = live_curve(expected.timeline);
  const Curve* b = live_curve(found.timeline);
  if (a != nullptr && b != nullptr) {
    outcome.curves = compare(*a, *b, how);
  } else {
    outcome.why_not =
        "one of the two has passes but no times, the other times but no passes; name the "
        "annotations that are passes with --passes";
  }
  return outcome;
}

// Expected, found, and what lies between them, for the viewer.
void write_residual(const std::string& file, const Options& options, Side expected, Side found,
                    CompareOutcome outcome) {
  if (!may_be_replaced(file)) {
    throw UsageError(file + " is there, and is no run file; give another name with -o");
  }
  RunFileWriter writer(
      file, {{"producer", "kvfootprint " KVF_VERSION}, {"command_line", options.command_line}});
  const auto write = [&](Side& side, const char* what) {
    RunInfo info = side.info;
    info.label = fmt::format("{}: {}", what, side.info.label);
    info.footprint.active_share.reset();
    writer.write_run(info, side.timeline);
  };
  write(expected, "expected");
  write(found, "found");
  Side residual;
  residual.info.label = "found - expected";
  residual.timeline = std::move(outcome.passes.residual);
  write(residual, "residual");
  writer.finish();
}

int run_compare(const Options& options) {
  tolerance_of(options.tolerance);  // what is wrong with it is said before files are read
  // A scenario is predicted as what it is compared with: that is read first.
  std::optional<Side> expected;
  std::optional<Side> found;
  if (is_scenario(options.expected)) {
    found = read_side(options.found, options.sides, nullptr);
    expected = read_side(options.expected, options.sides, &*found);
  } else {
    expected = read_side(options.expected, options.sides, nullptr);
    found = read_side(options.found, options.sides, &*expected);
  }
  CompareOutcome outcome = compare_sides(*expected, *found, options);
  if (options.json) {
    print_comparison_json(*expected, *found, outcome);
  } else {
    print_comparison(*expected, *found, outcome);
  }
  if (!options.output.empty()) {
    write_residual(options.output, options, *expected, *found, outcome);
    if (!options.json) fmt::print("written: {}\n", options.output);
  }
  if (!outcome.why_not.empty()) return 2;
  return outcome.passed() ? 0 : 1;
}

}  // namespace

void add_compare(CLI::App& app, Action& action, const std::string& command_line) {
  auto options = std::make_shared<Options>();
  options->command_line = command_line;
  CLI::App* command =
      app.add_subcommand("compare", "Lays a recording over a prediction, or two recordings");
  command->add_option("EXPECTED", options->expected, "a scenario, a run file or a trace")
      ->required();
  command->add_option("FOUND", options->found, "a run file or a trace, or a scenario")->required();
  command->add_option(
      "--tolerance", options->tolerance,
      "what a residual may be: bytes (64KiB), or a share of the peak (1%); absent: 0");
  command
      ->add_option("--moments", options->moments,
                   "between passes, or all: while they run, too; absent: between for a prediction "
                   "of a trace, else all")
      ->check(CLI::IsMember({"between", "all"}));
  options->sides.one.add_to(*command);
  options->sides.scores.add_to(*command, nullptr);
  command->add_option("--passes", options->sides.passes,
                      "regular expression: which annotations of a trace are passes; absent: those "
                      "that begin with prefill or decode");
  command->add_option("--device", options->sides.device,
                      "cpu, cuda:0 ... of a trace; absent: the one with most memory");
  command->add_option("-o,--output", options->output,
                      "a run file of both and of what lies between them");
  command->add_flag("--json", options->json, "JSON instead of a table");
  command->footer("Example:\n  kvfootprint compare scenarios/small-decode.yaml run.kvf");
  command->callback([options, &action] { action = [options] { return run_compare(*options); }; });
}

}  // namespace kvf::cli
