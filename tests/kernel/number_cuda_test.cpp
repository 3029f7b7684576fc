// Numbers of 16 bits against the CUDA headers, whose functions for the host are the definition.
#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <bit>
#include <random>

#include "profiler/capture/attention/number.h"
#include "tests/catch.h"

namespace kvf::capture {
namespace {

TEST_CASE("numbers: as CUDA's own headers convert them") {
  int wrong = 0;
  for (int i = 0; i < 1 << 16; ++i) {
    const auto bits = static_cast<std::uint16_t>(i);
    const float half = __half2float(__half(__half_raw{bits}));
    const float bfloat = __bfloat162float(__nv_bfloat16(__nv_bfloat16_raw{bits}));
    // A NaN is one, whichever.
    wrong += !(half == to_float(Half{bits}) ||
               (half != half && to_float(Half{bits}) != to_float(Half{bits})));
    wrong += !(bfloat == to_float(BFloat{bits}) ||
               (bfloat != bfloat && to_float(BFloat{bits}) != to_float(BFloat{bits})));
  }
  CHECK(wrong == 0);
  std::mt19937 random(1);
  for (int i = 0; i < 2'000'000; ++i) {
    const float x = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    wrong += static_cast<__half_raw>(__float2half_rn(x)).x != from_float<Half>(x).bits;
    wrong += static_cast<__nv_bfloat16_raw>(__float2bfloat16_rn(x)).x != from_float<BFloat>(x).bits;
  }
  CHECK(wrong == 0);
}

}  // namespace
}  // namespace kvf::capture
