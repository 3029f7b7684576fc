// The subcommands, one file each. Each adds itself to the command line; what it returns is the
// exit status: 0 done, 1 a check failed or a case was bad. Wrong input is thrown.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>

#include <CLI/CLI.hpp>

namespace kvf::cli {

// What main() runs: set by the subcommand that was chosen.
using Action = std::function<int()>;

// `command_line` goes into the run file.
void add_run(CLI::App& app, Action& action, const std::string& command_line);
void add_footprint(CLI::App& app, Action& action);
void add_models(CLI::App& app, Action& action);
void add_policies(CLI::App& app, Action& action);
void add_devices(CLI::App& app, Action& action);
void add_plan(CLI::App& app, Action& action);
void add_pool(CLI::App& app, Action& action);
void add_critical(CLI::App& app, Action& action);
void add_show(CLI::App& app, Action& action);
void add_doctor(CLI::App& app, Action& action);
void add_export(CLI::App& app, Action& action);
void add_capture(CLI::App& app, Action& action, const std::string& command_line);
void add_compare(CLI::App& app, Action& action, const std::string& command_line);
void add_import(CLI::App& app, Action& action, const std::string& command_line);
void add_plot(CLI::App& app, Action& action);
void add_generate(CLI::App& app, Action& action);

// The input is wrong: main() prints the text and exits with 2.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace kvf::cli
