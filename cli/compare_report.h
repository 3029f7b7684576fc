// What `compare` says.
#pragma once

#include <optional>
#include <string>

#include "cli/compare_side.h"
#include "timeline/comparison.h"

namespace kvf::cli {

struct CompareOutcome {
  Comparison passes;
  std::optional<CurveComparison> curves;  // where one of the two has no passes
  std::string why_not;                    // nothing could be compared
  bool data_lost = false;
  std::string moments;

  bool passed() const {
    return why_not.empty() && !data_lost && (curves ? curves->within : passes.passes());
  }
};

void print_comparison(const Side& expected, const Side& found, const CompareOutcome& outcome);
void print_comparison_json(const Side& expected, const Side& found, const CompareOutcome& outcome);

}  // namespace kvf::cli
