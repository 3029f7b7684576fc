#include "cli/compare_report.h"

#include <cstdlib>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "cli/output.h"
#include "sim/report.h"
#include "timeline/json_text.h"

namespace kvf::cli {
namespace {

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

std::string percent(std::optional<double> share) {
  return share ? fmt::format("{:+.3f}%", 100 * *share) : "-";
}

std::string amount(std::int64_t value, TrackUnit unit) {
  return fmt::format("{} {}", with_separators(value), to_string(unit));
}

}  // namespace

void print_comparison(const Side& expected, const Side& found, const CompareOutcome& outcome) {
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
        "  live bytes: peak {} expected, {} found ({:+}); area {}; largest residual "
        "{:+} at {} ns\n",
        with_separators(c.expected_peak), with_separators(c.found_peak), c.peak_error(),
        percent(c.area_error), c.largest_residual, with_separators(c.worst_time_ns));
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
    fmt::print("  {:<12} {:>24} {:>24} {:>+12} {:>11}  {}{}\n", shown(track.info.name),
               amount(track.expected_peak, track.info.unit),
               amount(track.found_peak, track.info.unit), track.peak_error(),
               percent(track.area_error), worst, track.within ? "" : "  <- beyond tolerance");
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

namespace {

std::string number(std::optional<double> value) {
  return value ? fmt::format("{}", *value) : "null";
}

// Every track has these keys; what counts something else has its figures under its own unit too.
constexpr std::string_view kNoBytes = R"("peak_error_bytes":null,"largest_residual_bytes":null,)";

// Of both, added up: 0 where nothing was lost on either side.
RecordingCounters lost(const Side& expected, const Side& found) {
  RecordingCounters all = expected.counters;
  for (const auto& [name, count] : kRecordingCounters) all.*count += found.counters.*count;
  return all;
}

std::string json_names(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ",") + json_string(name);
  return "[" + text + "]";
}

}  // namespace

void print_comparison_json(const Side& expected, const Side& found, const CompareOutcome& outcome) {
  fmt::print(R"({{"verdict":"{}","expected":{},"found":{},"moments":"{}","data_lost":{},)",
             outcome.passed() ? "pass" : "fail", json_string(expected.words),
             json_string(found.words), outcome.moments, outcome.data_lost);
  fmt::print(R"("not_compared":{},"counters":{},)",
             outcome.why_not.empty() ? "null" : json_string(outcome.why_not),
             json_counters(lost(expected, found)));
  if (outcome.curves) {
    const CurveComparison& c = *outcome.curves;
    fmt::print(
        R"("aligned":"time","offset_ns":{},"tracks":[{{"track":"live","unit":"bytes","base_bytes":{},)"
        R"("expected_peak_bytes":{},"found_peak_bytes":{},"peak_error_bytes":{},"area_error":{},)"
        R"("worst_pass":null,"largest_residual_bytes":{},"worst_time_ns":{},"tolerated_bytes":{},)"
        R"("within":{}}}]}})"
        "\n",
        c.offset_ns, c.base, c.expected_peak, c.found_peak, c.peak_error(), number(c.area_error),
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
        "\"tolerated_{}\":{},{}\"within\":{}}}",
        tracks.empty() ? "\n " : ",\n ", json_string(t.info.name), unit, t.passes, unit, t.base,
        unit, t.expected_peak, unit, t.found_peak, unit, t.peak_error(), number(t.area_error),
        t.worst_pass, json_string(t.worst_phase), t.worst_moment, unit, t.largest_residual, unit,
        t.tolerated, t.info.unit == TrackUnit::bytes ? "" : kNoBytes, t.within);
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

}  // namespace kvf::cli
