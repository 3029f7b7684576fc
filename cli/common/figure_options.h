// Options of a figure, for `kvfootprint plot` and for the viewer, which draws it.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace kvf::cli {

struct FigureOptions {
  std::string kind = "view";
  std::string view;       // a file; empty: what the viewer shows first
  double fraction = 0.9;  // critical
  std::string task;       // critical; empty: all
  bool pareto = false;    // critical
  std::string theme = "light";
  int width = 1600, height = 900;
  std::vector<std::string> files;
};

void add_figure_options(CLI::App& app, FigureOptions& options);
// What gives the same options again.
std::vector<std::string> arguments_of(const FigureOptions& options);

}  // namespace kvf::cli
