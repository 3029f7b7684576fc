// Arithmetic as the published Python does it, so that counts agree to the integer.
//
// 1 - s is computed in binary first; int() truncates a double; round() rounds half to even. Never
// decimal: round((1 - 0.95) * 10) is 1, for the double is 0.5000...04.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "models/units.h"

namespace kvf {

// Above this a double no longer holds every count times a share exactly, and no model has such a
// context: larger inputs are refused.
inline constexpr Tokens kMaxTokens{std::int64_t{1} << 50};

// int((1 - sparsity) * tokens)
inline Tokens truncated_keep(double sparsity, Tokens tokens) {
  return Tokens(static_cast<std::int64_t>((1.0 - sparsity) * static_cast<double>(tokens.count())));
}

// round((1 - sparsity) * tokens), half to even
inline Tokens rounded_keep(double sparsity, Tokens tokens) {
  return Tokens(static_cast<std::int64_t>(
      std::nearbyint((1.0 - sparsity) * static_cast<double>(tokens.count()))));
}

// int(tokens * share)
inline Tokens truncated_share(double share, Tokens tokens) {
  return Tokens(static_cast<std::int64_t>(static_cast<double>(tokens.count()) * share));
}

// The next multiple of `multiple`.
template <class Unit>
constexpr Quantity<Unit> round_up(Quantity<Unit> amount, Quantity<Unit> multiple) {
  const Quantity<Unit> over = amount % multiple;
  return over == Quantity<Unit>{} ? amount : amount + (multiple - over);
}

// 1 + 2 + ... + n
constexpr Int128 triangle(std::int64_t n) {
  const Int128 wide = n;
  return wide * (wide + 1) / 2;
}

// What a pass of `rows` rows over `past` entries contributes to the KV footprint of one cell: row
// i sees the past and, causally, its own chunk. Entry-rows.
constexpr Area causal_area(Tokens rows, Tokens past) {
  return Area(static_cast<Int128>(rows.count()) * past.count() + triangle(rows.count()));
}

}  // namespace kvf
