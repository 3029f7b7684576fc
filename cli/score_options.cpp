#include "cli/score_options.h"

#include <utility>

#include <fmt/format.h>

#include "sim/input/tsv.h"

namespace kvf::cli {

void ScoreOptions::add_to(CLI::App& command, CLI::Option* needs) {
  CLI::Option* scores = command.add_option(
      "--scores", file, "a table of scores, a row a token; absent: synthetic ones");
  CLI::Option* number = command.add_option("--seed", seed, "of synthetic scores; absent: 1");
  scores->needs(needs)->excludes(number);
  number->needs(needs);
}

ScoreModel ScoreOptions::model(const LlmShape& shape) const {
  if (file.empty()) {
    ScoreModel::Synthetic synthetic;
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
