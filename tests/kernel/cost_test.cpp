// The formula of bytes and operations against the kernel's own accesses, counted.
#include "profiler/capture/attention/cost.h"

#include <random>

#include "models/numeric.h"
#include "profiler/capture/attention/host.h"
#include "tests/catch.h"
#include "tests/kernel/attention_case.h"

namespace kvf::capture::test {
namespace {

struct Counts {
  std::int64_t numbers = 0, tables = 0, written = 0, flops = 0;
  friend bool operator==(const Counts&, const Counts&) = default;
};

struct Counting : OneThread {
  Counts counts;
  template <class T>
  T load(const T* from) {
    counts.numbers += std::int64_t{sizeof(T)};
    return *from;
  }
  std::int32_t load(const std::int32_t* from) {
    counts.tables += std::int64_t{sizeof *from};
    return *from;
  }
  const std::byte* load(const std::byte* const* from) {
    counts.tables += std::int64_t{sizeof *from};
    return *from;
  }
  template <class T>
  void store(T* to, T value) {
    counts.written += std::int64_t{sizeof(T)};
    *to = value;
  }
  float multiply_add(float a, float b, float c) {
    counts.flops += 2;
    return a * b + c;
  }
};

template <class T>
Counts counted(const AttentionPass& pass) {
  std::vector<std::byte> memory(scratch_bytes(pass.head_dim, 1));
  const auto scratch = Scratch<T>::at(memory.data(), pass.head_dim, 1);
  Counting context;
  for (int row = 0; row < pass.rows; ++row) {
    for (int head = 0; head < pass.query_heads; ++head) {
      attend<T>(context, pass, row, head, scratch);
    }
  }
  return context.counts;
}

TEST_CASE("cost: the formula is what the kernel does") {
  std::mt19937 random(3);
  for (unsigned seed = 0; seed < 60; ++seed) {
    const auto upto = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    Shape shape;
    shape.seed = seed;
    shape.number = seed % 3 == 0 ? Number::fp32 : seed % 3 == 1 ? Number::fp16 : Number::bf16;
    shape.kv_heads = 1 + upto(3);
    shape.query_heads = shape.kv_heads * (1 + upto(8));
    shape.head_dim = 1 + upto(40);
    shape.block_tokens = 1 + upto(40);
    shape.rows = 1 + upto(12);
    shape.past = upto(300);
    shape.kept = upto(3) / 2.0;
    shape.empty = upto(2) / 3.0;
    shape.mask = {upto(3) * 5, upto(2) == 0 ? kNoWindow : upto(150)};
    const Case one(shape);
    std::vector<HeadWork> heads;
    for (const Case::Head& head : one.heads()) {
      heads.push_back(head_work(head.positions, head.mask, shape.past, shape.rows));
    }
    const AttentionCost cost = attention_cost(one.pass(), heads);
    const Counts wanted{(cost.query + cost.entries).count(), cost.tables.count(),
                        cost.output.count(), cost.flops.count()};
    INFO(seed);
    const Counts got = shape.number == Number::fp32   ? counted<float>(one.pass())
                       : shape.number == Number::fp16 ? counted<Half>(one.pass())
                                                      : counted<BFloat>(one.pass());
    CHECK(got.numbers == wanted.numbers);
    CHECK(got.tables == wanted.tables);
    CHECK(got.written == wanted.written);
    CHECK(got.flops == wanted.flops);
  }
}

TEST_CASE("cost: pairs and entries are those of the mask, one by one") {
  std::mt19937 random(5);
  for (int round = 0; round < 500; ++round) {
    std::vector<std::int32_t> positions(random() % 20);
    for (std::int32_t& p : positions) p = static_cast<std::int32_t>(random() % 25) - 1;
    const HeadMask mask{static_cast<std::int32_t>(random() % 5),
                        random() % 3 == 0 ? kNoWindow : static_cast<std::int32_t>(random() % 12)};
    const auto first = static_cast<std::int32_t>(random() % 20);
    const auto rows = static_cast<std::int32_t>(1 + random() % 8);
    HeadWork wanted{static_cast<std::int64_t>(positions.size()), 0, 0};
    for (const std::int32_t p : positions) {
      int seen = 0;
      for (int r = first; r < first + rows; ++r) {
        seen += p != kNoEntry && p <= r && (p < mask.sinks || p > r - mask.window);
      }
      wanted.pairs += seen;
      wanted.entries += seen > 0;
    }
    const HeadWork got = head_work(positions, mask, first, rows);
    CHECK(got.pairs == wanted.pairs);
    CHECK(got.entries == wanted.entries);
    CHECK(got.slots == wanted.slots);
  }
}

TEST_CASE("cost: with nothing evicted the pairs are the KV footprint of the pass") {
  std::vector<std::int32_t> positions(100);
  for (std::size_t i = 0; i < positions.size(); ++i) positions[i] = static_cast<std::int32_t>(i);
  const HeadWork work = head_work(positions, {}, 60, 40);
  CHECK(Area(work.pairs) == causal_area(Tokens(40), Tokens(60)));
}

// By hand: fp16, 2 query heads on 1 KV head of 4 numbers; 2 rows over 3 entries, full, no holes:
// pairs 3 * 2 + 3 = 9, 5 slots.
TEST_CASE("cost: a pass by hand") {
  AttentionPass pass;
  pass.number = Number::fp16;
  pass.rows = 2;
  pass.query_heads = 2;
  pass.head_dim = 4;
  const AttentionCost cost = attention_cost(pass, std::vector<HeadWork>{{5, 9, 5}});
  CHECK(cost.query == Bytes(2 * 2 * 4 * 2));
  CHECK(cost.output == Bytes(32));
  CHECK(cost.entries == Bytes(9 * 2 * 2 * 4 * 2));
  CHECK(cost.entries_once == Bytes(5 * 2 * 4 * 2));
  CHECK(cost.tables == Bytes(2 * (5 * 4 * 2 + 9 * 8)));
  CHECK(cost.flops == Flops(9 * 2 * 4 * 4));
}

}  // namespace
}  // namespace kvf::capture::test
