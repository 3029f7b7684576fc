// What is wrong with a user's file: every mistake with its place.
#pragma once

#include <compare>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/utf8.h"

namespace kvf::input {

// 1-based; a column counts bytes. Line 0: the file as a whole.
struct Position {
  int line = 0;
  int column = 0;
  friend auto operator<=>(const Position&, const Position&) = default;
};

struct Problem {
  std::string file;
  Position at;
  std::string text;  // what was found; what was expected

  // FILE:LINE:COLUMN: error: TEXT, or FILE: error: TEXT. Valid UTF-8, one line.
  std::string line() const;
  friend bool operator==(const Problem&, const Problem&) = default;
};

// what() is the problems' lines, joined by newlines.
class InputError : public std::runtime_error {
 public:
  explicit InputError(std::vector<Problem> problems);
  const std::vector<Problem>& problems() const { return problems_; }

 private:
  std::vector<Problem> problems_;
};

// Collects the problems of one file.
class Problems {
 public:
  static constexpr std::size_t kMost = 50;

  explicit Problems(std::string file) : file_(std::move(file)) {}

  // Throws InputError with all of them when there are kMost: the file is something else.
  void add(Position at, std::string text);
  // In the order of the text.
  void throw_if_any() const;
  // Forgets the problems, keeps the file.
  void clear() { problems_.clear(); }

  const std::string& file() const { return file_; }
  std::size_t size() const { return problems_.size(); }
  bool empty() const { return problems_.empty(); }
  const std::vector<Problem>& list() const { return problems_; }

 private:
  std::string file_;
  std::vector<Problem> problems_;
};

// A piece of a user's text between single quotes, fit for a message whatever it holds: bytes that
// are not UTF-8 are replaced, control characters written out, a long text shortened.
std::string in_quotes(std::string_view text);

using kvf::find_invalid_utf8;
using kvf::valid_utf8;

}  // namespace kvf::input
