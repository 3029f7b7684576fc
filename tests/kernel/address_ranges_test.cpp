// Free ranges of addresses: by hand, and against a map of bytes.
#include "profiler/capture/backends/address_ranges.h"

#include <algorithm>
#include <random>
#include <vector>

#include "tests/catch.h"

namespace kvf::capture {
namespace {

TEST_CASE("ranges of addresses: neighbours join, the lowest that is long enough is taken") {
  std::vector<std::byte> memory(100);
  std::byte* const base = memory.data();
  AddressRanges ranges;
  ranges.add(base + 20, Bytes(10));
  ranges.add(base + 40, Bytes(20));
  CHECK(ranges.take(Bytes(21)) == nullptr);
  ranges.add(base + 30, Bytes(10));
  CHECK(ranges.ranges() == 1);
  CHECK(ranges.free() == Bytes(40));
  CHECK(ranges.take(Bytes(15)) == base + 20);
  CHECK(ranges.take(Bytes(25)) == base + 35);
  CHECK(ranges.ranges() == 0);
  CHECK(ranges.free() == Bytes{});
  ranges.add(base, Bytes(10));
  ranges.add(base + 20, Bytes(10));
  ranges.add(base + 50, Bytes(5));
  CHECK(ranges.ranges() == 3);
  CHECK(ranges.take(Bytes(10)) == base);
}

TEST_CASE("ranges of addresses: against a map of bytes") {
  std::vector<std::byte> memory(200);
  std::vector<bool> free(200, false);
  std::mt19937 random(11);
  AddressRanges ranges;
  ranges.add(memory.data(), Bytes(200));
  std::fill(free.begin(), free.end(), true);
  std::vector<std::pair<std::size_t, std::size_t>> taken;
  int wrong = 0;
  for (int i = 0; i < 3000; ++i) {
    if (random() % 2 == 0 || taken.empty()) {
      const std::size_t length = 1 + random() % 20;
      std::size_t run = 0, first = 200;
      for (std::size_t at = 0; at < 200 && first == 200; ++at) {
        run = free[at] ? run + 1 : 0;
        if (run == length) first = at + 1 - length;
      }
      const std::byte* got = ranges.take(Bytes(static_cast<std::int64_t>(length)));
      wrong += got != (first == 200 ? nullptr : memory.data() + first);
      if (got == nullptr) continue;
      std::fill_n(free.begin() + static_cast<std::ptrdiff_t>(first), length, false);
      taken.emplace_back(first, length);
    } else {
      const std::size_t which = random() % taken.size();
      const auto [first, length] = taken[which];
      taken.erase(taken.begin() + static_cast<std::ptrdiff_t>(which));
      ranges.add(memory.data() + first, Bytes(static_cast<std::int64_t>(length)));
      std::fill_n(free.begin() + static_cast<std::ptrdiff_t>(first), length, true);
    }
    wrong += ranges.free().count() != std::count(free.begin(), free.end(), true);
  }
  CHECK(wrong == 0);
}

}  // namespace
}  // namespace kvf::capture
