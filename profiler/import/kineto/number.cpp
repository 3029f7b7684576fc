#include "profiler/import/kineto/number.h"

#include <charconv>
#include <cstddef>
#include <limits>

namespace kvf::traces {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A number in its parts: digits, of which `whole` are before the point, and an exponent.
struct Decimal {
  bool negative = false;
  std::string_view digits;  // with the point among them
  std::ptrdiff_t whole = 0;
  int exponent = 0;
};

std::optional<Decimal> decimal(std::string_view number) {
  Decimal result;
  const char* at = number.data();
  const char* const end = at + number.size();
  if (at != end && *at == '-') {
    result.negative = true;
    ++at;
  }
  const char* const begin = at;
  while (at != end && is_digit(*at)) ++at;
  result.whole = at - begin;
  if (result.whole == 0) return {};
  if (at != end && *at == '.') {
    const char* const point = at++;
    while (at != end && is_digit(*at)) ++at;
    if (at == point + 1) return {};
  }
  result.digits = {begin, static_cast<std::size_t>(at - begin)};
  if (at == end) return result;
  if (*at != 'e' && *at != 'E') return {};
  if (++at != end && *at == '+') ++at;
  const auto [read, error] = std::from_chars(at, end, result.exponent);
  const bool sane = result.exponent < 400 && result.exponent > -400;
  if (error != std::errc() || read != end || !sane) return {};
  return result;
}

}  // namespace

std::optional<std::int64_t> scaled(std::string_view number, int power) {
  if (power == 0) {  // most are integers as they stand
    std::int64_t value = 0;
    const char* const end = number.data() + number.size();
    const auto [at, error] = std::from_chars(number.data(), end, value);
    if (error == std::errc() && at == end) return value;
  }
  constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
  const std::optional<Decimal> parts = decimal(number);
  if (!parts) return {};
  // The digits before this one are the result, it itself decides how that is rounded.
  const std::ptrdiff_t whole = parts->whole + parts->exponent + power;
  std::uint64_t value = 0;
  bool exact = true, up = false;
  std::ptrdiff_t digits = 0;
  for (const char c : parts->digits) {
    if (c == '.') continue;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (digits < whole) {
      if (value > kMost / 10) return {};
      value = value * 10 + digit;  // up to 2^63 + 1
    } else {
      if (digits == whole) up = digit >= 5;
      if (digit != 0) exact = false;
    }
    ++digits;
  }
  for (; digits < whole && value != 0; ++digits) {
    if (value > kMost / 10) return {};
    value *= 10;
  }
  if (!exact && power <= 0) return {};
  if (up) ++value;
  if (value > kMost) return {};
  return parts->negative ? -static_cast<std::int64_t>(value) : static_cast<std::int64_t>(value);
}

std::optional<std::uint64_t> unsigned_number(std::string_view number) {
  std::uint64_t value = 0;
  const char* const end = number.data() + number.size();
  const auto [at, error] = std::from_chars(number.data(), end, value);
  if (error == std::errc() && at == end && !number.empty()) return value;
  const std::optional<std::int64_t> written = scaled(number);
  if (written && *written >= 0) return static_cast<std::uint64_t>(*written);
  return {};
}

}  // namespace kvf::traces
