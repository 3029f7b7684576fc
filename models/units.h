// The quantities of the model: counted in 64 bits, checked, and not interchangeable.
//
// Adding entries to bytes, or an overflow, is a mistake that must not compile or must not pass
// silently. Only the products in `Product` below exist.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>

namespace kvf {

__extension__ using Int128 = __int128;
__extension__ using UInt128 = unsigned __int128;

// A count left the range of its type. The text names the quantity and the operation.
struct OverflowError : std::overflow_error {
  using std::overflow_error::overflow_error;
};

namespace detail {
[[noreturn]] void throw_overflow(std::string_view quantity, std::string_view operation);
}  // namespace detail

template <class Unit>
class Quantity {
 public:
  constexpr Quantity() = default;
  constexpr explicit Quantity(std::int64_t count) : count_(count) {}

  constexpr std::int64_t count() const { return count_; }
  static constexpr Quantity max() { return Quantity(std::numeric_limits<std::int64_t>::max()); }

  friend constexpr auto operator<=>(const Quantity&, const Quantity&) = default;

  constexpr Quantity& operator+=(Quantity other) {
    if (__builtin_add_overflow(count_, other.count_, &count_)) fail("sum");
    return *this;
  }
  constexpr Quantity& operator-=(Quantity other) {
    if (__builtin_sub_overflow(count_, other.count_, &count_)) fail("difference");
    return *this;
  }
  friend constexpr Quantity operator+(Quantity a, Quantity b) { return a += b; }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return a -= b; }

  // How many times `a` holds `b`, rounded towards zero, and what is left over.
  friend constexpr std::int64_t operator/(Quantity a, Quantity b) { return a.count_ / b.count_; }
  friend constexpr Quantity operator%(Quantity a, Quantity b) {
    return Quantity(a.count_ % b.count_);
  }
  // The same quantity, `times` over: a plain number is not a quantity.
  constexpr Quantity times(std::int64_t times) const {
    Quantity result;
    if (__builtin_mul_overflow(count_, times, &result.count_)) fail("product");
    return result;
  }

 private:
  [[noreturn]] static void fail(std::string_view operation) {
    detail::throw_overflow(Unit::name, operation);
  }
  std::int64_t count_ = 0;
};

// clang-format off
struct TokenUnit         { static constexpr std::string_view name = "tokens"; };
struct PassUnit          { static constexpr std::string_view name = "passes"; };
struct CellUnit          { static constexpr std::string_view name = "cells"; };
struct EntryUnit         { static constexpr std::string_view name = "entries"; };
struct ByteUnit          { static constexpr std::string_view name = "bytes"; };
struct BlockUnit         { static constexpr std::string_view name = "blocks"; };
struct BytesPerTokenUnit { static constexpr std::string_view name = "bytes per token"; };
struct BytesPerEntryUnit { static constexpr std::string_view name = "bytes per entry"; };
struct BytesPerBlockUnit { static constexpr std::string_view name = "bytes per block"; };

using Tokens        = Quantity<TokenUnit>;          // positions of a sequence; rows of a pass
using Passes        = Quantity<PassUnit>;           // forward passes
using Cells         = Quantity<CellUnit>;           // (layer, KV head) pairs
using Entries       = Quantity<EntryUnit>;          // one key and value vector in one cell
using Bytes         = Quantity<ByteUnit>;
using Blocks        = Quantity<BlockUnit>;
using BytesPerToken = Quantity<BytesPerTokenUnit>;
using BytesPerEntry = Quantity<BytesPerEntryUnit>;
using BytesPerBlock = Quantity<BytesPerBlockUnit>;

// Which products exist. Nothing else multiplies.
template <class A, class B> struct Product;
template <> struct Product<CellUnit,  TokenUnit>         { using Unit = EntryUnit; };
template <> struct Product<TokenUnit, BytesPerTokenUnit> { using Unit = ByteUnit; };
template <> struct Product<EntryUnit, BytesPerEntryUnit> { using Unit = ByteUnit; };
template <> struct Product<BlockUnit, BytesPerBlockUnit> { using Unit = ByteUnit; };
// clang-format on

template <class A, class B>
constexpr Quantity<typename Product<A, B>::Unit> operator*(Quantity<A> a, Quantity<B> b) {
  return Quantity<typename Product<A, B>::Unit>(a.count()).times(b.count());
}

// Something summed over time: entry-rows (the KV footprint), byte-rows, byte-nanoseconds.
class Area {
 public:
  constexpr Area() = default;
  constexpr explicit Area(Int128 value) : value_(value) {}

  constexpr Int128 value() const { return value_; }
  constexpr double to_double() const { return static_cast<double>(value_); }

  friend constexpr auto operator<=>(const Area&, const Area&) = default;
  constexpr Area& operator+=(Area other) {
    if (__builtin_add_overflow(value_, other.value_, &value_)) {
      detail::throw_overflow("area", "sum");
    }
    return *this;
  }
  friend constexpr Area operator+(Area a, Area b) { return a += b; }
  constexpr Area times(std::int64_t times) const {
    Area result;
    if (__builtin_mul_overflow(value_, static_cast<Int128>(times), &result.value_)) {
      detail::throw_overflow("area", "product");
    }
    return result;
  }

 private:
  Int128 value_ = 0;
};

// Decimal digits of a 128-bit integer.
std::string to_string(Area area);

}  // namespace kvf
