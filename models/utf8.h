// UTF-8 as every layer needs it: a text that came from outside may be anything.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kvf {

// Bytes of the valid UTF-8 sequence at the beginning of a text that is not empty; 0 if there is
// none.
std::size_t utf8_length(std::string_view text);

// The offset of the first byte that does not belong to valid UTF-8; npos if there is none.
std::size_t find_invalid_utf8(std::string_view text);

// The text with everything that is not UTF-8 replaced by U+FFFD.
std::string valid_utf8(std::string_view text);

}  // namespace kvf
