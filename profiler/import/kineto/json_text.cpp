#include "profiler/import/kineto/json_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "profiler/import/import_error.h"
#include "profiler/import/kineto/json_value.h"

namespace kvf::traces {
namespace {

constexpr std::size_t kWindow = 256 << 10;

}  // namespace

JsonText::JsonText(ByteSource& source) : source_(source), window_(kWindow + ValueEnd::kBlock, ' ') {
  while (end_ < 3 && more()) {
  }
  if (std::string_view(window_.data(), end_).starts_with("\xEF\xBB\xBF")) at_ = 3;
}

bool JsonText::more() {
  if (at_ > 0) {
    std::copy(window_.begin() + static_cast<std::ptrdiff_t>(at_),
              window_.begin() + static_cast<std::ptrdiff_t>(end_), window_.begin());
    gone_ += at_;
    end_ -= at_;
    at_ = 0;
  }
  if (end_ + ValueEnd::kBlock >= window_.size()) {
    if (window_.size() > kLongestValue) {
      fail(fmt::format("a value of more than {} bytes", kLongestValue));
    }
    window_.resize(2 * window_.size());
  }
  const std::size_t n =
      source_.read(window_.data() + end_, window_.size() - ValueEnd::kBlock - end_);
  end_ += n;
  std::fill_n(window_.begin() + static_cast<std::ptrdiff_t>(end_), ValueEnd::kBlock, ' ');
  return n > 0;
}

void JsonText::fail(std::string_view what) const {
  throw ImportError(fmt::format("is damaged: {} near byte {}", what, gone_ + at_), "kineto");
}

char JsonText::peek() {
  for (;;) {
    for (; at_ < end_; ++at_) {
      const char c = window_[at_];
      if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return c;
    }
    if (!more()) return '\0';
  }
}

void JsonText::expect(char character) {
  const char found = peek();
  if (found == '\0' && at_ == end_) throw End();
  if (found != character) fail(fmt::format("no '{}' where it should be", character));
  ++at_;
}

bool JsonText::another(char close, bool begin) {
  if (peek() == close) {
    ++at_;
    return false;
  }
  if (!begin) expect(',');
  return true;
}

// The number of bytes from `at_` on until the string is closed.
std::size_t JsonText::string_end() {
  for (std::size_t i = 1;; ++i) {
    while (i >= left()) {
      if (!more()) throw End();
    }
    const char c = window_[at_ + i];
    if (c == '"') return i + 1;
    if (c == '\\') ++i;
  }
}

// The same of an object or list. Without `keep` what is scanned is dropped, but for the last block.
std::size_t JsonText::find_end(bool keep) {
  ValueEnd scan;
  bool ended = false;
  for (std::size_t i = 0;;) {
    if (!ended && left() - i < ValueEnd::kBlock) {
      if (!keep) {
        at_ += i;
        i = 0;
      }
      ended = !more();
      continue;
    }
    if (i >= left()) throw End();
    const std::size_t found = scan.next(window_.data() + at_ + i);
    if (found != ValueEnd::npos) return i + found;
    i += ValueEnd::kBlock;
  }
}

std::string JsonText::string() {
  if (peek() != '"') expect('"');
  const std::size_t size = string_end();
  const std::string_view raw(window_.data() + at_ + 1, size - 2);
  std::string storage;
  try {
    storage = std::string(unescaped(raw, storage));
  } catch (const JsonError& error) {
    fail(error.what());
  }
  at_ += size;
  return storage;
}

std::string_view JsonText::value() {
  const char first = peek();
  std::size_t size = 0;
  if (first == '"') {
    size = string_end();
  } else if (first == '{' || first == '[') {
    size = find_end(true);
  } else {
    const auto ends = [](char c) {
      return c == ',' || c == ']' || c == '}' || c == ':' || c == ' ' || c == '\n' || c == '\r' ||
             c == '\t' || c == '"';
    };
    for (;; ++size) {
      if (size == left() && !more()) throw End();
      if (ends(window_[at_ + size])) break;
    }
    if (size == 0) fail("no value where one should be");
  }
  const std::string_view text(window_.data() + at_, size);
  at_ += size;
  return text;
}

void JsonText::skip() {
  const char first = peek();
  if (first == '{' || first == '[') {
    at_ += find_end(false);
  } else {
    value();
  }
}

}  // namespace kvf::traces
