// A figure that is not known exactly: its middle, its band, and why.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "models/units.h"

namespace kvf {

//   exact    an integer that follows from the inputs
//   formula  the same, but for an error that was measured: the band
//   table    figures that were logged elsewhere, and their spread
enum class Basis : std::uint8_t { exact, formula, table };
std::string_view to_string(Basis basis);

struct Estimate {
  Bytes low;
  Bytes mid;
  Bytes high;
  Basis basis = Basis::exact;
  std::string cause = {};  // which term decides, or where the figures come from

  friend bool operator==(const Estimate&, const Estimate&) = default;
};

inline Estimate exactly(Bytes bytes) { return {bytes, bytes, bytes}; }
// A share of the figure on both sides, at least `least`.
Estimate within(Bytes mid, double share, Bytes least, Basis basis);
// Bands add up; the basis is the weaker one.
Estimate operator+(const Estimate& a, const Estimate& b);
Estimate operator-(const Estimate& a, const Estimate& b);

inline constexpr Bytes kKiB{1 << 10};
inline constexpr Bytes kMiB{1 << 20};
inline constexpr Bytes kGiB{1 << 30};
// Rounded to the nearest byte.
Bytes gibibytes(double gib);
double in_gib(Bytes bytes);

}  // namespace kvf
