// JSON in memory: one value after another, as views of the text. Numbers stay text: number.h reads
// them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace kvf::traces {

struct JsonError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Finds the end of an object or list, 64 bytes at a time: only quotes, backslashes and brackets
// outside of strings matter. What is inside is not checked.
class ValueEnd {
 public:
  static constexpr std::size_t kBlock = 64;
  static constexpr std::size_t npos = std::string_view::npos;

  // Looks at a block of the text. The number of its bytes up to and with the closing bracket, or
  // npos if that is not in this block. The first block begins with the opening bracket.
  std::size_t next(const char* block);

 private:
  std::int64_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;  // by the last byte of the block before
};

// Reads a text from left to right. All members throw JsonError for what is not JSON.
class JsonCursor {
 public:
  // At least ValueEnd::kBlock bytes behind the text can be read.
  explicit JsonCursor(std::string_view text) : at_(text.data()), end_(at_ + text.size()) {}

  // The next character that is not white space; 0 at the end.
  char peek();
  void expect(char character);

  // For `begin` after the opening bracket, then after each member: whether there is another one.
  bool another(char close, bool begin);

  // A string without quotes and escapes; `storage` is used if there are any.
  std::string_view string(std::string& storage);
  std::string_view value();  // any value, as it stands in the text

 private:
  std::string_view raw_string(bool& escapes);
  [[noreturn]] void fail_to_find(char character) const;

  const char* at_;
  const char* end_;
};

// The text of a string without its escapes, in UTF-8; lone surrogates become U+FFFD. `storage` is
// used if there are any escapes.
std::string_view unescaped(std::string_view raw, std::string& storage);

}  // namespace kvf::traces
