// Options of a figure, for `kvfootprint plot` and for the viewer, which draws it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace kvf::cli {

// Empty where nothing was given, so that what has no meaning can be refused.
struct FigureOptions {
  std::string kind = "view";
  std::string view;                // a file; empty: what the viewer shows first
  std::optional<double> fraction;  // critical
  std::string task;                // critical; empty: all
  bool pareto = false;             // critical
  std::string theme;
  std::optional<int> width, height, scale;
  std::vector<std::string> files;
};
inline constexpr int kFigureWidth = 1600, kFigureHeight = 900;
inline constexpr int kLargestFigure = 16384;  // dots in each direction
inline constexpr double kFraction = 0.9;

void add_figure_options(CLI::App& app, FigureOptions& options);
// What gives the same options again.
std::vector<std::string> arguments_of(const FigureOptions& options);
// Which of the options has no meaning for a figure of that kind, in words; "" if all have.
std::string without_meaning(const FigureOptions& options);

}  // namespace kvf::cli
