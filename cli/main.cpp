// kvfootprint: the command.
#include <cstdio>

#include <fmt/format.h>

#include "cli/command.h"
#include "sim/input/problems.h"

int main(int argc, char** argv) {
  using namespace kvf;
  CLI::App app("GPU-memory simulator and footprint model for the KV caches of language models");
  app.require_subcommand(1);
  app.failure_message(CLI::FailureMessage::help);
  cli::Action action;
  cli::add_run(app, action);
  cli::add_footprint(app, action);
  cli::add_models(app, action);
  cli::add_policies(app, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // The parser's own codes are many; here they are one.
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    return action();
  } catch (const input::InputError& error) {
    const std::size_t n = error.problems().size();
    fmt::print(stderr, "{}\n{} error{}, nothing was run\n", error.what(), n, n == 1 ? "" : "s");
  } catch (const std::exception& error) {
    fmt::print(stderr, "kvfootprint: {}\n", error.what());
  }
  return 2;
}
