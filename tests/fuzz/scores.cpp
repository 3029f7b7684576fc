// Any text as a table of scores, CSV or YAML by its first character; what is read is computed.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "models/critical.h"
#include "sim/input/scores.h"
#include "tests/fuzz/compute.h"

using namespace kvf;

// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const std::vector<Score> scores = input::parse_scores(text, "fuzz");
    fuzz::require(!scores.empty());
    const std::vector<CriticalFootprint> criticals = critical_footprints(scores, 0.9);
    fuzz::require(!criticals.empty() && criticals.size() <= scores.size());
    for (const CriticalFootprint& critical : criticals) {
      fuzz::require(std::isfinite(critical.footprint) && critical.footprint >= 0);
    }
    const std::vector<Score> front = pareto_front(scores);
    fuzz::require(!front.empty() && front.size() <= scores.size());
  } catch (const input::InputError& error) {
    fuzz::check_words(error);
  }
  return 0;
}
