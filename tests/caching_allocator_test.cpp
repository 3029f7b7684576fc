// The caching allocator step by step: rounding, pools, best fit, splits, merges, no room.
#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <vector>

#include "models/engines/caching_blocks.h"
#include "sim/alloc/caching_allocator.h"
#include "tests/catch.h"

namespace kvf {
namespace {

using Pool = CachingAllocator::Pool;
using Event = CachingAllocator::SegmentEvent;
using Handle = CachingAllocator::Handle;

constexpr Bytes KiB(std::int64_t n) { return Bytes(n << 10); }
constexpr Bytes MiB(std::int64_t n) { return Bytes(n << 20); }

struct Watched {
  explicit Watched(const CachingAllocator::Settings& settings = {},
                   std::optional<Bytes> capacity = {})
      : memory({MiB(2), capacity, {}}),
        allocator(memory, settings, [this](const Event& event) { events.push_back(event); }) {}
  Handle take(Bytes bytes, std::int64_t stream = 0) { return *allocator.allocate(bytes, stream); }
  Address where(Handle handle) const { return allocator.address(handle); }
  std::vector<Bytes> segments() const {
    std::vector<Bytes> bytes;
    for (const Event& event : events) {
      bytes.push_back(event.kind == Event::Kind::alloc ? event.bytes : event.bytes.times(-1));
    }
    return bytes;
  }
  DeviceMemory memory;
  std::vector<Event> events;
  CachingAllocator allocator;
};

}  // namespace

TEST_CASE("a request is rounded, and has its pool and segment", "[allocator]") {
  using A = CachingAllocator;
  CHECK(A::rounded(Bytes(1)) == Bytes(512));
  CHECK(A::rounded(Bytes(512)) == Bytes(512));
  CHECK(A::rounded(Bytes(513)) == Bytes(1024));
  // Steps of a quarter between two powers of two, but not below 512 B each.
  const A::Settings quarters{Bytes::max(), 4};
  CHECK(A::rounded(Bytes(1200), quarters) == Bytes(1536));
  CHECK(A::rounded(Bytes(2048), quarters) == Bytes(2048));
  CHECK(A::rounded(KiB(1200), quarters) == KiB(1280));
  CHECK(A::rounded(KiB(1024), quarters) == KiB(1024));
  CHECK(A::rounded(KiB(2000), quarters) == KiB(2048));

  CHECK(A::pool_of(MiB(1)) == Pool::small);
  CHECK(A::pool_of(MiB(1) + Bytes(512)) == Pool::large);
  CHECK(A::segment_bytes(Bytes(512)) == MiB(2));
  CHECK(A::segment_bytes(MiB(1)) == MiB(2));
  CHECK(A::segment_bytes(MiB(1) + Bytes(512)) == MiB(20));
  CHECK(A::segment_bytes(MiB(10) - Bytes(512)) == MiB(20));
  CHECK(A::segment_bytes(MiB(10)) == MiB(10));
  CHECK(A::segment_bytes(MiB(11) + Bytes(512)) == MiB(12));
}

TEST_CASE("what is left of a block is split off if it is worth it", "[allocator]") {
  Watched large;
  // Of 14 MiB, 13 leave 1 MiB: not more than it. One step less, and it is.
  CHECK(large.allocator.block_bytes(large.take(MiB(13))) == MiB(14));
  CHECK(large.allocator.now().requested == MiB(13));
  CHECK(large.allocator.now().allocated == MiB(14));
  const Bytes less = MiB(13) - Bytes(512);
  CHECK(large.allocator.block_bytes(large.take(less)) == less);
  CHECK(large.segments() == std::vector<Bytes>{MiB(14), MiB(14)});

  // 2 MiB in blocks of 512 B: the last one fits exactly, none is left over.
  Watched small;
  const Handle most = small.take(MiB(1));
  const Handle rest = small.take(MiB(1) - Bytes(512));
  CHECK(small.where(rest) == small.where(most) + MiB(1).count());
  small.take(Bytes(512));
  CHECK(small.segments() == std::vector<Bytes>{MiB(2)});
  small.take(Bytes(1));
  CHECK(small.segments() == std::vector<Bytes>{MiB(2), MiB(2)});
}

TEST_CASE("the best fit is taken, of equal ones the first", "[allocator]") {
  Watched watched;
  std::vector<Handle> blocks;
  // Gaps of 4, 2, 3 and 2 MiB, kept apart by what stays.
  for (const std::int64_t size : {4, 2, 2, 2, 3, 2, 2, 2})
    blocks.push_back(watched.take(MiB(size)));
  const std::vector<Address> at{watched.where(blocks[0]), watched.where(blocks[2]),
                                watched.where(blocks[4]), watched.where(blocks[6])};
  for (const std::size_t gap : {0U, 2U, 4U, 6U}) watched.allocator.free(blocks[gap]);
  CHECK(watched.where(watched.take(MiB(2))) == at[1]);
  CHECK(watched.where(watched.take(MiB(2))) == at[3]);
  CHECK(watched.where(watched.take(MiB(3))) == at[2]);
  CHECK(watched.where(watched.take(MiB(4))) == at[0]);
  CHECK(watched.segments() == std::vector<Bytes>{MiB(20)});
}

TEST_CASE("free neighbours become one block", "[allocator]") {
  Watched watched;
  std::vector<Handle> blocks;
  for (int i = 0; i < 5; ++i) blocks.push_back(watched.take(MiB(4)));
  const Address second = watched.where(blocks[1]);
  for (const std::size_t i : {1U, 3U, 2U}) watched.allocator.free(blocks[i]);
  CHECK(watched.where(watched.take(MiB(12))) == second);
  CHECK(watched.allocator.now().reserved == MiB(20));
  CHECK(watched.allocator.peak().allocated == MiB(20));
}

TEST_CASE("a stream does not use the blocks of another one", "[allocator]") {
  Watched watched;
  const Handle first = watched.take(MiB(4), 1);
  watched.allocator.free(first);
  watched.take(MiB(4), 2);
  CHECK(watched.segments() == std::vector<Bytes>{MiB(20), MiB(20)});
  watched.take(MiB(4), 1);
  CHECK(watched.events.size() == 2);

  // A block that another stream still uses is active, and not to be had.
  const Handle shared = watched.take(MiB(16), 1);
  watched.allocator.request_free(shared);
  CHECK(watched.allocator.now().allocated == MiB(8));
  CHECK(watched.allocator.now().active == MiB(24));
  watched.take(MiB(16), 1);
  CHECK(watched.segments().back() == MiB(16));
  watched.allocator.complete_free(shared);
  CHECK(watched.allocator.now().active == MiB(24));
  CHECK_THROWS_AS(watched.allocator.complete_free(shared), std::logic_error);
  CHECK_THROWS_AS(watched.allocator.free(first), std::logic_error);
}

TEST_CASE("without room, cached segments go back first", "[allocator]") {
  Watched watched({}, MiB(64));
  const Handle kept = watched.take(MiB(4));
  const Handle cached = watched.take(MiB(40));
  watched.take(KiB(1));
  watched.allocator.free(cached);
  CHECK(watched.allocator.allocate(MiB(44)) == std::nullopt);  // only 42 are free: 20 and 2 are not
  CHECK(watched.allocator.retries() == 1);
  CHECK(watched.segments() == std::vector<Bytes>{MiB(20), MiB(40), MiB(2), MiB(-40)});
  CHECK(watched.allocator.allocate(MiB(42)));
  watched.allocator.free(kept);
  watched.allocator.empty_cache();
  CHECK(watched.segments().back() == MiB(-20));
  CHECK(watched.allocator.now().reserved == MiB(44));
  CHECK(watched.memory.used() == MiB(44));
  CHECK(watched.allocator.peak().reserved == MiB(64));

  // What waits for another stream is waited for.
  Watched waiting({}, MiB(40));
  const Handle other = waiting.take(MiB(30));
  waiting.allocator.request_free(other);
  CHECK(waiting.allocator.allocate(MiB(20)));
  CHECK(waiting.segments() == std::vector<Bytes>{MiB(30), MiB(-30), MiB(20)});
  CHECK_THROWS_AS(waiting.allocator.complete_free(other), std::logic_error);
}

TEST_CASE("max_split_size keeps large blocks whole", "[allocator]") {
  Watched watched({MiB(32), 0}, MiB(60));
  watched.allocator.free(watched.take(MiB(40)));
  const Handle small = watched.take(MiB(12));  // not from the 40 MiB
  CHECK(watched.segments() == std::vector<Bytes>{MiB(40), MiB(12)});
  const Handle fits = watched.take(MiB(34));  // below 40 by less than 20 MiB: all of it
  CHECK(watched.allocator.block_bytes(fits) == MiB(40));
  watched.allocator.free(fits);
  watched.take(MiB(16));  // 40 + 12 + 16 is too much: the oversized one goes
  CHECK(watched.segments() == std::vector<Bytes>{MiB(40), MiB(12), MiB(-40), MiB(16)});
  CHECK(watched.allocator.retries() == 0);
  CHECK(watched.allocator.block_bytes(small) == MiB(12));

  // No one of them is enough: the largest ones, until they are.
  Watched several({MiB(32), 0}, MiB(140));
  const std::vector<Handle> blocks{several.take(MiB(34)), several.take(MiB(38)),
                                   several.take(MiB(36))};
  for (const Handle block : blocks) several.allocator.free(block);
  several.take(MiB(70));
  CHECK(several.segments() ==
        std::vector<Bytes>{MiB(34), MiB(38), MiB(36), MiB(-38), MiB(-36), MiB(70)});
  CHECK(several.allocator.retries() == 0);

  DeviceMemory memory;
  CHECK_THROWS_AS(CachingAllocator(memory, {MiB(20), 0}), std::invalid_argument);
  CHECK_THROWS_AS(CachingAllocator(memory, {Bytes::max(), 3}), std::invalid_argument);
}

TEST_CASE("what was there when a recording began", "[allocator]") {
  Watched watched;
  // Records that were used before must not be seen in what is adopted.
  const Handle once = watched.take(MiB(4));
  watched.allocator.free(once);
  watched.allocator.empty_cache();
  const Address at = Address{1} << 40;
  const auto handles =
      watched.allocator.adopt(Pool::large, 0, at, MiB(20),
                              {{MiB(4), MiB(3)}, {MiB(6), {}}, {MiB(2), MiB(2)}, {MiB(8), {}}});
  CHECK(watched.allocator.now() == CachingAllocator::Figures{MiB(5), MiB(6), MiB(6), MiB(20)});
  CHECK(watched.where(watched.take(MiB(5))) == at + MiB(4).count());
  watched.allocator.free(handles[2]);
  CHECK(watched.where(watched.take(MiB(10))) == at + MiB(10).count());
  CHECK_THROWS_AS(watched.allocator.adopt(Pool::large, 0, 0, MiB(20), {{MiB(4), {}}}),
                  std::invalid_argument);
}

TEST_CASE("a driver hands out whole granules", "[allocator]") {
  DeviceMemory memory({MiB(2), MiB(8), {}});
  const auto first = memory.allocate(Bytes(1));
  const auto second = memory.allocate(MiB(2) + Bytes(1));
  REQUIRE(first);
  REQUIRE(second);
  CHECK(*second == *first + MiB(2).count());
  CHECK(memory.used() == MiB(6));
  CHECK(!memory.allocate(MiB(3)));
  memory.free(MiB(2) + Bytes(1));
  CHECK(memory.used() == MiB(2));
  CHECK(memory.peak() == MiB(6));
}

// The first allocations of a real run (naive attention, 8 x 4096 x 16, fp32), and the segments that
// its allocator took, as PyTorch recorded them. A positive number is an allocation, 0 - n frees the n-th one.
TEST_CASE("a recorded run from an empty allocator", "[allocator]") {
  constexpr std::int64_t k512 = 536'870'912;
  constexpr std::int64_t k2 = 2'097'152;
  const std::vector<std::int64_t> requests{
      k2,      k2,        k2,  k512, 8'519'680, k512, -4,  131'072, 262'144, k512, k512, -9,
      131'072, k512,      -7,  k2,   -6,        4,    256, 4,       -16,     -15,  4,    k2,
      k2,      8'519'680, -19, k512, k2,        -22,  -12, k512,    k512,    k512, k512};
  Watched watched;
  std::vector<Handle> handles;
  for (const std::int64_t request : requests) {
    if (request > 0) {
      handles.push_back(watched.take(Bytes(request)));
    } else {
      watched.allocator.free(handles[static_cast<std::size_t>(-request - 1)]);
    }
  }
  CHECK(watched.segments() == std::vector<Bytes>{MiB(20), MiB(512), MiB(512), MiB(2), MiB(512),
                                                 MiB(512), MiB(512), MiB(512), MiB(512)});
  CHECK(watched.allocator.peak().requested == Bytes(3'249'143'816));
}

// What vLLM logs for weights is the blocks of its tensors, in the order of their making: where what is
// left of a segment is too small to be split off, it counts. Rotary table after the first attention.
TEST_CASE("weights as they are loaded, against logged figures", "[allocator]") {
  struct Model {
    std::int64_t layers, hidden, feed_forward, heads, kv_heads, vocabulary, positions;
    bool biases;  // of queries, keys and values
  };
  const Model llama{32, 4096, 14336, 32, 8, 128256, 131072, false};  // 3.1 8B
  const Model qwen{28, 3584, 18944, 28, 4, 152064, 32768, true};     // 2.5 7B
  const auto loaded = [](const Model& model, std::int64_t ranks) {
    Watched watched;
    const auto take = [&](std::int64_t numbers) { watched.take(Bytes(2 * numbers)); };
    const std::int64_t d = model.hidden;
    const std::int64_t qkv = (model.heads + 2 * model.kv_heads) * 128 / ranks;
    take(model.vocabulary / ranks * d);
    for (std::int64_t layer = 0; layer < model.layers; ++layer) {
      take(qkv * d);
      if (model.biases) take(qkv);
      take(d * model.heads * 128 / ranks);
      if (layer == 0) take(model.positions * 128);
      take(2 * model.feed_forward / ranks * d);
      take(model.feed_forward / ranks * d);
      take(d);
      take(d);
    }
    take(d);
    take(model.vocabulary / ranks * d);
    return static_cast<double>(watched.allocator.now().allocated.count()) / (1 << 30);
  };
  CHECK(loaded(llama, 1) == Approx(14.9888).margin(0.00005));
  CHECK(loaded(llama, 2) == Approx(7.5122).margin(0.00005));
  // 57 MiB more than its tensors have.
  CHECK(loaded(qwen, 1) == Approx(14.25).margin(0.005));
}

TEST_CASE("laws of the caching allocator: random streams", "[allocator]") {
  for (unsigned seed = 0; seed < 20; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    const auto below = [&](std::size_t n) {
      return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
    };
    CachingAllocator::Settings settings;
    if (seed % 3 == 1) settings.max_split_size = MiB(32);
    if (seed % 3 == 2) settings.roundup_power2_divisions = 8;
    Watched watched(settings, seed % 2 == 0 ? std::nullopt : std::optional(MiB(600)));
    std::vector<Handle> live;
    std::map<Address, Bytes> segments;
    std::size_t seen = 0;
    bool broken = false;
    for (int step = 0; step < 3000 && !broken; ++step) {
      if (live.empty() || below(100) < 52) {
        const auto bytes = Bytes(1 + static_cast<std::int64_t>(below(std::size_t{1} << below(27))));
        const auto handle = watched.allocator.allocate(bytes, static_cast<std::int64_t>(below(2)));
        if (handle) live.push_back(*handle);
      } else {
        std::swap(live[below(live.size())], live.back());
        watched.allocator.free(live.back());
        live.pop_back();
      }
      for (; seen < watched.events.size(); ++seen) {
        const Event& event = watched.events[seen];
        if (event.kind == Event::Kind::alloc) segments[event.address] = event.bytes;
        if (event.kind == Event::Kind::free) broken |= segments.erase(event.address) != 1;
      }
      const auto& now = watched.allocator.now();
      broken |= !(now.requested <= now.allocated && now.allocated == now.active &&
                  now.active <= now.reserved && now.reserved == watched.memory.used());
      if (step % 100 != 0) continue;
      // No two blocks overlap, and each lies in one segment.
      std::sort(live.begin(), live.end(),
                [&](Handle a, Handle b) { return watched.where(a) < watched.where(b); });
      Bytes sum;
      Address end = 0;
      for (const Handle handle : live) {
        const Address at = watched.where(handle);
        const Bytes bytes = watched.allocator.block_bytes(handle);
        auto segment = segments.upper_bound(at);
        broken |= at < end || segment == segments.begin();
        if (broken) break;
        --segment;
        end = at + bytes.count();
        broken |= end > segment->first + segment->second.count();
        sum += bytes;
      }
      broken |= sum != now.allocated;
    }
    CHECK(!broken);
    for (const Handle handle : live) watched.allocator.free(handle);
    CHECK(watched.allocator.now().allocated == Bytes{});
    watched.allocator.empty_cache();
    CHECK(watched.allocator.now() == CachingAllocator::Figures{});
    CHECK(watched.memory.used() == Bytes{});
  }
}

// models/ may not see sim/, and needs the rules for weights, which are never freed: they are there in
// short. Both must be one allocator.
TEST_CASE("weights are loaded as by the whole allocator") {
  std::mt19937_64 random(7);
  DeviceMemory memory;
  CachingAllocator whole(memory);
  CachingBlocks weights;
  bool same = true;
  for (int i = 0; i < 20'000; ++i) {
    // Around every threshold: 512 bytes, 1, 2, 10 and 20 MiB, and between.
    constexpr std::array<std::int64_t, 5> kAround{512, 1 << 20, 2 << 20, 10 << 20, 20 << 20};
    const auto offset = static_cast<std::int64_t>(random() % 5) - 2;
    const std::int64_t step = i % 4 == 0 ? 1 : 512;
    const std::int64_t near = kAround[random() % kAround.size()] + offset * step;
    const auto any = static_cast<std::int64_t>(random() % (24 << 20));
    const std::int64_t size = std::max<std::int64_t>(1, i % 2 == 0 ? near : any);
    whole.allocate(Bytes(size));
    weights.allocate(size);
    same &= whole.now().allocated == Bytes(weights.allocated()) &&
            whole.now().reserved == Bytes(weights.reserved());
  }
  CHECK(same);
}

}  // namespace kvf
