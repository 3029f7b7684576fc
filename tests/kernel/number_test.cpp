// Numbers of 16 bits: every value, and every boundary between two of them.
#include "profiler/capture/attention/number.h"

#include <cmath>
#include <limits>

#include "tests/catch.h"

namespace kvf::capture {
namespace {

// By definition of the format: sign, `exponent` bits, `fraction` bits.
double value_of(std::uint16_t bits, int exponent_bits, int fraction_bits) {
  const int sign = bits >> 15;
  const int bias = (1 << (exponent_bits - 1)) - 1;
  const int exponent = (bits >> fraction_bits) & ((1 << exponent_bits) - 1);
  const int fraction = bits & ((1 << fraction_bits) - 1);
  double value = 0;
  if (exponent == (1 << exponent_bits) - 1) {
    value = fraction == 0 ? std::numeric_limits<double>::infinity() : std::nan("");
  } else if (exponent == 0) {
    value = std::ldexp(fraction, 1 - bias - fraction_bits);
  } else {
    value = std::ldexp((1 << fraction_bits) + fraction, exponent - bias - fraction_bits);
  }
  return sign != 0 ? -value : value;
}

template <class T>
void check_all(int exponent_bits, int fraction_bits) {
  int wrong = 0;
  for (int i = 0; i < 1 << 16; ++i) {
    const auto bits = static_cast<std::uint16_t>(i);
    const double wanted = value_of(bits, exponent_bits, fraction_bits);
    const float got = to_float(T{bits});
    if (std::isnan(wanted)) {
      wrong += !std::isnan(got);
      wrong += from_float<T>(got).bits != 0x7fff;
      continue;
    }
    wrong += static_cast<double>(got) != wanted || std::signbit(got) != std::signbit(wanted);
    wrong += from_float<T>(got).bits != bits;  // and back
  }
  CHECK(wrong == 0);

  // Between two neighbours the middle goes to the even one, all below and above to the nearer.
  // Rounding is monotone, so that this is all floats. After the last finite one comes infinity,
  // with the middle where the next number would have been.
  const int infinity = ((1 << exponent_bits) - 1) << fraction_bits;
  wrong = 0;
  for (int i = 0; i < infinity; ++i) {
    const auto low = static_cast<std::uint16_t>(i);
    const auto high = static_cast<std::uint16_t>(i + 1);
    const double a = value_of(low, exponent_bits, fraction_bits);
    const double below =
        i == 0 ? 0 : value_of(static_cast<std::uint16_t>(i - 1), exponent_bits, fraction_bits);
    const double b =
        i + 1 == infinity ? a + (a - below) : value_of(high, exponent_bits, fraction_bits);
    const auto middle = static_cast<float>((a + b) / 2);
    const float big = std::numeric_limits<float>::infinity();
    const std::uint16_t even = (i & 1) == 0 ? low : high;
    for (const int sign : {0, 0x8000}) {
      const float s = sign != 0 ? -1.0F : 1.0F;
      wrong += from_float<T>(s * middle).bits != (even | sign);
      wrong += from_float<T>(s * std::nextafter(middle, 0.0F)).bits != (low | sign);
      wrong += from_float<T>(s * std::nextafter(middle, big)).bits != (high | sign);
    }
  }
  CHECK(wrong == 0);
  for (const int sign : {0, 0x8000}) {
    const float s = sign != 0 ? -1.0F : 1.0F;
    CHECK(from_float<T>(s * std::numeric_limits<float>::infinity()).bits == (infinity | sign));
    CHECK(from_float<T>(s * std::numeric_limits<float>::max()).bits == (infinity | sign));
    CHECK(from_float<T>(s * std::numeric_limits<float>::denorm_min()).bits == sign);
  }
}

TEST_CASE("numbers: fp16, all 65,536 values and the middles between them") {
  check_all<Half>(5, 10);
}

TEST_CASE("numbers: bf16, all 65,536 values and the middles between them") {
  check_all<BFloat>(8, 7);
}

TEST_CASE("numbers: every NaN of 32 bits stays one") {
  int wrong = 0;
  for (std::uint32_t fraction = 1; fraction < 1U << 23; fraction += 97) {
    for (const std::uint32_t sign : {0U, 1U << 31}) {
      const float nan = detail::as_float(sign | 0x7f800000U | fraction);
      wrong += from_float<Half>(nan).bits != 0x7fff || from_float<BFloat>(nan).bits != 0x7fff;
    }
  }
  CHECK(wrong == 0);
}

}  // namespace
}  // namespace kvf::capture
