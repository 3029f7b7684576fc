// The lines of a text that may be larger than memory.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/input/text_file.h"

namespace kvf::input {

class LineReader {
 public:
  static constexpr std::size_t kMaxLineBytes = kMaxFileBytes;

  // A regular file, or standard input if the name is "-". Throws InputError as open_text_file().
  explicit LineReader(const std::string& file);

  // The next line without its newline, valid until the next call; nullopt after the last. A line
  // longer than kMaxLineBytes is read to its end, cut there, and too_long() then. Throws InputError
  // if the text cannot be read on.
  std::optional<std::string_view> next();
  bool too_long() const { return too_long_; }

 private:
  bool refill();

  std::string name_;
  TextFile file_;  // null: standard input
  std::vector<char> buffer_;
  std::string_view rest_;  // of the buffer
  std::string line_;       // one that ends in another buffer than it begins
  bool too_long_ = false;
};

}  // namespace kvf::input
