// Any lines as KV pools; of what is read, all figures for both ends of the number of blocks.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "models/engines/pool.h"
#include "sim/input/pool_case.h"
#include "tests/fuzz/compute.h"

using namespace kvf;

namespace {

void compute(const PoolCase& pool) {
  try {
    const auto range = block_range(pool);
    if (!range) return;
    fuzz::require(range->low <= range->high);
    for (const Blocks blocks : {range->low, range->high}) {
      for (const PoolFigure& figure : pool_figures(pool, blocks)) {
        fuzz::require(!figure.name.empty() && !std::isnan(figure.value));
      }
    }
  } catch (const std::invalid_argument&) {
  } catch (const OverflowError&) {
  }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  input::PoolCaseReader reader("fuzz.jsonl");
  for (int number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() == text.size() ? line.size() : line.size() + 1);
    try {
      compute(reader.read(line, number));
    } catch (const input::InputError& error) {
      fuzz::check_words(error);
    }
  }
  return 0;
}
