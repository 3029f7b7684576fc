// Batches of unequal sequences in lock step.
#include <random>

#include "models/closed_form.h"
#include "sim/simulate.h"
#include "sim/simulate_batch.h"
#include "tests/cases_under_law.h"
#include "tests/catch.h"

using namespace kvf;

namespace {

LlmShape small_shape() {
  LlmShape shape;
  shape.layers = 2;
  shape.kv_heads = 2;
  shape.query_heads = 4;
  return shape;
}

Workload workload(std::int64_t prompt, std::int64_t output, std::optional<Tokens> chunk = {}) {
  return {Tokens(prompt), Tokens(output), chunk};
}

}  // namespace

TEST_CASE("a batch by hand", "[batch]") {
  // One cell. A prefills 4 in two passes and decodes 1; B, twice, prefills 2 in one, waits for a
  // pass, and decodes 3. Full attention, kvpress: all of the prompt is prefilled.
  LlmShape one;
  const std::vector<Sequences> sequences{{workload(4, 1, Tokens(2)), 1},
                                         {workload(2, 3, Tokens(2)), 2}};
  const Batch batch =
      plan_batch(PolicySpec{}, one, sequences, Accounting::implementation, Convention::kvpress);
  //   pass    0  1  2  3  4
  //   A       2  4  5  -  -
  //   B x 2   2  2  3  4  5
  //   sum     6  8 11  8 10
  const Footprint f = closed_form(batch);
  CHECK(f.peak_entries == Entries(11));
  CHECK(f.peak_pass == 2);
  CHECK(f.full_peak_entries == Entries(11));
  CHECK(f.active_entries == Area(15 + 2 * 15));
  CHECK(f.held_after_prefill == Entries(8));
  CHECK(f.held_after_decode == Entries(10));
  CHECK(simulate(batch) == f);

  std::vector<std::int64_t> rows_of_b;
  simulate(batch, [&](const PlayedBatchPass& played) {
    rows_of_b.push_back(played.passes[1].rows.count());
  });
  CHECK(rows_of_b == std::vector<std::int64_t>{2, 0, 1, 1, 1});
}

TEST_CASE("a batch of equal sequences is one of them, so many times", "[batch]") {
  std::size_t tried = 0;
  for (const test::LawCase& c : test::law_cases()) {
    const Workload one = workload(23, 5, Tokens(7));
    Schedule schedule;
    try {
      schedule = plan(c.policy, small_shape(), one, c.accounting, c.convention);
    } catch (const PolicyError&) {
      continue;  // of another shape
    }
    if (schedule.nominal_streaming) continue;  // rounded once more
    const Footprint want = closed_form(schedule).footprint;
    const std::vector<Sequences> three{{one, 2}, {one, 1}};
    const Footprint got =
        closed_form(plan_batch(c.policy, small_shape(), three, c.accounting, c.convention));
    INFO(c.label);
    REQUIRE(got.active_entries == want.active_entries.times(3));
    REQUIRE(got.peak_entries == want.peak_entries.times(3));
    REQUIRE(got.peak_layerwise_entries == want.peak_layerwise_entries.times(3));
    REQUIRE(got.full_peak_entries == want.full_peak_entries.times(3));
    REQUIRE(got.held_after_prefill == want.held_after_prefill.times(3));
    REQUIRE(got.held_after_decode == want.held_after_decode.times(3));
    REQUIRE(got.footprint == want.footprint);
    REQUIRE(got.active_share == want.active_share);
    ++tried;
  }
  CHECK(tried > test::law_cases().size() * 9 / 10);
}

TEST_CASE("closed form and simulation of a batch agree", "[batch]") {
  std::size_t tried = 0;
  std::mt19937 draw(11);
  const auto below = [&](std::int64_t n) {
    return static_cast<std::int64_t>(draw() % static_cast<unsigned>(n));
  };
  for (const test::LawCase& c : test::law_cases()) {
    for (int round = 0; round < 3; ++round) {
      const Tokens chunk(1 + below(9));
      std::vector<Sequences> sequences;
      for (std::int64_t n = 1 + below(3); n > 0; --n) {
        sequences.push_back({workload(below(40), below(9), chunk), 1 + below(3)});
      }
      Batch batch;
      try {
        batch = plan_batch(c.policy, small_shape(), sequences, c.accounting, c.convention);
      } catch (const PolicyError&) {
        continue;
      }
      INFO(c.label << ", round " << round);
      REQUIRE(simulate(batch) == closed_form(batch));
      ++tried;
    }
  }
  CHECK(tried > 3 * test::law_cases().size() * 9 / 10);
}
