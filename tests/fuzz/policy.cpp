// Any text as the short form of a policy.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sim/input/policy.h"
#include "tests/fuzz/compute.h"

using namespace kvf;

// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    fuzz::check_round_trip(input::parse_policy(text));
  } catch (const input::InputError& error) {
    fuzz::check_words(error);
  }
  return 0;
}
