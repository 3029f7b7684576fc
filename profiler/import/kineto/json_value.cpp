#include "profiler/import/kineto/json_value.h"

#include <array>
#include <bit>
#include <charconv>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace kvf::traces {
namespace {

struct Masks {
  std::uint64_t quotes = 0, backslashes = 0, opening = 0, closing = 0;
};

// A bit for each of 64 bytes. The two opening brackets differ in bit 5 only, as do the closing ones.
Masks masks_of(const char* block) {
  Masks masks;
#ifdef __SSE2__
  for (int i = 0; i < 4; ++i) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block) + i);
    const __m128i folded = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
    const auto equal = [i](__m128i values, char wanted) {
      const int bits = _mm_movemask_epi8(_mm_cmpeq_epi8(values, _mm_set1_epi8(wanted)));
      return std::uint64_t{static_cast<unsigned>(bits)} << (16 * i);
    };
    masks.quotes |= equal(bytes, '"');
    masks.backslashes |= equal(bytes, '\\');
    masks.opening |= equal(folded, '{');
    masks.closing |= equal(folded, '}');
  }
#else
  for (int i = 0; i < 64; ++i) {
    const auto bit = [i](bool set) { return std::uint64_t{set} << i; };
    masks.quotes |= bit(block[i] == '"');
    masks.backslashes |= bit(block[i] == '\\');
    masks.opening |= bit((block[i] | 0x20) == '{');
    masks.closing |= bit((block[i] | 0x20) == '}');
  }
#endif
  return masks;
}

// Which bytes a backslash escapes. There are few backslashes.
std::uint64_t escaped_bytes(std::uint64_t backslashes, bool& carry) {
  std::uint64_t escaped = carry ? 1 : 0;
  carry = false;
  while (backslashes != 0) {
    const int at = std::countr_zero(backslashes);
    backslashes &= backslashes - 1;
    if ((escaped >> at & 1) != 0) continue;
    if (at == 63) {
      carry = true;
    } else {
      escaped |= std::uint64_t{1} << (at + 1);
    }
  }
  return escaped;
}

// Each bit becomes the parity of itself and those below: set from a quote up to the next one.
std::uint64_t between(std::uint64_t quotes) {
  for (int shift = 1; shift < 64; shift *= 2) quotes ^= quotes << shift;
  return quotes;
}

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

constexpr std::array<bool, 256> kEndsWord = [] {
  std::array<bool, 256> ends{};
  for (const char c : std::string_view(" \n\t\r,}]:\"")) ends[static_cast<unsigned char>(c)] = true;
  return ends;
}();
bool ends_word(char c) { return kEndsWord[static_cast<unsigned char>(c)]; }

// Few bits are set; a processor that can count them is not taken for granted.
int number_of(std::uint64_t bits) {
  int number = 0;
  for (; bits != 0; bits &= bits - 1) ++number;
  return number;
}

void append_utf8(std::string& to, std::uint32_t point) {
  const auto byte = [&](std::uint32_t value) { to += static_cast<char>(value); };
  if (point < 0x80) {
    byte(point);
  } else if (point < 0x800) {
    byte(0xC0 | point >> 6);
    byte(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    byte(0xE0 | point >> 12);
    byte(0x80 | (point >> 6 & 0x3F));
    byte(0x80 | (point & 0x3F));
  } else {
    byte(0xF0 | point >> 18);
    byte(0x80 | (point >> 12 & 0x3F));
    byte(0x80 | (point >> 6 & 0x3F));
    byte(0x80 | (point & 0x3F));
  }
}

// The four digits behind \u.
std::uint32_t hexadecimal(std::string_view raw) {
  std::uint32_t value = 0;
  if (raw.size() < 4) throw JsonError("a string ends within \\u");
  const auto [end, error] = std::from_chars(raw.data(), raw.data() + 4, value, 16);
  if (error != std::errc() || end != raw.data() + 4) throw JsonError("\\u without four digits");
  return value;
}

}  // namespace

std::size_t ValueEnd::next(const char* block) {
  const Masks masks = masks_of(block);
  std::uint64_t quotes = masks.quotes;
  if (masks.backslashes != 0 || escaped_) quotes &= ~escaped_bytes(masks.backslashes, escaped_);
  std::uint64_t inside = between(quotes);
  if (in_string_) inside = ~inside;
  in_string_ = (inside >> 63) != 0;

  std::uint64_t closing = masks.closing & ~inside;
  std::uint64_t opening = masks.opening & ~inside;
  if (number_of(closing) < depth_) {  // cannot be the end
    depth_ += number_of(opening) - number_of(closing);
    return npos;
  }
  for (; closing != 0; closing &= closing - 1) {
    const std::uint64_t below = (closing & -closing) - 1;
    depth_ += number_of(opening & below) - 1;
    opening &= ~below;
    if (depth_ == 0) return static_cast<std::size_t>(std::countr_zero(closing)) + 1;
  }
  depth_ += number_of(opening);
  return npos;
}

char JsonCursor::peek() {
  while (at_ != end_ && is_space(*at_)) ++at_;
  return at_ == end_ ? '\0' : *at_;
}

void JsonCursor::expect(char character) {
  if (peek() != character) fail_to_find(character);
  ++at_;
}

void JsonCursor::fail_to_find(char character) const {
  const std::string found = at_ == end_ ? "the end" : "'" + std::string(1, *at_) + "'";
  throw JsonError(found + " where '" + std::string(1, character) + "' should be");
}

bool JsonCursor::another(char close, bool begin) {
  if (peek() == close) {
    ++at_;
    return false;
  }
  if (!begin) expect(',');
  return true;
}

std::string_view JsonCursor::raw_string(bool& escapes) {
  expect('"');
  const char* const begin = at_;
  const char* at = begin;  // a member would be written with every character
  for (;;) {
    while (at != end_ && *at != '"' && *at != '\\') ++at;
    if (at == end_) throw JsonError("a string without an end");
    if (*at == '"') break;
    escapes = true;
    if (++at == end_) throw JsonError("a string without an end");
    ++at;  // what is escaped
  }
  at_ = at + 1;
  return {begin, static_cast<std::size_t>(at - begin)};
}

std::string_view JsonCursor::string(std::string& storage) {
  bool escapes = false;
  const std::string_view raw = raw_string(escapes);
  return escapes ? unescaped(raw, storage) : raw;
}

std::string_view JsonCursor::value() {
  const char first = peek();
  const char* const begin = at_;
  if (first == '"') {
    bool escapes = false;
    raw_string(escapes);
  } else if (first == '{' || first == '[') {
    ValueEnd scan;
    for (std::size_t found = ValueEnd::npos; found == ValueEnd::npos;) {
      if (at_ >= end_) throw JsonError("brackets that are not closed");
      found = scan.next(at_);
      at_ += found == ValueEnd::npos ? ValueEnd::kBlock : found;
    }
    if (at_ > end_) throw JsonError("brackets that are not closed");
  } else {
    const char* at = begin;
    while (at != end_ && !ends_word(*at)) ++at;
    at_ = at;
    if (at == begin) throw JsonError("no value where one should be");
  }
  return {begin, static_cast<std::size_t>(at_ - begin)};
}

std::string_view unescaped(std::string_view raw, std::string& storage) {
  std::size_t slash = raw.find('\\');
  if (slash == raw.npos) return raw;
  storage.clear();
  std::size_t done = 0;
  for (; slash != raw.npos; slash = raw.find('\\', done)) {
    storage.append(raw, done, slash - done);
    const char kind = slash + 1 < raw.size() ? raw[slash + 1] : '\0';
    done = slash + 2;
    constexpr std::string_view kNames = "\"\\/bfnrt", kValues = "\"\\/\b\f\n\r\t";
    if (const std::size_t known = kNames.find(kind); known != kNames.npos) {
      storage += kValues[known];
      continue;
    }
    if (kind != 'u') throw JsonError("an escape that JSON does not have");
    std::uint32_t point = hexadecimal(raw.substr(done));
    done += 4;
    if (point >= 0xD800 && point < 0xE000) {
      const bool pair = point < 0xDC00 && raw.substr(done).starts_with("\\u");
      const std::uint32_t low = pair ? hexadecimal(raw.substr(done + 2)) : 0;
      if (low >= 0xDC00 && low < 0xE000) {
        point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
        done += 6;
      } else {
        point = 0xFFFD;
      }
    }
    append_utf8(storage, point);
  }
  storage.append(raw, done);
  return storage;
}

}  // namespace kvf::traces
