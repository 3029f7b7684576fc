#include "sim/input/node.h"

#include <charconv>
#include <limits>
#include <system_error>
#include <utility>

namespace kvf::input {
namespace {

// What a JSON number looks like: -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
struct NumberShape {
  bool number = false;
  bool integer = false;
};

NumberShape shape_of(std::string_view text) {
  std::size_t at = 0;
  const auto is = [&](char c) { return at < text.size() && text[at] == c; };
  const auto digits = [&] {
    const std::size_t first = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    return at - first;
  };
  if (is('-')) ++at;
  const bool zero = is('0');
  const std::size_t whole = digits();
  if (whole == 0 || (zero && whole > 1)) return {};
  if (at == text.size()) return {true, true};
  if (is('.')) {
    ++at;
    if (digits() == 0) return {};
  }
  if (is('e') || is('E')) {
    ++at;
    if (is('+') || is('-')) ++at;
    if (digits() == 0) return {};
  }
  return {at == text.size(), false};
}

}  // namespace

std::string_view kind_words(Kind kind) {
  switch (kind) {
    case Kind::null:
      return "nothing";
    case Kind::boolean:
      return "true or false";
    case Kind::integer:
      return "an integer";
    case Kind::real:
      return "a number";
    case Kind::text:
      return "a text";
    case Kind::list:
      return "a list";
    case Kind::map:
      return "a map";
  }
  return "";
}

void Tree::clear() {
  nodes_.clear();
  open_.clear();
  texts_.clear();
  key_ = {};
}

Node& Tree::add(Kind kind, Position at) {
  Node& node = nodes_.emplace_back();
  node.kind = kind;
  node.at = at;
  node.key = std::exchange(key_, {});
  node.key_at = key_at_;
  return node;
}

void Tree::open(Kind kind, Position at) {
  open_.push_back(static_cast<std::uint32_t>(nodes_.size()));
  add(kind, at);
}

void Tree::close() {
  const std::uint32_t first = open_.back();
  open_.pop_back();
  nodes_[first].span = static_cast<std::uint32_t>(nodes_.size()) - first;
}

std::string_view Tree::keep(std::string text) { return texts_.emplace_back(std::move(text)); }

bool set_number(Node& node, std::string_view text) {
  const NumberShape shape = shape_of(text);
  if (!shape.number) return false;
  const char* const end = text.data() + text.size();
  node.text = text;
  node.kind = Kind::real;
  if (shape.integer) {
    if (std::from_chars(text.data(), end, node.integer).ec == std::errc{}) {
      node.kind = Kind::integer;
      node.real = static_cast<double>(node.integer);
      return true;
    }
  }
  // Not the JSON library's own value: it may be off in the last bit.
  if (std::from_chars(text.data(), end, node.real).ec != std::errc{}) {
    // Out of range either way: from_chars does not tell a huge number from a tiny one.
    const std::size_t exponent = text.find_first_of("eE");
    const bool tiny = exponent != std::string_view::npos && text[exponent + 1] == '-';
    node.real = tiny ? 0 : std::numeric_limits<double>::infinity();
    if (text[0] == '-') node.real = -node.real;
  }
  return true;
}

void set_plain_scalar(Node& node, std::string_view text) {
  node.plain = true;
  node.text = text;
  if (text.empty() || text == "~" || text == "null") {
    node.kind = Kind::null;
  } else if (text == "true" || text == "false") {
    node.kind = Kind::boolean;
    node.boolean = text == "true";
  } else if (!set_number(node, text)) {
    node.kind = Kind::text;
  }
}

}  // namespace kvf::input
