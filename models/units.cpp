#include "models/units.h"

#include <algorithm>

namespace kvf {

void detail::throw_overflow(std::string_view quantity, std::string_view operation) {
  throw OverflowError(std::string(quantity) + ": the " + std::string(operation) +
                      " is too large to be counted");
}

std::string to_string(Area area) {
  const bool negative = area.value() < 0;
  auto rest = static_cast<UInt128>(area.value());
  if (negative) rest = -rest;
  std::string digits;
  do {
    digits += static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  } while (rest != 0);
  if (negative) digits += '-';
  std::reverse(digits.begin(), digits.end());
  return digits;
}

}  // namespace kvf
