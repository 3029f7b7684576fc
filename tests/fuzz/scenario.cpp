// Any text as a scenario: it is read, or refused with words. What is read can be planned, or is
// refused by plan(); what is small enough is computed.
#include <cstddef>
#include <cstdint>
#include <string>

#include "sim/input/scenario.h"
#include "tests/fuzz/compute.h"

using namespace kvf;

// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  try {
    const input::Scenario scenario = input::parse_scenario(std::move(text), "fuzz/scenario.yaml");
    try {
      if (scenario.shape.layers <= fuzz::kMostCells) input::check_plans(scenario);
    } catch (const input::InputError& error) {
      fuzz::check_words(error);
    }
    for (const input::ScenarioPolicy& policy : scenario.policies) {
      fuzz::check_round_trip(policy.spec);
      for (const input::ScenarioTask& task : scenario.tasks) {
        fuzz::compute(policy.spec, scenario.shape, task.workload, scenario.accounting,
                      policy.convention);
      }
    }
  } catch (const input::InputError& error) {
    fuzz::check_words(error);
  }
  return 0;
}
