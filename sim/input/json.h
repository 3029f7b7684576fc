// JSON text -> Tree. Duplicate keys stay, and every value knows its place.
#pragma once

#include <memory>
#include <string_view>

#include "sim/input/node.h"

namespace kvf::input {

// Keeps its memory from one text to the next. Not for two threads at once.
class JsonParser {
 public:
  JsonParser();
  ~JsonParser();
  JsonParser(JsonParser&&) noexcept;
  JsonParser& operator=(JsonParser&&) noexcept;

  // The tree refers to `text`, which must outlive it. Positions count from line `first_line`.
  // Strict JSON: no comments, no NaN, no trailing comma, valid UTF-8, at most Tree::kMaxDepth deep.
  // Throws InputError with what `problems` holds and the first mistake.
  void parse(std::string_view text, Tree& tree, Problems& problems, int first_line = 1);
  // The same of one line of JSON lines, which is not empty; the first may begin with a byte order
  // mark.
  void parse_line(std::string_view line, int number, Tree& tree, Problems& problems);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kvf::input
