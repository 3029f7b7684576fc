// kvfootprint import: what a recorded trace says about memory.
#include <filesystem>
#include <regex>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/import_report.h"
#include "cli/output.h"
#include "profiler/import/read_recording.h"
#include "timeline/recorded_timeline.h"
#include "timeline/run_file.h"

namespace kvf::cli {
namespace {

struct Options {
  std::string file;
  std::string at;
  std::string passes = kPassNames;
  std::string output;
  bool json = false;
  std::string command_line;
};

std::vector<Span> spans_of_name(const Recording& recording, const std::string& name) {
  std::vector<Span> found;
  for (const auto* spans : {&recording.spans, &recording.operators}) {
    for (const Span& span : *spans) {
      if (span.name == name) found.push_back(span);
    }
    if (!found.empty()) return found;
  }
  throw UsageError(fmt::format("no annotation{} of the recording is called '{}'",
                               recording.format == "kineto" ? " or operator" : "", shown(name)));
}

ImportReport report_of(const Recording& recording, const Options& options) {
  ImportReport report{recording, passes_of(recording, options.passes), options.at, {}, {}};
  if (!options.at.empty()) report.at = spans_of_name(recording, options.at);
  for (const DeviceRecording& device : recording.devices) {
    auto& [peak, passes, live_at, steps] = report.devices.emplace_back();
    peak = live_peak(device);
    if (!report.passes.empty()) passes = memory_of(device, report.passes);
    if (!report.at.empty()) live_at = live_at_begin(device, report.at);
    for (std::size_t i = 1; i < live_at.size(); ++i) ++steps[live_at[i] - live_at[i - 1]];
  }
  return report;
}

// A run file of what the recording says: tracks of its passes, bytes over time, what is wrong.
void write_run_file(const Recording& recording, const Options& options) {
  if (!may_be_replaced(options.output)) {
    throw UsageError(options.output + " is there, and is no run file; give another name with -o");
  }
  RunFileWriter writer(options.output, {{"producer", "kvfootprint " KVF_VERSION},
                                        {"command_line", options.command_line},
                                        {"source", recording.format}});
  RunInfo info;
  info.label = std::filesystem::path(options.file).filename().string();
  info.footprint.active_share.reset();
  info.recorded = RecordedInfo{recording.format, recording.counters};
  writer.write_run(info, timeline_of(recording, options.passes));
  writer.finish();
}

int import(const Options& options) {
  try {
    std::regex check(options.passes);
  } catch (const std::regex_error& error) {
    throw UsageError(fmt::format("--passes is no regular expression: {}", error.what()));
  }
  Recording recording;
  try {
    traces::ReadOptions wanted;
    if (!options.at.empty()) wanted.operators = {options.at};
    recording = traces::read_recording(options.file, wanted);
  } catch (const traces::ImportError& error) {
    if (options.json) print_refusal_json(error);
    throw UsageError(shown(error.what()));
  }
  if (!options.output.empty()) write_run_file(recording, options);
  const ImportReport report = report_of(recording, options);
  if (options.json) {
    print_import_json(report);
  } else {
    print_import_text(report, options.file);
    if (!options.output.empty()) {
      fmt::print("written: {0}    next: kvfootprint show {0}\n", shown(options.output));
    }
  }
  return recording.counters == RecordingCounters() ? 0 : 1;
}

}  // namespace

void add_import(CLI::App& app, Action& action, const std::string& command_line) {
  auto options = std::make_shared<Options>();
  options->command_line = command_line;
  CLI::App* command = app.add_subcommand("import", "What a recorded trace says about memory");
  command
      ->add_option("FILE", options->file,
                   "trace of PyTorch's profiler, PyTorch memory snapshot, Nsight Systems export "
                   "(SQLite), or run file; plain or gzip")
      ->required();
  command
      ->add_option("--at", options->at,
                   "also what is live whenever the annotation or operator NAME begins")
      ->type_name("NAME");
  command
      ->add_option("--passes", options->passes,
                   "which annotations are passes; default " + std::string(kPassNames))
      ->type_name("REGEX");
  command->add_option("-o,--output", options->output,
                      "a run file of it: bytes over time, and pass by pass");
  command->add_flag("--json", options->json, "JSON instead of a table");
  command->footer(
      "Example:\n  kvfootprint import trace.json.gz --at aten::_flash_attention_forward");
  command->callback([options, &action] { action = [options] { return import(*options); }; });
}

}  // namespace kvf::cli
