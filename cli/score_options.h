// Options that say which entries stay, where a rule says only how many.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "models/shape.h"
#include "sim/alloc/score_model.h"
#include "sim/input/memory.h"

namespace kvf::cli {

// What a capture went by: a table, or synthetic scores.
struct DescribedScores {
  std::string file;
  input::ScenarioScores synthetic;
};

struct ScoreOptions {
  std::string file;
  std::optional<std::int64_t> seed;

  // Adds --scores and --seed, which have a meaning only beside `needs`; nullptr: the
  // caller sees to that.
  void add_to(CLI::App& command, CLI::Option* needs);
  bool given() const { return !file.empty() || seed.has_value(); }
  // Throws InputError: also where the table has neither one column nor one a cell.
  // `scenario`: what a scenario says of synthetic scores; the options come before it.
  ScoreModel model(const LlmShape& shape, const input::ScenarioScores& scenario = {}) const;
  // What model() goes by, in JSON: synthetic scores as a scenario writes them, or {"file": ...}.
  std::string described(const input::ScenarioScores& scenario) const;

 private:
  ScoreModel::Synthetic synthetic(const input::ScenarioScores& scenario) const;
};

// Reads what described() has written; `from`: the file that holds it. Throws InputError.
DescribedScores read_described(const std::string& text, const std::string& from);

}  // namespace kvf::cli
