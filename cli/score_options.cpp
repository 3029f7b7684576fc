#include "cli/score_options.h"

#include <utility>

#include <fmt/format.h>

#include "sim/input/json.h"
#include "sim/input/tsv.h"
#include "sim/scenario_scores.h"
#include "timeline/json_text.h"

namespace kvf::cli {

void ScoreOptions::add_to(CLI::App& command, CLI::Option* needs) {
  CLI::Option* scores = command.add_option(
      "--scores", file, "a table of scores, a row a token; absent: synthetic ones");
  CLI::Option* number = command.add_option("--seed", seed, "of synthetic scores; absent: 1");
  number->check(CLI::NonNegativeNumber);
  scores->excludes(number);
  if (needs == nullptr) return;
  scores->needs(needs);
  number->needs(needs);
}

ScoreModel::Synthetic ScoreOptions::synthetic(const input::ScenarioScores& scenario) const {
  ScoreModel::Synthetic result = synthetic_scores(scenario);
  if (seed) result.seed = static_cast<std::uint64_t>(*seed);
  return result;
}

ScoreModel ScoreOptions::model(const LlmShape& shape, const input::ScenarioScores& scenario) const {
  if (file.empty()) return ScoreModel(synthetic(scenario));
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

std::string ScoreOptions::described(const input::ScenarioScores& scenario) const {
  if (!file.empty()) return fmt::format(R"({{"file":{}}})", json_string(file));
  const ScoreModel::Synthetic how = synthetic(scenario);
  return fmt::format(R"({{"seed":{},"sink_tokens":{},"half_life_tokens":{},"heavy_hitters":{}}})",
                     how.seed, how.sinks, how.half_life, how.heavy_hitters);
}

DescribedScores read_described(const std::string& text, const std::string& from) {
  input::Tree tree;
  input::Problems problems(from);
  input::JsonParser().parse(text, tree, problems);
  DescribedScores described;
  const input::Node& root = tree.root();
  if (root.kind == input::Kind::map && root.begin() != root.end() && root.begin()->key == "file") {
    described.file = root.begin()->text;
  } else {
    described.synthetic = input::read_synthetic_scores(root, problems);
  }
  problems.throw_if_any();
  return described;
}

}  // namespace kvf::cli
