// What a report says when the two methods differ: no scenario makes them, so it is said to the
// report.
#include "sim/report.h"
#include "tests/catch.h"
#include "tests/run_file_sample.h"

using namespace kvf;

TEST_CASE("a report says in how many cases the two methods agree", "[report]") {
  const test::TemporaryFolder folder;
  const input::Scenario scenario = input::parse_scenario(
      "kvfootprint-scenario: 1\nmodel: {layers: 1, kv_heads: 1}\n"
      "prompt_tokens: 4\noutput_tokens: 1\npolicies: [full, {name: streaming, window_tokens: 2}]\n",
      "agreement.yaml");
  RunFileWriter writer(folder.path / "run.kvf", {});
  std::vector<PlayedCase> cases = play(scenario, {}, writer);
  writer.finish();
  CHECK_THAT(report(scenario, cases, {}), test::contains("closed form = simulation in 2 of 2"));
  cases.at(1).agrees = false;
  CHECK_THAT(report(scenario, cases, {}), test::contains("closed form = simulation in 1 of 2"));
  const std::string json = json_report(scenario, cases);
  CHECK_THAT(json, test::contains("\"closed_form_agrees\":true"));
  CHECK_THAT(json, test::contains("\"closed_form_agrees\":false"));
}

TEST_CASE("a report says what it leaves out of a model with recurrent states", "[report]") {
  const test::TemporaryFolder folder;
  const input::Scenario scenario = input::parse_scenario(
      "kvfootprint-scenario: 1\nmodel: jamba-v0.1\nprompt_tokens: 4\noutput_tokens: 1\n"
      "memory: {cache: paged}\npolicies: [full]\n",
      "states.yaml");
  RunFileWriter writer(folder.path / "run.kvf", {});
  const std::vector<PlayedCase> cases = play(scenario, {}, writer);
  writer.finish();
  const Bytes states = scenario.shape.state_bytes();
  CHECK(states > Bytes{});
  CHECK_THAT(report(scenario, cases, {}),
             test::contains("note: recurrent states, " + with_unit(states) + " a sequence"));
  CHECK_THAT(json_report(scenario, cases),
             test::contains("\"state_bytes\":" + std::to_string(states.count())));
}
