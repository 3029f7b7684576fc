// kvfootprint: the command.
#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/output.h"
#include "models/utf8.h"
#include "sim/input/bind.h"
#include "sim/input/problems.h"

namespace {

// What CLI11 would only call a missing subcommand. Empty: there is nothing to say.
std::string unknown_command(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return "";
  std::vector<std::string_view> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  if (std::find(names.begin(), names.end(), argv[1]) != names.end()) return "";
  return "unknown command " + kvf::input::in_quotes(argv[1]) +
         kvf::input::suggestion(argv[1], names);
}

std::string joined(int argc, char** argv) {
  std::string line = "kvfootprint";
  for (int i = 1; i < argc; ++i) line += std::string(" ") + argv[i];
  return kvf::valid_utf8(line);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace kvf;
  CLI::App app("GPU-memory simulator and footprint model for the KV caches of language models");
  app.require_subcommand(1);
  app.set_version_flag("--version", "kvfootprint " KVF_VERSION);
  app.footer("Example:\n  kvfootprint run scenarios/paper-128k.yaml");
  cli::Action action;
  cli::add_run(app, action, joined(argc, argv));
  cli::add_footprint(app, action);
  cli::add_models(app, action);
  cli::add_policies(app, action);
  cli::add_devices(app, action);
  cli::add_plan(app, action);
  cli::add_pool(app, action);
  cli::add_critical(app, action);
  cli::add_show(app, action);
  cli::add_doctor(app, action);
  cli::add_export(app, action);
  cli::add_capture(app, action, joined(argc, argv));
  cli::add_compare(app, action, joined(argc, argv));
  cli::add_import(app, action, joined(argc, argv));
  cli::add_plot(app, action);
  cli::add_generate(app, action);
  try {
    if (const std::string unknown = unknown_command(app, argc, argv); !unknown.empty()) {
      throw cli::UsageError(unknown);
    }
    int status = 0;
    try {
      app.parse(argc, argv);
      status = action();
    } catch (const CLI::ParseError& error) {
      // Help and version, too. The parser's own codes are many; here they are one.
      status = app.exit(error) == 0 ? 0 : 2;
    }
    cli::flush_output();
    return status;
  } catch (const input::InputError& error) {
    const std::size_t n = error.problems().size();
    fmt::print(stderr, "{}\n{} error{}, nothing was run\n", error.what(), n, n == 1 ? "" : "s");
  } catch (const std::exception& error) {
    fmt::print(stderr, "kvfootprint: {}\n", error.what());
  }
  return 2;
}
