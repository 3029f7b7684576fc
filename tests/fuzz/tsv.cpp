// Any text as a table of head scores, and of token scores.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sim/input/tsv.h"
#include "tests/fuzz/compute.h"

using namespace kvf;

// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const HeadScores scores = input::parse_head_scores(text, "fuzz.tsv");
    fuzz::require(scores.layers > 0 && scores.heads > 0);
    fuzz::require(scores.values.size() ==
                  static_cast<std::size_t>(scores.layers) * static_cast<std::size_t>(scores.heads));
    for (const double value : scores.values) fuzz::require(std::isfinite(value));
  } catch (const input::InputError& error) {
    fuzz::check_words(error);
  }
  try {
    const input::TokenScores scores = input::parse_token_scores(text, "fuzz.csv");
    fuzz::require(scores.columns > 0 && !scores.values.empty());
    fuzz::require(scores.values.size() % static_cast<std::size_t>(scores.columns) == 0);
    for (const double value : scores.values) fuzz::require(std::isfinite(value));
  } catch (const input::InputError& error) {
    fuzz::check_words(error);
  }
  return 0;
}
