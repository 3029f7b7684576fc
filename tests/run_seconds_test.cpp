// The axis of seconds of a simulated run: by hand, and against the sums that plans are made of.
#include <cmath>
#include <string>
#include <vector>

#include "models/closed_form.h"
#include "sim/input/policy.h"
#include "sim/memory/held_levels.h"
#include "sim/memory/levels.h"
#include "sim/run_seconds.h"
#include "tests/catch.h"

using namespace kvf;

namespace {

using Numbers = std::vector<std::int64_t>;

input::Scenario scenario_of(const std::string& memory, const std::string& task,
                            const std::string& policy = "full") {
  return input::parse_scenario("kvfootprint-scenario: 1\nmodel: llama-3.1-8b\n" + task +
                                   "\nmemory: " + memory + "\npolicies: [" + policy + "]\n",
                               "seconds.yaml");
}

std::vector<BatchMember> members_of(const input::Scenario& scenario) {
  const std::vector<BatchMember> whole =
      input::members_of(scenario, scenario.tasks.front(), scenario.policies.front());
  return on_one_gpu(whole, scenario.policies.front().spec, scenario.memory->ranks());
}

}  // namespace

TEST_CASE("a clock by hand, and the bytes over it") {
  const LlmShape shape{"", 2, 3, 6, 20, "fp32"};  // 960 bytes a token
  BatchMember member{plan(input::parse_policy("full"), shape, {Tokens(10), Tokens(2)},
                          Accounting::implementation, Convention::kvpress),
                     1};
  TimeModel model;
  model.bandwidth = 1e9;
  model.weights = Bytes(1000);
  const std::vector<std::int64_t> clock = clock_of(member, model);
  CHECK(clock == Numbers{0, 10'600, 10'600 + 11'560, 10'600 + 11'560 + 12'520});
  // The last point ends the last pass.
  CHECK(clock_curve(clock) ==
        std::vector<CurvePoint>{{0, 1}, {10'600, 2}, {22'160, 3}, {34'680, 3}});
  CHECK(byte_nanoseconds({5, 7, 9}, clock) == Area(5 * 10'600 + 7 * 11'560 + 9 * 12'520));

  // Two sequences read the weights together.
  member.count = 2;
  CHECK(clock_of(member, model) == Numbers{0, 20'200, 20'200 + 22'120, 20'200 + 22'120 + 24'040});

  model.bandwidth = 1e-9;  // 1e22 ns a pass
  CHECK_THROWS_AS(clock_of(member, model), OverflowError);
}

TEST_CASE("the clock of a run sums up to the time that plans are made of", "[laws]") {
  const std::string policy = GENERATE(
      as<std::string>{}, "full", "{name: streaming, sink_tokens: 16, window_tokens: 100}",
      "{name: snapkv, sparsity: 0.5, eviction: naive}", "{name: sparse-read, active_share: 0.25}",
      "{name: decoding-press, target_tokens: 300, interval_passes: 16}");
  const std::string task = GENERATE(
      as<std::string>{}, "prompt_tokens: 3000\noutput_tokens: 700\nprefill_chunk_tokens: 512",
      "tasks: [{name: t, sequences: [{prompt_tokens: 900, output_tokens: 60, count: 5}]}]");
  const std::string gpu = GENERATE(as<std::string>{}, "rtx-4090", "h100-80gb, tp: 2");
  const input::Scenario scenario =
      scenario_of("{cache: contiguous, gpu: " + gpu + "}", task, policy);
  REQUIRE(has_seconds(scenario, scenario.tasks.front()));
  CAPTURE(policy, task, gpu);
  const BatchMember member = members_of(scenario).front();
  const TimeModel model = beside_cache(scenario, members_of(scenario)).time.value();
  const double share = closed_form(member.schedule).footprint.active_share.value_or(1);
  const RunTime want = run_time(member.schedule, model, {share, member.count});

  const std::vector<std::int64_t> clock = clock_of(member, model);
  const std::int64_t passes = member.schedule.plan.passes();
  REQUIRE(std::ssize(clock) == passes + 1);
  const auto differs_ns = [](std::int64_t ns, double seconds) {
    return std::abs(static_cast<double>(ns) - 1e9 * seconds);
  };
  CHECK(differs_ns(clock.back(), want.prefill_seconds + want.decode_seconds) <
        static_cast<double>(passes));
  const std::int64_t prefill = clock[static_cast<std::size_t>(passes - want.decode_passes)];
  CHECK(differs_ns(prefill, want.prefill_seconds) < static_cast<double>(passes));
  if (policy != "full") return;
  const HeldLevels held = held_levels(std::vector<BatchMember>{member}, false);
  CHECK(byte_nanoseconds(held.held.during, clock).to_double() / 1e9 ==
        Approx(want.held_byte_seconds));
}

TEST_CASE("seconds are known on a GPU that is known, of equal sequences") {
  const auto known = [](const std::string& memory, const std::string& task) {
    const input::Scenario scenario = scenario_of(memory, task);
    const bool any = has_seconds(scenario, scenario.tasks.front());
    CHECK(seconds_in_words(scenario).empty() == !any);
    return any;
  };
  const std::string one = "prompt_tokens: 300\noutput_tokens: 2";
  CHECK(known("{cache: paged, gpu: rtx-4090}", one));
  CHECK_FALSE(known("{cache: paged, gpu: 24GiB}", one));
  CHECK_FALSE(known("{cache: contiguous}", one));
  CHECK_FALSE(known("{cache: paged, gpu: rtx-4090}",
                    "tasks: [{name: t, sequences: [{prompt_tokens: 30, output_tokens: 1}, "
                    "{prompt_tokens: 20, output_tokens: 2}]}]"));
  const input::Scenario million =
      input::read_scenario(KVF_TESTS_DIR "/../scenarios/one-million.yaml");
  CHECK_FALSE(has_seconds(million, million.tasks.front()));
}
