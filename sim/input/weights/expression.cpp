#include "sim/input/weights/expression.h"

#include <cctype>
#include <charconv>
#include <optional>

namespace kvf::input {
namespace {

bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

class Parser {
 public:
  Parser(std::string_view text, const Lookup& lookup) : text_(text), lookup_(lookup) {}

  std::int64_t parse() {
    const std::int64_t value = either();
    if (at_ != text_.size()) fail();
    return value;
  }

 private:
  [[noreturn]] void fail() const {
    throw ExpressionError("'" + std::string(text_) + "' is no expression");
  }
  void check(bool overflow) const {
    if (overflow) throw ExpressionError("'" + std::string(text_) + "' does not fit in 64 bits");
  }
  bool take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  std::int64_t either() {
    std::int64_t value = both();
    while (take('|')) {
      const std::int64_t other = both();
      value = value != 0 || other != 0 ? 1 : 0;
    }
    return value;
  }
  std::int64_t both() {
    std::int64_t value = compared();
    while (take('&')) {
      const std::int64_t other = compared();
      value = value != 0 && other != 0 ? 1 : 0;
    }
    return value;
  }
  std::int64_t compared() {
    const std::int64_t value = sum();
    if (take('=')) return value == sum() ? 1 : 0;
    if (take('<')) return value < sum() ? 1 : 0;
    if (take('>')) return value > sum() ? 1 : 0;
    return value;
  }
  std::int64_t sum() {
    std::int64_t value = product();
    while (true) {
      if (take('+')) {
        check(__builtin_add_overflow(value, product(), &value));
      } else if (take('-')) {
        check(__builtin_sub_overflow(value, product(), &value));
      } else {
        return value;
      }
    }
  }
  std::int64_t product() {
    std::int64_t value = unary();
    while (true) {
      if (take('*')) {
        check(__builtin_mul_overflow(value, unary(), &value));
      } else if (at_ < text_.size() && (text_[at_] == '/' || text_[at_] == '%')) {
        const char sign = text_[at_++];
        const std::int64_t by = unary();
        if (by <= 0) throw ExpressionError("'" + std::string(text_) + "' divides by 0");
        value = sign == '/' ? value / by : value % by;
      } else {
        return value;
      }
    }
  }
  std::int64_t unary() {
    if (take('!')) return unary() == 0 ? 1 : 0;
    if (take('(')) {
      const std::int64_t value = either();
      if (!take(')')) fail();
      return value;
    }
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_name(text_[at_])) ++at_;
    const std::string_view word = text_.substr(begin, at_ - begin);
    if (word.empty()) fail();
    if (std::isdigit(static_cast<unsigned char>(word.front())) == 0) return lookup_(word);
    std::int64_t value = 0;
    const auto read = std::from_chars(word.data(), word.data() + word.size(), value);
    if (read.ec != std::errc{} || read.ptr != word.data() + word.size()) fail();
    return value;
  }

  std::string_view text_;
  const Lookup& lookup_;
  std::size_t at_ = 0;
};

Division division_of(std::string_view factor) {
  switch (factor.empty() ? ' ' : factor.front()) {
    case 'V':
      return Division::vocabulary;
    case 'H':
      return Division::heads;
    case 'K':
      return Division::kv_heads;
    case 'I':
      return Division::inner;
    case 'X':
      return Division::experts;
    default:
      return Division::whole;
  }
}

Part part(std::string_view text, const Lookup& lookup) {
  Part part;
  std::string_view shared;  // the factor that ranks share
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(find_outside(text, '*', begin), text.size());
    const std::string_view factor = text.substr(begin, end - begin);
    const Division division = division_of(factor);
    // Experts of so many columns each: what ranks share is the columns.
    const bool is_shared =
        division != Division::whole && (shared.empty() || part.division == Division::experts);
    const std::int64_t value = evaluate(factor, lookup);
    std::int64_t other = value;
    if (is_shared) {
      other = shared.empty() ? 1 : part.units;
      part.units = value;
      part.division = division;
      shared = factor;
    }
    if (__builtin_mul_overflow(part.width, other, &part.width)) {
      throw ExpressionError("'" + std::string(text) + "' does not fit in 64 bits");
    }
    begin = end + 1;
  }
  return part;
}

}  // namespace

std::size_t find_outside(std::string_view text, char wanted, std::size_t from) {
  int depth = 0;
  for (std::size_t i = from; i < text.size(); ++i) {
    if (text[i] == wanted && depth == 0) return i;
    if (text[i] == '(') ++depth;
    if (text[i] == ')') --depth;
  }
  return std::string_view::npos;
}

std::int64_t evaluate(std::string_view text, const Lookup& lookup) {
  return Parser(text, lookup).parse();
}

Dimension dimension(std::string_view text, const Lookup& lookup) {
  Dimension result;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(find_outside(text, '+', begin), text.size());
    const Part p = part(text.substr(begin, end - begin), lookup);
    if (p.size() < 0) throw ExpressionError("'" + std::string(text) + "' is less than 0");
    if (p.size() > 0) result.parts.push_back(p);
    begin = end + 1;
  }
  return result;
}

}  // namespace kvf::input
