#include "cli/score_options.h"

#include <utility>

#include <fmt/format.h>

#include "sim/input/tsv.h"

namespace kvf::cli {

void ScoreOptions::add_to(CLI::App& command, CLI::Option* needs) {
  CLI::Option* scores = command.add_option(
      "--scores", file, "a table of scores, a row a token; absent: synthetic ones");
  CLI::Option* number = command.add_option("--seed", seed, "of synthetic scores; absent: 1");
  scores->excludes(number);
  if (needs == nullptr) return;
  scores->needs(needs);
  number->needs(needs);
}

ScoreModel ScoreOptions::model(const LlmShape& shape, const input::ScenarioScores& scenario) const {
  if (file.empty()) {
    ScoreModel::Synthetic synthetic;
    if (scenario.seed) synthetic.seed = static_cast<std::uint64_t>(*scenario.seed);
    if (scenario.sinks) synthetic.sinks = *scenario.sinks;
    if (scenario.half_life) synthetic.half_life = *scenario.half_life;
    if (scenario.heavy_hitters) synthetic.heavy_hitters = *scenario.heavy_hitters;
    if (seed) synthetic.seed = *seed;
    return ScoreModel(synthetic);
  }
  input::TokenScores scores = input::read_token_scores(file);
  const std::int64_t cells = shape.cells().count();
  if (scores.columns != 1 && scores.columns != cells) {
    throw input::InputError({{file,
                              {},
                              fmt::format("has {} columns; expected 1, or {}, one for each cell",
                                          scores.columns, cells)}});
  }
  return ScoreModel(ScoreModel::Table{scores.columns, std::move(scores.values)});
}

}  // namespace kvf::cli
