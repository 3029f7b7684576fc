// The checks that every recording goes through, whatever its format.
#include <random>

#include "profiler/import/builder.h"
#include "profiler/import/import_error.h"
#include "profiler/import/preexisting.h"
#include "tests/catch.h"

using namespace kvf;
using namespace kvf::traces;

namespace {

struct Totalled {
  std::int64_t time, bytes, total;
  std::uint64_t address;
};

// A recording with totals, base 100.
std::vector<Totalled> with_totals() {
  return {{1, 10, 110, 0x10}, {2, 20, 130, 0x40},  {3, -10, 120, 0x10},
          {4, 10, 130, 0x10}, {5, -20, 110, 0x40}, {6, -10, 100, 0x10}};
}

struct Checked {
  DeviceRecording device;
  RecordingCounters counters;
};

Checked check(const std::vector<Totalled>& events, Beginning beginning = Beginning::from_totals) {
  Ledger ledger("cuda:0", beginning);
  for (const Totalled& e : events) ledger.add({e.time, e.address, e.bytes}, e.total);
  Checked result;
  result.device = ledger.finish(0, result.counters);
  return result;
}

RecordingCounters counters(std::int64_t unmatched_free, std::int64_t double_allocation = 0,
                           std::int64_t out_of_order = 0, std::int64_t total_mismatch = 0) {
  RecordingCounters result;
  result.unmatched_free = unmatched_free;
  result.double_allocation = double_allocation;
  result.out_of_order = out_of_order;
  result.total_mismatch = total_mismatch;
  return result;
}

}  // namespace

TEST_CASE("a good recording has nothing to count", "[ledger]") {
  const Checked checked = check(with_totals());
  CHECK(checked.counters == counters(0));
  CHECK(checked.device.base_bytes == 100);
  CHECK(checked.device.events.size() == 6);
  CHECK(check(with_totals(), Beginning::unknown).counters == counters(0));
  CHECK(check({}).counters == counters(0));
}

TEST_CASE("a lost event breaks the total, and what hangs on it", "[ledger]") {
  auto events = with_totals();
  SECTION("a release whose address is used again") {
    events.erase(events.begin() + 2);
    CHECK(check(events).counters == counters(0, 1, 0, 1));
    CHECK(check(events, Beginning::unknown).counters == counters(0, 1));
  }
  SECTION("an allocation") {
    events.erase(events.begin() + 1);
    CHECK(check(events).counters == counters(1, 0, 0, 1));
    CHECK(check(events, Beginning::unknown).counters == counters(1));
  }
}

TEST_CASE("a release of another size, and a second one", "[ledger]") {
  auto events = with_totals();
  events[4].bytes = -21;
  CHECK(check(events).counters == counters(1, 0, 0, 1));
  events = with_totals();
  events.push_back({7, -10, 90, 0x10});
  CHECK(check(events).counters == counters(1));  // the address was allocated: not from before
}

TEST_CASE("blocks from before the recording may be released", "[ledger]") {
  auto events = with_totals();
  events.push_back({7, -60, 40, 0x400});
  events.push_back({8, -40, 0, 0x800});
  CHECK(check(events).counters == counters(0));
  SECTION("but no more than there was") {
    events.push_back({9, -1, -1, 0xc00});
    CHECK(check(events).counters == counters(1));
  }
  SECTION("and not one inside of another") {
    events.back() = {8, -40, 0, 0x420};
    CHECK(check(events).counters == counters(1));
  }
  SECTION("nor where something was allocated meanwhile") {
    events.back() = {8, -40, 0, 0x1};  // reaches into 0x10
    CHECK(check(events).counters == counters(1));
  }
  SECTION("but where something was allocated later") {
    events.push_back({9, 60, 60, 0x400});
    CHECK(check(events).counters == counters(0));
  }
  SECTION("and only if the totals hold") {
    events[1].total = 131;
    CHECK(check(events).counters == counters(2, 0, 0, 2));
  }
  SECTION("nothing is known without totals") {
    CHECK(check(events, Beginning::unknown).counters == counters(2));
  }
}

TEST_CASE("blocks that overlap are counted", "[ledger]") {
  const auto doubles = [](std::vector<std::pair<std::uint64_t, std::int64_t>> blocks) {
    LiveBlocks live;
    std::int64_t sum = 0;
    for (const auto& [address, bytes] : blocks) sum += live.allocate(address, bytes);
    return sum;
  };
  CHECK(doubles({{100, 10}, {110, 10}, {90, 10}}) == 0);
  CHECK(doubles({{100, 10}, {100, 10}}) == 1);
  CHECK(doubles({{100, 10}, {109, 10}}) == 1);
  CHECK(doubles({{100, 10}, {91, 10}}) == 1);
  CHECK(doubles({{100, 10}, {110, 10}, {95, 100}}) == 2);
  CHECK(doubles({{100, 100}, {110, 10}, {195, 10}}) == 1);  // the first is gone with the second
  CHECK(doubles({{0xFFFFFFFFFFFFFFF0, 32}, {5, 1}}) == 0);  // the end of the addresses
}

TEST_CASE("events out of order are sorted and counted", "[ledger]") {
  auto events = with_totals();
  std::swap(events[1], events[3]);
  const Checked checked = check(events);
  CHECK(checked.counters == counters(0, 0, 2));
  CHECK(checked.device.events == check(with_totals()).device.events);
  events = with_totals();
  for (Totalled& event : events) event.time = 5;  // equal times: the order of the recording
  CHECK(check(events).counters == counters(0));
  CHECK(check(events).device.events[2].bytes == -10);
}

TEST_CASE("a changed total is seen", "[ledger]") {
  for (std::size_t i = 0; i < with_totals().size(); ++i) {
    auto events = with_totals();
    ++events[i].total;
    CHECK(check(events).counters.total_mismatch >= 1);
  }
  auto events = with_totals();
  events[0].total = 5;  // less than was allocated
  CHECK(check(events).counters.total_mismatch == 2);
  CHECK(check(events).device.base_bytes == 0);
}

TEST_CASE("impossible amounts are refused", "[ledger]") {
  std::vector<Totalled> events;
  for (int i = 0; i < 8; ++i) {
    events.push_back({i, kMostBytes, 0, static_cast<std::uint64_t>(i) << 61});
  }
  CHECK_THROWS_WITH(check(events), "has more than 2^63 bytes on cuda:0");
}

TEST_CASE("what a snapshot holds at the end agrees with its history", "[ledger]") {
  RecordingCounters found;
  const auto run = [&](std::vector<FinalBlock> blocks, std::int64_t freed_before = 0) {
    Ledger ledger("cuda:0", Beginning::from_segments);
    ledger.add({1, 0x1000, 100});
    if (freed_before != 0) ledger.add({2, 0x5000, -freed_before});
    ledger.add_segment({0x8000, 0x1000});
    ledger.add({3, 0x8000, 50});
    ledger.set_end({{0x1000, 0x5000}, {0x8000, 0x1000}}, std::move(blocks));
    found = {};
    return ledger.finish(0, found);
  };
  const FinalBlock first{0x1000, 100, 512}, second{0x8000, 50, 512};

  DeviceRecording device = run({first, second});
  CHECK(found == counters(0));
  CHECK(device.untraced_bytes == 0);

  device = run({first, second, {0x2000, 300, 512}}, 70);
  CHECK(found == counters(0));
  CHECK(device.untraced_bytes == 370);
  CHECK(device.untraced_frees == 1);
  CHECK(device.events.size() == 2);
  CHECK(device.base_bytes == 0);

  run({first});  // the release of the second was lost
  CHECK(found == counters(0, 0, 0, 1));
  run({first, {0x8000, 51, 512}});  // another size
  CHECK(found == counters(0, 0, 0, 1));
  run({first, {0x8000, std::nullopt, 512}});  // a size that is not told
  CHECK(found == counters(0));
  run({first,
       second,
       {0x1010, 5, 512}});  // inside of one that was allocated: cannot be from before
  CHECK(found == counters(0, 0, 0, 1));
  run({first, second, {0x8200, 5, 512}});  // in a segment that was made later
  CHECK(found == counters(0, 0, 0, 1));
  run({first, second, {0x7000, 5, 512}});  // in no segment
  CHECK(found == counters(0, 0, 0, 1));
  run({first, second}, 0x1001);  // reaches behind the end of its segment
  CHECK(found == counters(1));
  run({first, second, {0x5000, 300, 512}}, 70);  // again where a release was, unseen
  CHECK(found == counters(0, 0, 0, 1));
}

TEST_CASE("a segment that went may have held old blocks", "[ledger]") {
  RecordingCounters found;
  const auto run = [&](bool came_first) {
    Ledger ledger("cuda:0", Beginning::from_segments);
    if (came_first) ledger.add_segment({0x1000, 0x1000});
    ledger.add({1, 0x1200, -64});
    ledger.remove_segment({0x1000, 0x1000});
    found = {};
    return ledger.finish(0, found);
  };
  CHECK(run(false).untraced_bytes == 64);
  CHECK(found == counters(0));
  CHECK(run(true).untraced_bytes == 0);
  CHECK(found == counters(1));
}

TEST_CASE("a segment that came last held no old blocks, and two that touch may hold one",
          "[ledger]") {
  RecordingCounters found;
  const auto run = [&](bool came_last) {
    Ledger ledger("cuda:0", Beginning::from_segments);
    ledger.add({1, 0x9000, 64});
    if (came_last) ledger.add_segment({0x2000, 0x1000});
    ledger.set_end({{0x1000, 0x1000}, {0x2000, 0x1000}, {0x9000, 0x1000}},
                   {{0x9000, 64, 512}, {0x1f00, 0x200, 0x200}});
    found = {};
    return ledger.finish(0, found);
  };
  CHECK(run(false).untraced_bytes == 0x200);
  CHECK(found == counters(0));
  CHECK(run(true).untraced_bytes == 0);
  CHECK(found == counters(0, 0, 0, 1));
}

TEST_CASE("existed before: the same as by comparing all with all", "[ledger]") {
  std::mt19937 random(3);
  const auto range = [&]() -> AddressRange { return {random() % 60, 1 + random() % 6}; };
  const auto overlap = [](const AddressRange& a, const AddressRange& b) {
    return a.address < b.address + b.bytes && b.address < a.address + a.bytes;
  };
  for (int round = 0; round < 20000; ++round) {
    std::vector<Untraced> blocks;
    for (std::size_t i = 0, n = random() % 6, until = 0; i < n; ++i) {
      blocks.push_back({range(), until += 1 + random() % 4});
    }
    std::vector<bool> expected(blocks.size(), true);
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (expected[j] && overlap(blocks[i].block, blocks[j].block)) expected[i] = false;
      }
    }
    Preexisting existed(blocks);
    for (std::size_t index = 0; index < 16; ++index) {
      if (random() % 2 == 0) continue;
      const AddressRange taken = range();
      existed.taken(taken, index);
      for (std::size_t i = 0; i < blocks.size(); ++i) {
        if (overlap(blocks[i].block, taken) && blocks[i].until > index) expected[i] = false;
      }
    }
    if (existed.possible() != expected) FAIL("round " << round);
  }
}
