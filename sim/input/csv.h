// CSV text (RFC 4180) -> rows, with the place of each field.
#pragma once

#include <cstddef>
#include <string_view>

#include "sim/input/node.h"

namespace kvf::input {

// Fields are separated by commas; blanks around them and blank lines count for nothing. Quotes are
// there for commas, quotes (doubled) and line ends; a number may stand in quotes too.
class CsvReader {
 public:
  static constexpr std::size_t kMaxFields = 1000;

  // Both must outlive this.
  CsvReader(std::string_view text, Problems& problems) : text_(text), problems_(problems) {}

  // Puts the next row into `row`, a list of numbers and texts that refer to the text; false after
  // the last. Adds problems; throws InputError where going on would make no sense.
  bool next(Tree& row);

 private:
  bool at_end() const { return at_ == text_.size(); }
  bool is(char c) const { return at_ < text_.size() && text_[at_] == c; }
  Position position() const { return {line_, static_cast<int>(at_ - line_start_) + 1}; }
  bool ends_line() const;
  void skip_blanks();
  void end_line();
  void read_field(Tree& row);
  std::string_view plain();
  std::string_view quoted(Tree& row);

  std::string_view text_;
  Problems& problems_;
  std::size_t at_ = 0;
  std::size_t line_start_ = 0;
  int line_ = 1;
};

}  // namespace kvf::input
