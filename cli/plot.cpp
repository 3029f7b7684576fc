// kvfootprint plot: figures as files. The viewer draws them, so that they are what its window shows.
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/common/figure_options.h"

namespace kvf::cli {
namespace {

struct Options {
  FigureOptions figure;
  std::string output;
};

// The viewer beside this program, as it is built and installed; else what PATH has.
std::string viewer() {
  std::error_code none;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", none);
  const std::filesystem::path beside = self.parent_path() / "kvfootprint-viewer";
  return std::filesystem::exists(beside, none) ? beside.string() : "kvfootprint-viewer";
}

// Returns only if the viewer cannot be started, for it takes this program's place.
int plot(const Options& options) {
  std::vector<std::string> arguments{viewer(), "--export", options.output};
  for (std::string& argument : arguments_of(options.figure)) arguments.push_back(argument);
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  execvp(pointers[0], pointers.data());
  if (errno == ENOENT) {
    throw UsageError(
        "plot needs kvfootprint-viewer, which is neither beside this program nor in "
        "PATH; it is built where Qt 6.4 is installed");
  }
  throw UsageError(
      fmt::format("cannot start {}: {}", arguments[0], std::generic_category().message(errno)));
}

}  // namespace

void add_plot(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("plot", "Draws run files, traces or scores as a figure");
  command
      ->add_option("FILES", options->figure.files,
                   "run files, traces; of critical: a table of scores")
      ->required();
  command
      ->add_option("-o,--output", options->output,
                   "the figure: .png, .svg, .pdf, or .csv of what it shows")
      ->required();
  add_figure_options(*command, options->figure);
  command->footer(
      "Examples:\n  kvfootprint plot a.kvf b.kvf -o memory.svg\n"
      "  kvfootprint plot --kind critical scores.csv -o critical.svg");
  command->callback([options, &action] { action = [options] { return plot(*options); }; });
}

}  // namespace kvf::cli
