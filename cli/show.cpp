// kvfootprint show: what is in a run file.
#include <algorithm>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/output.h"
#include "sim/report.h"
#include "timeline/json_text.h"

namespace kvf::cli {
namespace {

constexpr std::size_t kMostTracks = 8;  // of a run, in the table

struct Options {
  std::string file;
  bool json = false;
};

// What is 0 in a good file.
struct Counters {
  std::int64_t unfinished = 0;  // 1 if the writer did not come to its end
  std::int64_t closed_form_differs = 0;
  std::int64_t recordings_wrong = 0;  // runs whose recording lost data or is not consistent
};

Counters counters_of(const RunFileReader& file, const std::vector<StoredRun>& runs) {
  const auto differ = std::count_if(runs.begin(), runs.end(), [](const StoredRun& run) {
    return run.info.closed_form_agrees == false;
  });
  const auto wrong = std::count_if(runs.begin(), runs.end(), [](const StoredRun& run) {
    return run.info.recorded && run.info.recorded->counters != RecordingCounters{};
  });
  return {file.complete() ? 0 : 1, differ, wrong};
}

void print_json(const RunFileReader& file, const std::vector<StoredRun>& runs) {
  const Counters counters = counters_of(file, runs);
  fmt::print(
      R"({{{},"counters":{{"unfinished":{},"closed_form_differs":{},"recordings_wrong":{}}},"runs":[)",
      kvf::json_members(file), counters.unfinished, counters.closed_form_differs,
      counters.recordings_wrong);
  const std::vector<StoredLifespan> lifespans = file.lifespans();
  const std::vector<StoredCurve> all_curves = file.curves();
  std::string_view next_run = "\n {";
  for (const StoredRun& run : runs) {
    std::string tracks;
    for (const StoredTrack& track : file.tracks(run)) {
      const std::optional<Peak> peak = file.peak(track);
      tracks += fmt::format("{}{{{},\"peak_{}\":{},\"peak_pass\":{}}}",
                            tracks.empty() ? "\n  " : ",\n  ", json_members(track),
                            to_string(track.info.unit), peak ? std::to_string(peak->held) : "null",
                            peak ? std::to_string(peak->pass) : "null");
    }
    std::string lives;
    for (const StoredLifespan& lifespan : lifespans) {
      if (lifespan.run_id != run.id) continue;
      lives += fmt::format("{}{{{}}}", lives.empty() ? "\n  " : ",\n  ", json_members(lifespan));
    }
    std::string curves;
    for (const StoredCurve& curve : all_curves) {
      if (curve.run_id != run.id) continue;
      curves += fmt::format("{}{{{}}}", curves.empty() ? "\n  " : ",\n  ", json_members(curve));
    }
    fmt::print(R"({}{},"phases":{},"markers":{},"tracks":[{}],"curves":[{}],"lifespans":[{}]}})",
               next_run, json_members(run), json_list(file.phases(run)),
               json_list(file.markers(run)), tracks, curves, lives);
    next_run = ",\n {";
  }
  fmt::print("]}}\n");
}

// "1 pass", "2,000 passes"
std::string counted(std::int64_t number, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", with_separators(number), number == 1 ? one : many);
}

std::string percent(std::optional<double> share) {
  return share ? fmt::format("{:.1f}", 100 * *share) : "-";
}

void print_meta(const RunFileReader& file, const std::string& name, std::int64_t runs) {
  const auto meta = [&](const std::string& key) {
    const auto found = file.meta().find(key);
    return found == file.meta().end() ? std::string() : found->second;
  };
  fmt::print("{}: run file, {}{}\n", shown(name), counted(runs, "run", "runs"),
             file.complete() ? "" : ", INCOMPLETE: its writer did not come to its end");
  for (const std::string key : {"producer", "command_line", "accounting", "seconds"}) {
    if (!meta(key).empty()) fmt::print("  {:<12}  {}\n", key, shown(meta(key)));
  }
  const std::string scenario = meta("scenario");
  if (scenario.empty()) return;
  const std::string first = scenario.substr(0, scenario.find('\n'));
  const auto lines = std::count(scenario.begin(), scenario.end(), '\n');
  fmt::print("  {:<12}  {} ({})\n", "scenario", shown(first), counted(lines, "line", "lines"));
}

void print_tracks(const RunFileReader& file, const std::vector<StoredTrack>& tracks) {
  for (std::size_t i = 0; i < std::min(tracks.size(), kMostTracks); ++i) {
    const StoredTrack& track = tracks[i];
    const std::optional<Peak> peak = file.peak(track);
    fmt::print("       {}: {} of {}", shown(track.info.name),
               counted(track.passes, "pass", "passes"), counted(track.info.cells, "cell", "cells"));
    if (peak) {
      fmt::print(", peak {} {} at pass {}", with_separators(peak->held), to_string(track.info.unit),
                 with_separators(peak->pass));
    }
    fmt::print("\n");
  }
  if (tracks.size() > kMostTracks) {
    fmt::print("       and {} more tracks; --json lists all\n", tracks.size() - kMostTracks);
  }
}

void print_lives(const std::vector<StoredLifespan>& lifespans, const StoredRun& run) {
  std::int64_t cells = 0;
  std::int64_t lives = 0;
  for (const StoredLifespan& lifespan : lifespans) {
    if (lifespan.run_id != run.id) continue;
    ++cells;
    lives += lifespan.lives;
  }
  if (cells == 0) return;
  fmt::print("       lifespans of {}: {}\n", counted(cells, "cell", "cells"),
             counted(lives, "life", "lives"));
}

// "host", "kineto"; what was lost or wrong.
void print_recorded(const RecordedInfo& recorded) {
  std::string wrong;
  for (const auto& [name, count] : kRecordingCounters) {
    if (recorded.counters.*count != 0) {
      wrong += fmt::format(", {} {}", with_separators(recorded.counters.*count), name);
    }
  }
  fmt::print("       recorded: {}{}\n", shown(recorded.source),
             wrong.empty() ? "" : ", DATA LOST:" + wrong.substr(1));
}

void print_curves(const std::vector<StoredCurve>& curves, const StoredRun& run) {
  for (const StoredCurve& curve : curves) {
    if (curve.run_id != run.id) continue;
    fmt::print("       {}{}{} over time: {}\n", shown(curve.info.device),
               curve.info.device.empty() ? "" : " ", shown(curve.info.name),
               counted(curve.points, "point", "points"));
  }
}

void print_table(const RunFileReader& file, const std::string& name,
                 const std::vector<StoredRun>& runs) {
  print_meta(file, name, std::ssize(runs));
  const std::vector<StoredLifespan> lifespans = file.lifespans();
  const std::vector<StoredCurve> curves = file.curves();
  std::size_t label = std::string_view("policy").size();
  std::size_t task = std::string_view("task").size();
  for (const StoredRun& run : runs) {
    label = std::max(label, shown(run.info.label).size());
    task = std::max(task, shown(run.info.task).size());
  }
  fmt::print("  {:>3}  {:<{}}  {:<{}}  {:>15}  {:>9}  {:>7}  {}\n", "run", "policy", label, "task",
             task, "tokens in/out", "footprint", "peak", "passes");
  for (const StoredRun& run : runs) {
    std::string phases;
    for (const PhaseSpan& phase : file.phases(run)) {
      phases += fmt::format("{}{} {}", phases.empty() ? "" : ", ", shown(phase.name),
                            with_separators(phase.passes));
    }
    if (phases.empty()) phases = "-";
    const RunInfo& info = run.info;
    fmt::print("  {:>3}  {:<{}}  {:<{}}  {:>15}  {:>7} %  {:>5} %  {}\n", run.id, shown(info.label),
               label, shown(info.task), task,
               with_separators(info.prompt.count()) + "/" + with_separators(info.output.count()),
               percent(info.footprint.footprint), percent(info.footprint.peak), phases);
    if (info.recorded) print_recorded(*info.recorded);
    print_tracks(file, file.tracks(run));
    print_curves(curves, run);
    print_lives(lifespans, run);
  }
  const Counters counters = counters_of(file, runs);
  if (counters.closed_form_differs > 0) {
    fmt::print("warning: the closed form differs from the simulation in {} of {} runs\n",
               counters.closed_form_differs, runs.size());
  }
  fmt::print("next: kvfootprint export {} --format csv|json|perfetto\n", shown(name));
}

int show(const Options& options) {
  const RunFileReader file(options.file);
  const std::vector<StoredRun> runs = file.runs();
  if (options.json) {
    print_json(file, runs);
  } else {
    print_table(file, options.file, runs);
  }
  return 0;
}

}  // namespace

void add_show(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("show", "Prints what is in a run file");
  command->add_option("FILE", options->file, "a run file")->required();
  command->add_flag("--json", options->json, "JSON instead of a table");
  command->footer("Example:\n  kvfootprint show paper.kvf");
  command->callback([options, &action] { action = [options] { return show(*options); }; });
}

}  // namespace kvf::cli
