// kvfootprint export: a run file for other programs.
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/output.h"
#include "timeline/export.h"

namespace kvf::cli {
namespace {

struct Options {
  std::string file;
  std::string format;
  std::string output;
  std::string axis = "row";
  std::string what = "tracks";
};

int run_export(const Options& options) {
  if (options.what != "tracks" && options.format == "perfetto") {
    throw UsageError("a trace has tracks and curves at once; lifespans go to --format csv or json");
  }
  const RunFileReader file(options.file);
  std::error_code no_such_file;
  if (std::filesystem::equivalent(options.file, options.output, no_such_file)) {
    throw UsageError("cannot write " + options.output + ": it is the run file itself");
  }
  Output output(options.output);
  const TextSink sink = [&](std::string_view text) { output.write(text); };
  if (options.format == "perfetto") {
    export_perfetto(file, options.axis == "row" ? TimeAxis::row : TimeAxis::pass, sink);
  } else {
    const bool csv = options.format == "csv";
    if (options.what == "lifespans") {
      csv ? export_lives_csv(file, sink) : export_lives_json(file, sink);
    } else if (options.what == "curves") {
      csv ? export_curves_csv(file, sink) : export_curves_json(file, sink);
    } else {
      csv ? export_csv(file, sink) : export_json(file, sink);
    }
  }
  output.finish();
  if (!file.complete()) {
    fmt::print(stderr, "warning: {} is incomplete: its writer did not come to its end\n",
               shown(options.file));
  }
  return 0;
}

}  // namespace

void add_export(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("export", "Writes a run file as CSV, JSON or a trace");
  command->add_option("FILE", options->file, "a run file")->required();
  command
      ->add_option("--format", options->format,
                   "csv, json, or perfetto: a trace for ui.perfetto.dev")
      ->required()
      ->check(CLI::IsMember({"csv", "json", "perfetto"}));
  command->add_option("-o,--output", options->output, "a file; default: standard output");
  command->add_option("--axis", options->axis, "the time of a trace: row (default) or pass")
      ->check(CLI::IsMember({"row", "pass"}));
  command
      ->add_option(
          "--what", options->what,
          "tracks (default); lifespans: when each entry was born and evicted; curves: bytes "
          "over time")
      ->check(CLI::IsMember({"tracks", "lifespans", "curves"}));
  command->footer("Example:\n  kvfootprint export paper.kvf --format perfetto -o paper.json");
  command->callback([options, &action] { action = [options] { return run_export(*options); }; });
}

}  // namespace kvf::cli
