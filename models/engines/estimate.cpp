#include "models/engines/estimate.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace kvf {
namespace {

constexpr std::array<std::string_view, 3> kBases{"exact", "formula", "table"};

}  // namespace

std::string_view to_string(Basis basis) { return kBases[static_cast<std::size_t>(basis)]; }

Bytes gibibytes(double gib) { return Bytes(std::llround(gib * static_cast<double>(kGiB.count()))); }

double in_gib(Bytes bytes) {
  return static_cast<double>(bytes.count()) / static_cast<double>(kGiB.count());
}

Estimate within(Bytes mid, double share, Bytes least, Basis basis) {
  const Bytes half = std::max(least, Bytes(std::llround(share * static_cast<double>(mid.count()))));
  return {std::max(Bytes{}, mid - half), mid, mid + half, basis};
}

Estimate operator+(const Estimate& a, const Estimate& b) {
  return {a.low + b.low, a.mid + b.mid, a.high + b.high, std::max(a.basis, b.basis)};
}

Estimate operator-(const Estimate& a, const Estimate& b) {
  return {a.low - b.high, a.mid - b.mid, a.high - b.low, std::max(a.basis, b.basis)};
}

}  // namespace kvf
