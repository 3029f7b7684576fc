// What the parts of the model compute, against figures of published code typed as facts.
#include <algorithm>
#include <limits>
#include <string_view>
#include <vector>

#include "models/closed_form.h"
#include "models/head_masks.h"
#include "sim/simulate.h"
#include "tests/cases_under_law.h"
#include "tests/catch.h"

namespace kvf {
namespace {

LlmShape one_cell() {
  LlmShape shape;
  shape.name = "one cell";
  return shape;
}

// PruLong ff22598, eval/viz/kv_footprint.py, run unchanged; doubles to the last bit.
struct PaperFact {
  int prompt, output, chunk;
  double share;       // of streaming heads, or locret's sparsity
  int sinks, window;  // or locret's local tokens and stabilizers
  double sparsity;
  std::int64_t others, streaming;  // active entries of one cell; streaming -1: locret
  double footprint, peak;
};

// clang-format off
const std::vector<PaperFact> kPaperFacts{
    {1000, 10, 1, 0.5, 128, 1024, 0.0, 510555, 510555, 0x1.0000000000000p+0, 0x1.0000000000000p+0},
    {1024, 2, 5, 0.95, 43, 0, 0.092, 526851, 46155, 0x1.10d8580d9ac66p-3, 0x1.81a5939c981a8p-4},
    {127900, 10, 131072, 0.0, 0, 0, 0.8, 8179525445, 8179268960, 0x1.ffef9dbb1a1eap-1, 0x1.fff5c0b72b35ep-1},
    {127900, 10240, 131072, 0.0, 0, 0, 0.5, 8887206230, 8179279190, 0x1.dce53b669e7f7p-1, 0x1.da0bef3f449afp-1},
    {128000, 10000, 64, 0.7992, 1, 395, 0.545, 9522069000, 58726608, 0x1.a5553f582ef36p-3, 0x1.9ff2722e116f3p-3},
    {128000, 1024, 8192, 0.2, 128, 1024, 0.0, 8323660800, 655687168, 0x1.a1aa9c3fdb910p-1, 0x1.9b53b53b53b53p-1},
    {129, 3, 128, 0.3, 128, 1024, 0.9, 8574, 8778, 0x1.f7abba6d42638p-1, 0x1.f07c1f07c1f08p-1},
    {191, 1, 512, 0.9, 4, 4096, 0.75, 18449, 18528, 0x1.ffc81d01264a2p-1, 0x1.fd55555555555p-1},
    {127900, 10, 32768, 0.3, 100, 2500, 0, 6808245355, -1, 0x1.aa1c6b8b3b7c7p-1, 0x1.a789ad4306f1ep-1},
    {131072, 1, 131072, 1.0, 100, 0, 0, 8576902929, -1, 0x1.ff36283ec406cp-1, 0x1.ff9b00327fe6cp-1},
    {3631, 9929, 65536, 0.85, 0, 1, 0, 61312615, -1, 0x1.556d6b181e4cdp-1, 0x1.8b842744b8427p-1},
};
// clang-format on

TEST_CASE("the paper's metric, to the last bit", "[models]") {
  for (const PaperFact& fact : kPaperFacts) {
    PolicySpec policy;
    if (fact.streaming < 0) {
      policy = test::spec(Locret{fact.share, Tokens(fact.sinks), Tokens(fact.window)});
    } else {
      ChunkedEvictionMembers members;
      members.sparsity = fact.sparsity;
      members.eviction = Eviction::naive;
      HeadRoles roles;
      roles.streaming_heads = fact.share;
      roles.rounding = Rounding::nominal;
      roles.sinks = Tokens(fact.sinks);
      roles.window = Tokens(fact.window);
      roles.other = PolicyBox(test::spec(SnapKv{members}));
      policy = test::spec(roles);
    }
    const Workload workload{Tokens(fact.prompt), Tokens(fact.output), Tokens(fact.chunk)};
    INFO("prompt " << fact.prompt << ", output " << fact.output << ", chunk " << fact.chunk);
    const Schedule schedule = plan(policy, one_cell(), workload, Accounting::paper);
    for (const Result& result : {closed_form(schedule), simulate(schedule)}) {
      for (const Group& group : schedule.groups) {
        const bool streams = group.role == Role::streaming;
        CHECK(result.rules[group.rule].active_entries ==
              Area(streams ? fact.streaming : fact.others));
      }
      CHECK(result.footprint.footprint == fact.footprint);
      CHECK(result.footprint.peak == fact.peak);
    }
    // Whatever the model, the ratios are those of one cell.
    LlmShape many = one_cell();
    many.layers = 7;
    many.kv_heads = 5;
    many.query_heads = 5;
    const Footprint of_many =
        closed_form(plan(policy, many, workload, Accounting::paper)).footprint;
    CHECK(of_many.footprint == fact.footprint);
    CHECK(of_many.peak == fact.peak);
  }
}

TEST_CASE("a share becomes whole heads as published code rounds it", "[models]") {
  const auto count = [](Rounding rounding, std::int64_t heads, double share) {
    return full_head_count(rounding, heads, share);
  };
  // PruLong ff22598 and duo-attention fe93c31, for 256 heads.
  CHECK(count(Rounding::prulong, 256, 0.2) == 204);
  CHECK(count(Rounding::prulong, 256, 0.6) == 102);
  CHECK(count(Rounding::prulong, 256, 0.7) == 76);
  CHECK(count(Rounding::prulong, 256, 0.9) == 25);
  CHECK(count(Rounding::duo, 256, 0.2) == 205);
  CHECK(count(Rounding::duo, 256, 0.6) == 103);
  CHECK(count(Rounding::duo, 256, 0.7) == 77);
  CHECK(count(Rounding::duo, 256, 0.9) == 26);
  CHECK(count(Rounding::duo, 256, 1.0) == 0);
  CHECK(count(Rounding::duo, 256, 0.0) == 256);
}

TEST_CASE("equal scores are decided as published code decides", "[models]") {
  using Mask = std::vector<std::uint8_t>;
  // 3 x 5 heads: PruLong breaks ties by torch.rand under seed 42.
  const std::vector<double> scores{0, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 0, 0};
  CHECK(full_head_mask(Rounding::prulong, scores, 0.3) ==
        Mask{0, 0, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 0});
  const std::vector<double> others{0, 1, 1, 0, 1, 1, 0, 1, 1, 1, 0, 0, 1, 0, 0};
  CHECK(full_head_mask(Rounding::prulong, others, 0.6) ==
        Mask{0, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0});
  // DuoAttention lets noise decide which; how many is known.
  const Mask duo = full_head_mask(Rounding::duo, scores, 0.3);
  CHECK(std::count(duo.begin(), duo.end(), 1) == 10);
}

TEST_CASE("full heads are spread over the layers from the last", "[models]") {
  using Counts = std::vector<std::int64_t>;
  // floor((l + 1) 3 / 5) - floor(l 3 / 5)
  CHECK(spread_evenly(3, 5) == Counts{0, 1, 0, 1, 1});
  CHECK(spread_evenly(7, 4) == Counts{1, 2, 2, 2});
  CHECK(spread_evenly(0, 2) == Counts{0, 0});
}

TEST_CASE("without a share a head is full if its score is above one half", "[models]") {
  const std::vector<double> scores{0.5, 0.50001, 0.49999, 1, 0};
  for (const Rounding rounding : {Rounding::duo, Rounding::prulong}) {
    CHECK(full_head_mask(rounding, scores, std::nullopt) ==
          std::vector<std::uint8_t>{0, 1, 0, 1, 0});
  }
}

TEST_CASE("a quantile is interpolated from the nearer end", "[models]") {
  using Mask = std::vector<std::uint8_t>;
  // As numpy: a + (b - a) t, from one half on b - (b - a) (1 - t). What is rounded on the way tells
  // the two apart. Near a: b - (b - a) would be 2^-53, which is more than a.
  const double a = 0x3p-55;
  CHECK(full_head_mask(Rounding::duo, std::vector<double>{1, a}, 1e-300) == Mask{1, 1});
  // Near b: a + (b - a) / 2 would be a, for half of the least number is 0.
  const double least = std::numeric_limits<double>::denorm_min();
  CHECK(full_head_mask(Rounding::duo, std::vector<double>{least, 0}, 0.5) == Mask{1, 0});
}

TEST_CASE("a ratio of large integers is rounded once", "[models]") {
  const Int128 odd = (Int128{1} << 53) + 1;  // no double
  CHECK(ratio(Area(3 * odd), Area(4 * odd)) == 0.75);
  CHECK(ratio(Area(1), Area()) == std::nullopt);
}

TEST_CASE("the active share is counted row by row", "[models]") {
  // 5 rows over 3 entries may attend 4, 5, 6, 7, 8 entries.
  const ActiveRead six{Tokens(6), 1, true, true};
  CHECK(six.read(Tokens(5), Tokens(3)) == Area(4 + 5 + 6 + 6 + 6));
  const ActiveRead one{Tokens(1), 1, true, true};
  CHECK(one.read(Tokens(5), Tokens(3)) == Area(5));
  const ActiveRead many{Tokens(100), 1, true, true};
  CHECK(many.read(Tokens(5), Tokens(3)) == causal_area(Tokens(5), Tokens(3)));
}

}  // namespace
}  // namespace kvf
