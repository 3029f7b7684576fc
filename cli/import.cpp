// kvfootprint import: what a recorded trace says about memory.
#include <regex>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/import_report.h"
#include "cli/output.h"
#include "profiler/import/read_recording.h"

namespace kvf::cli {
namespace {

struct Options {
  std::string file;
  std::string at;
  std::string passes = kPassNames;
  bool json = false;
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
  const ImportReport report = report_of(recording, options);
  if (options.json) {
    print_import_json(report);
  } else {
    print_import_text(report, options.file);
  }
  return recording.counters == RecordingCounters() ? 0 : 1;
}

}  // namespace

void add_import(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
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
  command->add_flag("--json", options->json, "JSON instead of a table");
  command->footer(
      "Example:\n  kvfootprint import trace.json.gz --at aten::_flash_attention_forward");
  command->callback([options, &action] { action = [options] { return import(*options); }; });
}

}  // namespace kvf::cli
