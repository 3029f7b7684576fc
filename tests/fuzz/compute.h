// What the fuzzers of the readers do with what was read.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "models/closed_form.h"
#include "sim/input/json.h"
#include "sim/input/policy.h"
#include "tests/fuzz/require.h"

namespace kvf::fuzz {

// A refusal says something, in valid UTF-8, at places that exist.
inline void check_words(const input::InputError& error) {
  require(!error.problems().empty());
  require(input::find_invalid_utf8(error.what()) == std::string_view::npos);
  for (const input::Problem& problem : error.problems()) {
    require(!problem.text.empty());
    require(problem.at.line >= 0 && (problem.at.line == 0) == (problem.at.column == 0));
  }
}

// A policy that was read is read again from its JSON.
inline void check_round_trip(const PolicySpec& policy) {
  const std::string text = input::to_json(policy);
  input::Problems problems("fuzz.json");
  input::Tree tree;
  input::HeadFiles files;
  input::JsonParser().parse(text, tree, problems);
  require(input::read_policy(tree.root(), files, problems) == policy);
}

constexpr std::int64_t kMostCells = 4096;  // a plan has a group a layer
constexpr Tokens kMostTokens{4096};

// Plans, and computes if it is small. What plan() says it throws is an answer, nothing else.
inline void compute(const PolicySpec& policy, const LlmShape& shape, const Workload& workload,
                    Accounting accounting, std::optional<Convention> convention) {
  if (shape.layers > kMostCells) return;
  try {
    const Schedule schedule = plan(policy, shape, workload, accounting, convention);
    if (workload.prompt + workload.output > kMostTokens) return;
    (void)closed_form(schedule);
  } catch (const std::invalid_argument&) {  // PolicyError too
  } catch (const OverflowError&) {
  }
}

}  // namespace kvf::fuzz
