// Free blocks in classes against one sorted set.
#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "sim/alloc/free_blocks.h"
#include "tests/catch.h"

namespace kvf {
namespace {

TEST_CASE("free blocks: the best fit of blocks in classes is that of one sorted set") {
  std::mt19937_64 random(3);
  FreeBlocks blocks;
  std::map<std::pair<std::int64_t, Address>, std::uint32_t> sorted;
  std::vector<FreeBlocks::Place> places;
  // Sizes of every magnitude, those about powers of two and equal ones among them.
  const auto any_size = [&] {
    const std::int64_t power = std::int64_t{1} << random() % 45;
    switch (random() % 3) {
      case 0:
        return std::max<std::int64_t>(1, power + static_cast<std::int64_t>(random() % 3) - 1);
      case 1:
        return power + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(power));
      default:
        return std::int64_t{4096};
    }
  };
  int wrong = 0, found = 0;
  const auto ask = [&](std::int64_t bytes) {
    const auto expected = sorted.lower_bound({bytes, 0});
    const auto place = blocks.best_fit(Bytes(bytes));
    if (place.has_value() != (expected != sorted.end())) return void(++wrong);
    if (!place) return;
    ++found;
    const bool same = (*place)->bytes == Bytes(expected->first.first) &&
                      (*place)->address == expected->first.second &&
                      (*place)->index == expected->second;
    wrong += same ? 0 : 1;
  };
  ask(1);
  for (std::uint32_t i = 0; i < 20000; ++i) {
    // Grows to some hundreds, shrinks to none, and again.
    if (i / 1000 % 2 == 0 || places.empty()) {
      const std::int64_t bytes = any_size();
      const auto address = static_cast<Address>(random() >> 2);
      sorted[{bytes, address}] = i;
      places.push_back(blocks.insert({Bytes(bytes), address, i}));
    } else {
      std::swap(places[random() % places.size()], places.back());
      sorted.erase({places.back()->bytes.count(), places.back()->address});
      blocks.take(places.back());
      places.pop_back();
    }
    ask(any_size());
    ask(std::int64_t{1} << 62);
    if (i % 500 != 0) continue;
    std::vector<std::uint32_t> in_order;
    for (const auto& [key, index] : sorted) in_order.push_back(index);
    CHECK(blocks.indices() == in_order);
  }
  CHECK(wrong == 0);
  CHECK(found > 10000);
}

}  // namespace
}  // namespace kvf
