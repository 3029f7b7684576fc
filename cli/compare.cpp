// kvfootprint compare: what was expected, and what was found, laid over each other.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/compare_side.h"
#include "cli/output.h"
#include "sim/input/gpu.h"
#include "sim/report.h"
#include "timeline/comparison.h"
#include "timeline/json_text.h"
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

// Two ledgers of one capture in the same passes: how far they are apart at most.
struct Reconciled {
  std::string a, b;
  std::int64_t largest = 0;  // a - b, signed
  std::int64_t pass = 0;
};

std::vector<Reconciled> reconcile(const Timeline& timeline) {
  std::map<std::string, const TrackColumns*> tracks;
  for (const Track& track : timeline.tracks) tracks[track.info.name] = &track.columns;
  std::vector<Reconciled> result;
  const auto add = [&](const std::string& a, const std::string& b) {
    if (!tracks.contains(a) || !tracks.contains(b)) return;
    Reconciled pair{a, b, 0, 0};
    for (std::size_t i = 0; i < tracks[a]->passes(); ++i) {
      const std::int64_t difference = tracks[a]->held_after[i] - tracks[b]->held_after[i];
      if (std::abs(difference) > std::abs(pair.largest)) {
        pair.largest = difference;
        pair.pass = static_cast<std::int64_t>(i);
      }
    }
    result.push_back(pair);
  };
  add("cache", "allocator");
  add("allocator", "cupti");
  add("allocator", "resident");
  return result;
}

struct Outcome {
  Comparison passes;
  std::optional<CurveComparison> curves;  // where one of the two has no passes
  std::string why_not;                    // nothing could be compared
  bool data_lost = false;
  std::string moments;

  bool passed() const {
    return why_not.empty() && !data_lost && (curves ? curves->within : passes.passes());
  }
};

const Curve* live_curve(const Timeline& timeline) {
  for (const Curve& curve : timeline.curves) {
    if (curve.info.name == "live" && !curve.points.empty()) return &curve;
  }
  return nullptr;
}

Outcome compare_sides(const Side& expected, const Side& found, const Options& options) {
  Outcome outcome;
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
    if (outcome.passes.tracks.empty()) {
      outcome.why_not = "the two have no track in common";
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

std::string amount(std::int64_t value, TrackUnit unit) {
  return fmt::format("{} {}", with_separators(value), to_string(unit));
}

void print_table(const Side& expected, const Side& found, const Outcome& outcome) {
  fmt::print("expected  {}\nfound     {}\n", expected.words, found.words);
  if (!outcome.why_not.empty()) {
    fmt::print("NOT COMPARED: {}\n", outcome.why_not);
    return;
  }
  for (const auto& [name, count] : kRecordingCounters) {
    for (const Side* side : {&expected, &found}) {
      if (side->counters.*count == 0) continue;
      fmt::print("DATA LOST OR WRONG in {}: {} {}\n", side->words,
                 with_separators(side->counters.*count), name);
    }
  }
  if (outcome.curves) {
    const CurveComparison& c = *outcome.curves;
    fmt::print("by time: the found one is moved by {} ns{}\n", with_separators(c.offset_ns),
               c.base == 0 ? ""
                           : fmt::format("; {} bytes that lay there before are taken off",
                                         with_separators(c.base)));
    fmt::print(
        "  live bytes: peak {} expected, {} found ({:+}); area {:+.3f} %; largest residual "
        "{:+} at {} ns\n",
        with_separators(c.expected_peak), with_separators(c.found_peak), c.peak_error(),
        100 * c.area_error, c.largest_residual, with_separators(c.worst_time_ns));
    fmt::print("{}: peak and mean {} {} bytes\n", outcome.passed() ? "PASS" : "FAIL",
               c.within ? "within" : "not within", with_separators(c.tolerated));
    return;
  }
  fmt::print("by phase and pass, {}\n",
             outcome.moments == "all"
                 ? "before, during and after each"
                 : "between them (what attention takes while it runs is not predicted)");
  for (const PhaseDifference& phase : outcome.passes.phases) {
    fmt::print("  PASSES DIFFER: {} has {} expected, {} found\n", shown(phase.name),
               with_separators(phase.expected), with_separators(phase.found));
  }
  fmt::print("  {:<12} {:>24} {:>24} {:>12} {:>11}  {}\n", "track", "expected peak", "found peak",
             "peak error", "area error", "largest residual");
  for (const TrackComparison& track : outcome.passes.tracks) {
    const std::string worst =
        track.largest_residual == 0
            ? "0"
            : fmt::format("{:+} {} {} (pass {})", track.largest_residual, track.worst_moment,
                          shown(track.worst_phase), track.worst_pass);
    fmt::print("  {:<12} {:>24} {:>24} {:>+12} {:>+10.3f}%  {}{}\n", shown(track.info.name),
               amount(track.expected_peak, track.info.unit),
               amount(track.found_peak, track.info.unit), track.peak_error(),
               100 * track.area_error, worst, track.within ? "" : "  <- beyond tolerance");
    if (track.base != 0) {
      fmt::print("  {:<12} {} that lay there before the first pass are taken off\n", "",
                 amount(track.base, track.info.unit));
    }
  }
  if (found.kind == SideKind::captured) {
    for (const Reconciled& pair : reconcile(found.timeline)) {
      fmt::print("  ledgers: {} - {} is at most {:+} bytes{}\n", pair.a, pair.b, pair.largest,
                 pair.largest == 0 ? "" : fmt::format(", at pass {}", pair.pass));
    }
  }
  const std::size_t tracks = outcome.passes.tracks.size();
  fmt::print("{}: {} track{} in {} passes, tolerance {} bytes\n",
             outcome.passed() ? "PASS" : "FAIL", tracks, tracks == 1 ? "" : "s",
             with_separators(tracks == 0 ? 0 : outcome.passes.tracks.front().passes),
             with_separators(tracks == 0 ? 0 : outcome.passes.tracks.front().tolerated));
}

std::string json_counters(const RecordingCounters& counters) {
  std::string text;
  for (const auto& [name, count] : kRecordingCounters) {
    text += fmt::format("{}\"{}\":{}", text.empty() ? "" : ",", name, counters.*count);
  }
  return "{" + text + "}";
}

std::string json_names(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ",") + json_string(name);
  return "[" + text + "]";
}

void print_json(const Side& expected, const Side& found, const Outcome& outcome) {
  fmt::print(R"({{"verdict":"{}","expected":{},"found":{},"moments":"{}","data_lost":{},)",
             outcome.passed() ? "pass" : "fail", json_string(expected.words),
             json_string(found.words), outcome.moments, outcome.data_lost);
  fmt::print(R"("not_compared":{},"counters":{},)",
             outcome.why_not.empty() ? "null" : json_string(outcome.why_not),
             json_counters(found.counters));
  if (outcome.curves) {
    const CurveComparison& c = *outcome.curves;
    fmt::print(
        R"("aligned":"time","offset_ns":{},"tracks":[{{"track":"live","unit":"bytes","base_bytes":{},)"
        R"("expected_peak_bytes":{},"found_peak_bytes":{},"peak_error_bytes":{},"area_error":{},)"
        R"("largest_residual_bytes":{},"worst_time_ns":{},"tolerated_bytes":{},"within":{}}}]}})"
        "\n",
        c.offset_ns, c.base, c.expected_peak, c.found_peak, c.peak_error(), c.area_error,
        c.largest_residual, c.worst_time_ns, c.tolerated, c.within);
    return;
  }
  std::string tracks;
  for (const TrackComparison& t : outcome.passes.tracks) {
    const std::string_view unit = to_string(t.info.unit);
    tracks += fmt::format(
        "{}{{\"track\":{},\"unit\":\"{}\",\"passes\":{},\"base_{}\":{},\"expected_peak_{}\":{},"
        "\"found_peak_{}\":{},\"peak_error_{}\":{},\"area_error\":{},\"worst_pass\":{},"
        "\"worst_phase\":{},\"worst_moment\":\"{}\",\"largest_residual_{}\":{},"
        "\"tolerated_{}\":{},\"within\":{}}}",
        tracks.empty() ? "\n " : ",\n ", json_string(t.info.name), unit, t.passes, unit, t.base,
        unit, t.expected_peak, unit, t.found_peak, unit, t.peak_error(), t.area_error, t.worst_pass,
        json_string(t.worst_phase), t.worst_moment, unit, t.largest_residual, unit, t.tolerated,
        t.within);
  }
  std::string phases;
  for (const PhaseDifference& phase : outcome.passes.phases) {
    phases += fmt::format(R"({}{{"phase":{},"expected":{},"found":{}}})", phases.empty() ? "" : ",",
                          json_string(phase.name), phase.expected, phase.found);
  }
  std::string ledgers;
  for (const Reconciled& pair : reconcile(found.timeline)) {
    ledgers += fmt::format(R"({}{{"ledger":"{}","minus":"{}","largest_bytes":{},"pass":{}}})",
                           ledgers.empty() ? "" : ",", pair.a, pair.b, pair.largest, pair.pass);
  }
  fmt::print(
      R"("aligned":"phase and pass","tracks":[{}],"phase_differences":[{}],"only_expected":{},)"
      R"("only_found":{},"ledgers":[{}]}})"
      "\n",
      tracks, phases, json_names(outcome.passes.only_expected),
      json_names(outcome.passes.only_found), ledgers);
}

// Expected, found, and what lies between them, for the viewer.
void write_residual(const std::string& file, const Options& options, Side expected, Side found,
                    Outcome outcome) {
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
  Outcome outcome = compare_sides(*expected, *found, options);
  if (options.json) {
    print_json(*expected, *found, outcome);
  } else {
    print_table(*expected, *found, outcome);
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
