// Decimal numbers as integers of the unit that is wanted, so that no digit is lost.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace kvf::traces {

// The number times 10^power, to the nearest integer; nothing if it does not fit or is no number. A
// number that is no integer is only rounded where power is above 0.
std::optional<std::int64_t> scaled(std::string_view number, int power = 0);

// An integer from 0 to 2^64-1.
std::optional<std::uint64_t> unsigned_number(std::string_view number);

}  // namespace kvf::traces
