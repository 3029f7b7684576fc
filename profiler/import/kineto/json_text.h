// A JSON text of any length that streams by: a window that holds one value at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "profiler/import/bytes.h"

namespace kvf::traces {

class JsonText {
 public:
  static constexpr std::size_t kLongestValue = 16 << 20;

  // Thrown where the text ends although something is still open.
  struct End {};

  explicit JsonText(ByteSource& source);

  // As JsonCursor. Views live until the next call. Throw ImportError, with the position, for what
  // is not JSON, and for a value of more than kLongestValue bytes; End. peek() gives 0 at the end.
  char peek();
  void expect(char character);
  bool another(char close, bool begin);
  std::string string();      // without escapes
  std::string_view value();  // at least ValueEnd::kBlock bytes behind it can be read
  void skip();               // a value of any length

  [[noreturn]] void fail(std::string_view what) const;

 private:
  // Reads on, keeping what is from `at_` on. False at the end of the text.
  bool more();
  std::size_t left() const { return end_ - at_; }
  std::size_t find_end(bool keep);
  std::size_t string_end();

  ByteSource& source_;
  std::vector<char> window_;  // and ValueEnd::kBlock spaces behind `end_`
  std::size_t at_ = 0, end_ = 0;
  std::uint64_t gone_ = 0;  // bytes of the text before the window
};

}  // namespace kvf::traces
