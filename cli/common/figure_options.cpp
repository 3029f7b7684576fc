#include "cli/common/figure_options.h"

#include <fmt/format.h>

namespace kvf::cli {

void add_figure_options(CLI::App& app, FigureOptions& options) {
  app.add_option("--kind", options.kind,
                 "view (default): memory over time; critical: score against KV footprint, from a "
                 "table of scores")
      ->check(CLI::IsMember({"view", "critical"}));
  CLI::Option* view =
      app.add_option("--view", options.view, "what to show, as the viewer saved it; view only");
  app.add_option("--fraction", options.fraction,
                 "of full attention's score; default 0.9; critical only");
  app.add_option("--task", options.task, "this task alone; critical only");
  app.add_flag("--pareto", options.pareto, "also the points that no other beats; critical only");
  app.add_option("--theme", options.theme, "light (default) or dark")
      ->check(CLI::IsMember({"light", "dark"}))
      ->excludes(view);
  app.add_option("--width", options.width, "in pixels, 96 an inch; default 1600")
      ->check(CLI::Range(1, kLargestFigure));
  app.add_option("--height", options.height, "in pixels; default 900")
      ->check(CLI::Range(1, kLargestFigure));
  app.add_option("--scale", options.scale,
                 "of a PNG, for screens and prints of many dots: how many dots a pixel has in each "
                 "direction; default 1")
      ->check(CLI::Range(1, 8));
}

std::vector<std::string> arguments_of(const FigureOptions& options) {
  std::vector<std::string> out{"--kind", options.kind};
  const auto add = [&](const char* name, const std::string& value) {
    out.emplace_back(name);
    out.push_back(value);
  };
  if (!options.view.empty()) add("--view", options.view);
  if (options.fraction) add("--fraction", fmt::format("{}", *options.fraction));
  if (!options.task.empty()) add("--task", options.task);
  if (options.pareto) out.emplace_back("--pareto");
  if (!options.theme.empty()) add("--theme", options.theme);
  if (options.width) add("--width", std::to_string(*options.width));
  if (options.height) add("--height", std::to_string(*options.height));
  if (options.scale) add("--scale", std::to_string(*options.scale));
  out.emplace_back("--");
  out.insert(out.end(), options.files.begin(), options.files.end());
  return out;
}

std::string without_meaning(const FigureOptions& options) {
  if (options.kind == "critical") {
    return options.view.empty() ? "" : "--view has no meaning with --kind critical";
  }
  const char* given = options.fraction        ? "--fraction"
                      : !options.task.empty() ? "--task"
                      : options.pareto        ? "--pareto"
                                              : nullptr;
  if (given == nullptr) return "";
  return fmt::format("{} has no meaning without --kind critical", given);
}

}  // namespace kvf::cli
