// The subcommands, one file each. Each adds itself to the command line; what it returns is the
// exit status: 0 done, 1 a check failed or a case was bad. Wrong input is thrown.
#pragma once

#include <functional>
#include <string>

#include <CLI/CLI.hpp>

#include "models/footprint.h"

namespace kvf::cli {

// What main() runs: set by the subcommand that was chosen.
using Action = std::function<int()>;

void add_run(CLI::App& app, Action& action);
void add_footprint(CLI::App& app, Action& action);
void add_models(CLI::App& app, Action& action);
void add_policies(CLI::App& app, Action& action);

// The input is wrong: main() prints the text and exits with 2.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A JSON string, quotes included.
std::string json_string(std::string_view text);
// Shortest text that reads back to the same double; null for nothing.
std::string json_number(std::optional<double> value);
// The figures of a footprint as members of a JSON object, without its braces.
std::string json_figures(const Footprint& footprint);

}  // namespace kvf::cli
