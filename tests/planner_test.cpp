// Capacity planning: the time model against a sum over passes, ranks, and requests at once.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "models/closed_form.h"
#include "models/peak_bytes.h"
#include "models/rank_schedule.h"
#include "models/time_model.h"
#include "sim/input/policy.h"
#include "sim/planning/planner.h"
#include "sim/simulate.h"
#include "tests/catch.h"

namespace kvf {
namespace {

const LlmShape kShape{"", 4, 8, 32, 64};

Schedule schedule_of(const std::string& policy, const Workload& workload) {
  return plan(input::parse_policy(policy), kShape, workload);
}

// Pass by pass, from the simulation: the definition. `each`: the seconds of every pass.
RunTime by_passes(const Schedule& schedule, const TimeModel& model, std::int64_t sequences,
                  std::vector<double>& each) {
  RunTime out;
  const auto count = static_cast<double>(sequences);
  simulate(schedule, [&](const PlayedBlock& block) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(block.count); ++i) {
      const auto rows = static_cast<double>(block.run.rows.count());
      double flops = count * rows * model.flops_per_row;
      double bytes = 0;
      for (const Group& group : schedule.groups) {
        const auto past = static_cast<double>(block.past(group.rule)[i]);
        const auto held = past + static_cast<double>((block.run.rows + block.run.appended).count());
        bytes += count * held * static_cast<double>(per_entry(group, Unit::bytes));
        flops += count * model.flops_per_entry * static_cast<double>(group.heads.count()) *
                 (rows * past + rows * (rows + 1) / 2);
      }
      const double seconds = std::max(flops / (model.rate * model.rate_efficiency),
                                      (static_cast<double>(model.weights.count()) + bytes) /
                                          (model.bandwidth * model.bandwidth_efficiency));
      each.push_back(seconds);
      const bool decodes = block.run.phase == Phase::decode;
      (decodes ? out.decode_seconds : out.prefill_seconds) += seconds;
      out.held_byte_seconds += seconds * bytes;
      if (decodes) {
        ++out.decode_passes;
        out.decode_read_bytes += bytes;
      }
    }
  });
  return out;
}

}  // namespace

TEST_CASE("the time model sums what each pass takes") {
  const std::string policy = GENERATE(as<std::string>{}, "full", "streaming:window_tokens=40",
                                      "prulong:streaming_heads=0.7,window_tokens=30",
                                      "snapkv:sparsity=0.5,eviction=naive,window_tokens=8",
                                      "locret:sparsity=0.5,local_tokens=4,stabilizer_tokens=8");
  // From arithmetic alone to traffic alone, and both in one run.
  const double flops_per_entry = GENERATE(0.0, 50.0, 4000.0);
  const TimeModel model{1e6, 3e5, 0.5, 0.8, Bytes(20000), 900, flops_per_entry};
  const Schedule schedule = schedule_of(policy, {Tokens(300), Tokens(150), Tokens(64)});
  const std::int64_t sequences = GENERATE(1, 3);
  const RunTime got = run_time(schedule, model, {1, sequences});
  std::vector<double> each;
  const RunTime want = by_passes(schedule, model, sequences, each);
  CAPTURE(policy, flops_per_entry, sequences);
  const std::vector<double> of_passes = pass_seconds(schedule, model, {1, sequences});
  REQUIRE(of_passes.size() == each.size());
  for (std::size_t pass = 0; pass < each.size(); ++pass) {
    if (of_passes[pass] != Approx(each[pass])) FAIL_CHECK("pass " << pass);
  }
  CHECK(got.prefill_seconds == Approx(want.prefill_seconds));
  CHECK(got.decode_seconds == Approx(want.decode_seconds));
  CHECK(got.held_byte_seconds == Approx(want.held_byte_seconds));
  CHECK(got.decode_read_bytes == Approx(want.decode_read_bytes));
  CHECK(got.decode_passes == want.decode_passes);
}

TEST_CASE("sparse reading reads less, and holds the same") {
  const TimeModel model{1e12, 1e6, 1, 1, Bytes(100)};
  const Schedule schedule =
      schedule_of("sparse-read:active_share=0.25", {Tokens(100), Tokens(10), std::nullopt});
  const double share = closed_form(schedule).footprint.active_share.value();
  const RunTime all = run_time(schedule, model);
  const RunTime some = run_time(schedule, model, {share});
  CHECK(some.decode_read_bytes == Approx(share * all.decode_read_bytes));
  CHECK(some.decode_seconds < all.decode_seconds);
}

TEST_CASE("a rank holds its heads") {
  const Workload workload{Tokens(2000), Tokens(100), Tokens(512)};
  const Schedule full = plan(input::parse_policy("full"), kShape, workload,
                             Accounting::implementation, Convention::eval);
  const auto bytes = [](const Schedule& schedule) { return peak_bytes(schedule).all_layers; };
  CHECK(bytes(on_largest_rank(full, input::parse_policy("full"), 4)).times(4) == bytes(full));
  // Replicated where there are fewer heads than ranks.
  CHECK(bytes(on_largest_rank(full, input::parse_policy("full"), 16)).times(8) == bytes(full));
  CHECK_THROWS_AS(on_largest_rank(full, input::parse_policy("full"), 3), std::invalid_argument);

  // 16 full heads of 32, 4 in each layer: their places are free, so that each of two ranks has 2.
  const PolicySpec half = input::parse_policy("prulong:streaming_heads=0.5");
  const Schedule roles = plan(half, kShape, workload);
  CHECK(bytes(on_largest_rank(roles, half, 2)).times(2) == bytes(roles));
  // 5 of 32 over two ranks: the first has 3.
  const PolicySpec few = input::parse_policy("prulong:streaming_heads=0.84");
  std::int64_t full_heads = 0;
  for (const Group& group : on_largest_rank(plan(few, kShape, workload), few, 2).groups) {
    if (group.role == Role::full) full_heads += group.heads.count();
  }
  CHECK(full_heads == 3);
  // A file says where they are: all on the second rank.
  PolicySpec given = input::parse_policy("head-roles:window_tokens=40,heads_file=" KVF_TESTS_DIR
                                         "/data/heads-2x4.tsv");
  const LlmShape small{"", 2, 4, 4, 64};
  for (const Group& group : on_largest_rank(plan(given, small, workload), given, 2).groups) {
    CHECK(group.role == Role::full);
  }
  // Half of the layers on each stage.
  CHECK(bytes(on_largest_rank(full, input::parse_policy("full"), 1, 2)).times(2) == bytes(full));
}

TEST_CASE("requests at once") {
  RequestNeeds needs;
  needs.peak = Bytes(100);
  needs.layerwise_peak = Bytes(80);
  needs.block_bytes = Bytes(90);
  needs.after_prefill = Bytes(30);
  needs.after_decode = Bytes(40);
  const Estimate pool{Bytes(950), Bytes(1000), Bytes(1050)};
  const Band<std::int64_t> requests = requests_at_once(pool, needs);
  CHECK(requests.low == 10);
  CHECK(requests.mid == 11);
  CHECK(requests.high == 1 + (1050 - 80) / 40);
  // The others hold the most that is held after the prefill or at the end.
  needs.after_prefill = Bytes(50);
  CHECK(requests_at_once(pool, needs).high == 1 + (1050 - 80) / 50);
  CHECK(requests_at_once({Bytes(-5), Bytes(-1), Bytes(10)}, needs) == Band<std::int64_t>{});
}

// 17 tokens take two blocks of 16, in each of 4 x 8 cells.
TEST_CASE("the last block of each table is filled up") {
  const Request request{input::parse_policy("full"), {Tokens(17), Tokens(0), std::nullopt}};
  const RequestNeeds needs = needs_of(kShape, request, {}, Tokens(16), TimeModel{});
  CHECK(needs.block_bytes - needs.peak == Bytes(4 * 8 * 15).times(2 * 64 * 2));
  // Nothing is empty in full blocks.
  const Request even{input::parse_policy("full"), {Tokens(32), Tokens(0), std::nullopt}};
  const RequestNeeds full = needs_of(kShape, even, {}, Tokens(16), TimeModel{});
  CHECK(full.block_bytes == full.peak);
}

TEST_CASE("the longest prompt is the last that fits") {
  const Request request{input::parse_policy("full"), {Tokens(1), Tokens(10), Tokens(64)}};
  const Bytes pool(1'000'000);
  const Tokens block(16);
  const Tokens longest = longest_prompt(kShape, request, {2}, block, pool, Tokens(1 << 20));
  const auto blocks = [&](Tokens prompt) {
    Request other = request;
    other.workload.prompt = prompt;
    return needs_of(kShape, other, {2}, block, TimeModel{}).block_bytes;
  };
  CHECK(blocks(longest) <= pool);
  CHECK(blocks(longest + Tokens(1)) > pool);
  CHECK(longest_prompt(kShape, request, {2}, block, pool.times(1000), Tokens(100)) == Tokens(100));
}

}  // namespace kvf
