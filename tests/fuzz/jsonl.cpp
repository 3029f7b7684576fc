// Any lines as cases of the batch interface, read by one reader one after another.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sim/input/case.h"
#include "tests/fuzz/compute.h"

using namespace kvf;

// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  input::CaseReader reader("fuzz.jsonl");
  for (int number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() == text.size() ? line.size() : line.size() + 1);
    try {
      const input::Case& read = reader.read(line, number);
      fuzz::check_round_trip(read.policy);
      fuzz::compute(read.policy, read.shape, read.workload, read.accounting, read.convention);
    } catch (const input::InputError& error) {
      fuzz::check_words(error);
    }
  }
  return 0;
}
