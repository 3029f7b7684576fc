// kvfootprint critical: the least footprint at which a method keeps enough of full attention's score.
#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/output.h"
#include "models/critical.h"
#include "sim/input/scores.h"
#include "timeline/json_text.h"

namespace kvf::cli {
namespace {

struct Options {
  std::string scores;
  double fraction = 0.9;
  bool pareto = false;
  bool json = false;
};

std::string json_of(const CriticalFootprint& c) {
  return fmt::format(R"({{"method":{},"task":{},"critical_footprint":{},"bound":"{}"}})",
                     json_string(c.method), json_string(c.task), c.footprint, symbol(c.bound));
}

std::string json_of(const Score& point) {
  return fmt::format(R"({{"task":{},"method":{},"footprint":{},"score":{}}})",
                     json_string(point.task), json_string(point.method), point.footprint,
                     point.score);
}

template <class Record>
std::string json_list(const std::vector<Record>& records) {
  std::string out;
  for (const Record& record : records) out += (out.empty() ? "" : ",\n ") + json_of(record);
  return "[" + out + "]";
}

// Rows of method, task and a text of figures, below their names.
void print_table(std::string_view figures, const std::vector<std::array<std::string, 3>>& rows) {
  std::size_t method = std::string_view("method").size();
  std::size_t task = std::string_view("task").size();
  for (const auto& row : rows) {
    method = std::max(method, row[0].size());
    task = std::max(task, row[1].size());
  }
  fmt::print("  {:<{}}  {:<{}}  {}\n", "method", method, "task", task, figures);
  for (const auto& row : rows) {
    fmt::print("  {:<{}}  {:<{}}  {}\n", row[0], method, row[1], task, row[2]);
  }
}

void print(const std::vector<CriticalFootprint>& criticals, double fraction) {
  fmt::print("critical KV footprint: the least that keeps {:.4g} % of full attention's score\n",
             100 * fraction);
  std::vector<std::array<std::string, 3>> rows;
  for (const CriticalFootprint& c : criticals) {
    const std::string bound = c.bound == Bound::equal ? "" : std::string(symbol(c.bound)) + " ";
    rows.push_back({shown(c.method), shown(c.task),
                    fmt::format("{:>9}", fmt::format("{}{:.4g}", bound, c.footprint))});
  }
  print_table("footprint", rows);
}

void print(const std::vector<Score>& front) {
  fmt::print(
      "Pareto front: no other point of the task has as little footprint and as good a "
      "score\n");
  std::vector<std::array<std::string, 3>> rows;
  for (const Score& point : front) {
    rows.push_back({shown(point.method), shown(point.task),
                    fmt::format("{:>9.4g}  {:>9.4g}", point.footprint, point.score)});
  }
  print_table("footprint      score", rows);
}

int critical(const Options& options) {
  // Not a number, too.
  if (!(options.fraction > 0 && options.fraction <= 1)) {
    throw UsageError(
        fmt::format("--fraction is {}; expected more than 0 and at most 1", options.fraction));
  }
  const std::vector<Score> scores = input::read_scores(options.scores);
  const std::vector<CriticalFootprint> criticals = critical_footprints(scores, options.fraction);
  const std::vector<Score> front = options.pareto ? pareto_front(scores) : std::vector<Score>();
  if (options.json && options.pareto) {
    fmt::print("{{\"critical\":{},\n\"pareto\":{}}}\n", json_list(criticals), json_list(front));
  } else if (options.json) {
    fmt::print("{}\n", json_list(criticals));
  } else {
    print(criticals, options.fraction);
    if (options.pareto) print(front);
    if (!options.pareto) fmt::print("next: --pareto lists the points that no other beats\n");
  }
  return 0;
}

}  // namespace

void add_critical(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "critical", "The least footprint that keeps enough of full attention's score");
  command
      ->add_option("SCORES", options->scores,
                   "CSV or YAML: method, task, footprint, score, full_score")
      ->required();
  command->add_option("--fraction", options->fraction, "of full attention's score; default 0.9");
  command->add_flag("--pareto", options->pareto, "also the points that no other beats");
  command->add_flag("--json", options->json, "JSON instead of a table");
  command->footer("Example:\n  kvfootprint critical scores.csv --fraction 0.9");
  command->callback([options, &action] { action = [options] { return critical(*options); }; });
}

}  // namespace kvf::cli
