// The parts of a pickle that protocols 0 and 1 write as text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kvf::traces {

// "12", "-3L"; nothing if it is no integer of 64 bits. Throws PickleError if it is none at all.
std::optional<std::int64_t> decimal_integer(std::string_view line);

// Throws PickleError.
double decimal_real(std::string_view line);

// 'text' or "text" with Python's escapes, and text with \uXXXX only. Throw PickleError.
std::string quoted_text(std::string_view line);
std::string raw_unicode(std::string_view line);

// Little-endian two's complement of any length; nothing if it does not fit in 64 bits.
std::optional<std::int64_t> binary_integer(std::string_view bytes);

}  // namespace kvf::traces
