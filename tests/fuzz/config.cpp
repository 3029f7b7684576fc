// Any text as a config.json.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "models/engines/vllm_weights.h"
#include "models/shape_report.h"
#include "models/transformers_cache.h"
#include "sim/input/config/config.h"
#include "tests/fuzz/compute.h"

using namespace kvf;

// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  input::Config config;
  try {
    config = input::parse_config(text, "fuzz.json");
  } catch (const input::InputError& error) {
    fuzz::check_words(error);
    return 0;
  }
  check(config.shape);  // what was read can exist
  fuzz::compute(PolicySpec{}, config.shape, {Tokens(100), Tokens(10), Tokens(7)},
                Accounting::implementation, Convention::transformers);
  fuzz::require(config.weights.has_value() == config.no_weights.empty());
  for (const std::int64_t ranks : {1, 2}) {
    if (!config.weights) break;
    fuzz::require(config.weights->total() >= 0 && config.weights->buffers_total() >= 0);
    WeightLoad load;
    load.ranks = ranks;
    load.quantization = config.quantization.quantization;
    load.vision = config.sees_or_hears;
    try {
      const Estimate estimate = vllm_weights(*config.weights, load);
      fuzz::require(estimate.low <= estimate.mid && estimate.mid <= estimate.high);
      fuzz::require(stored_bytes(*config.weights, load) >= Bytes{});
    } catch (const std::invalid_argument&) {  // ranks that cannot share it
    } catch (const OverflowError&) {
    }
  }
  try {
    (void)layers_by_kind(config.shape);
    (void)transformers_surprises(config.shape);
    TransformersCall call;
    call.prompt = Tokens(100);
    call.decoded = Tokens(10);
    (void)transformers_cache(config.shape, call);
  } catch (const std::invalid_argument&) {  // no such cache
  } catch (const OverflowError&) {
  }
  return 0;
}
