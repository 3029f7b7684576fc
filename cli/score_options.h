// Options that say which entries stay, where a rule says only how many.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "models/shape.h"
#include "sim/alloc/score_model.h"

namespace kvf::cli {

struct ScoreOptions {
  std::string file;
  std::optional<std::uint64_t> seed;

  // Adds --scores and --seed, which have a meaning only beside `needs`.
  void add_to(CLI::App& command, CLI::Option* needs);
  // Throws InputError: also where the table has neither one column nor one a cell.
  ScoreModel model(const LlmShape& shape) const;
};

}  // namespace kvf::cli
