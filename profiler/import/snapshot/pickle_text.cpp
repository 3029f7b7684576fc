#include "profiler/import/snapshot/pickle_text.h"

#include <charconv>

#include "profiler/import/snapshot/pickle.h"

namespace kvf::traces {
namespace {

std::uint32_t hexadecimal(std::string_view digits, std::size_t wanted) {
  std::uint32_t value = 0;
  const std::string_view text = digits.substr(0, wanted);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (text.size() < wanted || error != std::errc() || end != text.data() + text.size()) {
    throw PickleError("has an escape without its digits");
  }
  return value;
}

// As UTF-8; what is no character becomes U+FFFD when it is shown.
void append(std::string& to, std::uint32_t point) {
  if (point < 0x80) {
    to += static_cast<char>(point);
    return;
  }
  if (point >= 0x800) {
    if (point >= 0x10000) {
      to += static_cast<char>(0xF0 | point >> 18);
      to += static_cast<char>(0x80 | (point >> 12 & 0x3F));
    } else {
      to += static_cast<char>(0xE0 | point >> 12);
    }
    to += static_cast<char>(0x80 | (point >> 6 & 0x3F));
  } else {
    to += static_cast<char>(0xC0 | point >> 6);
  }
  to += static_cast<char>(0x80 | (point & 0x3F));
}

}  // namespace

std::optional<std::int64_t> decimal_integer(std::string_view line) {
  if (line.ends_with('L')) line.remove_suffix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value);
  if (end != line.data() + line.size() || error == std::errc::invalid_argument) {
    throw PickleError("has an integer that is none");
  }
  if (error != std::errc()) return {};
  return value;
}

double decimal_real(std::string_view line) {
  double value = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value);
  if (end != line.data() + line.size() || error == std::errc::invalid_argument) {
    throw PickleError("has a number that is none");
  }
  return value;
}

std::string quoted_text(std::string_view line) {
  if (line.size() < 2 || (line[0] != '\'' && line[0] != '"') || line.back() != line[0]) {
    throw PickleError("has a text without quotes");
  }
  line = line.substr(1, line.size() - 2);
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\\' || i + 1 == line.size()) {
      text += line[i];
      continue;
    }
    constexpr std::string_view kNames = "\\'\"nrtabfv", kValues = "\\'\"\n\r\t\a\b\f\v";
    const char kind = line[++i];
    if (const std::size_t known = kNames.find(kind); known != kNames.npos) {
      text += kValues[known];
    } else if (kind == 'x') {
      text += static_cast<char>(hexadecimal(line.substr(i + 1), 2));
      i += 2;
    } else {
      text += '\\';
      text += kind;
    }
  }
  return text;
}

std::string raw_unicode(std::string_view line) {
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char kind = line[i] == '\\' && i + 1 < line.size() ? line[i + 1] : '\0';
    if (kind != 'u' && kind != 'U') {
      // Latin-1: a byte is a character.
      append(text, static_cast<unsigned char>(line[i]));
      continue;
    }
    const std::size_t digits = kind == 'u' ? 4 : 8;
    const std::uint32_t point = hexadecimal(line.substr(i + 2), digits);
    append(text, point < 0x110000 ? point : 0xFFFD);
    i += 1 + digits;
  }
  return text;
}

std::optional<std::int64_t> binary_integer(std::string_view bytes) {
  const bool negative = !bytes.empty() && (bytes.back() & 0x80) != 0;
  const char sign = negative ? '\xFF' : '\0';
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    const char byte = i < bytes.size() ? bytes[i] : sign;
    value |= std::uint64_t{static_cast<unsigned char>(byte)} << (8 * i);
  }
  for (std::size_t i = 8; i < bytes.size(); ++i) {
    if (bytes[i] != sign) return {};
  }
  if (bytes.size() > 8 && ((value >> 63) != 0) != negative) return {};
  return static_cast<std::int64_t>(value);
}

}  // namespace kvf::traces
