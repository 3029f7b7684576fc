#include "sim/input/bind.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <vector>

#include "models/policy.h"

namespace kvf::input {
namespace {

constexpr std::size_t kLongestName = 64;  // nothing longer is near to any name

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

// Insertions, deletions, replacements and swaps of neighbours.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

void add(const Node& node, std::string_view name, std::string_view expected, Problems& problems) {
  problems.add(node.at, fmt::format("'{}' {}; expected {}", name, found(node), expected));
}

std::string limit(double value) {
  return value < 9e18 ? fmt::format("{}", static_cast<std::int64_t>(value)) : "less";
}

// What a number out of `range` should have been.
std::string expected_of(double value, Range range) {
  if (range.low == range.high) return fmt::format("{}", range.low);
  if (range.high < kAnyCount.high) return fmt::format("{} to {}", range.low, range.high);
  if (value > range.high) return "at most " + limit(range.high);
  return limit(range.low) + " or more";
}

bool is_whole(std::string_view number) {
  return number.find_first_of(".eE") == std::string_view::npos;
}

void add_range(const Node& node, std::string_view name, double value, Range range,
               std::string_view hint, Problems& problems) {
  const std::string_view large =
      value > range.high && range.high >= kAnyCount.high ? ", which is too large" : "";
  problems.add(node.at, fmt::format("'{}' {}{}; expected {}{}", name, found(node), large,
                                    expected_of(value, range), hint));
}

bool inside(double value, Range range) { return value >= range.low && value <= range.high; }

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

std::optional<std::int64_t> read_whole(const Node& node, std::string_view name, Range range,
                                       std::string_view expected, std::string_view hint,
                                       Problems& problems) {
  if (!node.is_number() || (node.kind == Kind::real && !is_whole(node.text))) {
    add(node, name, expected, problems);
    return std::nullopt;
  }
  // Whole, and real: it does not fit in 64 bits.
  if (node.kind == Kind::real || !inside(node.real, range)) {
    add_range(node, name, node.real, range, hint, problems);
    return std::nullopt;
  }
  return node.integer;
}

}  // namespace

std::string found(const Node& node) {
  switch (node.kind) {
    case Kind::null:
      return "has no value";
    case Kind::boolean:
      return node.boolean ? "is true" : "is false";
    case Kind::integer:
    case Kind::real:
      return fmt::format("is {}", node.text.substr(0, 40));
    case Kind::text: {
      if (node.text.empty()) return "is empty";
      Node number;
      const bool quoted_number = !node.plain && set_number(number, node.text);
      return (quoted_number ? "is the text " : "is ") + in_quotes(node.text);
    }
    case Kind::list:
      return "is a list";
    case Kind::map:
      return "is a map";
  }
  return "";
}

std::optional<std::int64_t> read_integer(const Node& node, std::string_view name, Range range,
                                         Problems& problems) {
  return read_whole(node, name, range, "an integer", "", problems);
}

std::optional<Tokens> read_tokens(const Node& node, std::string_view name, Range range,
                                  Problems& problems, std::string_view hint) {
  if (node.kind == Kind::text && node.plain) {
    const std::size_t digits =
        std::min(node.text.find_first_not_of("0123456789"), node.text.size());
    const std::string_view unit = node.text.substr(digits);
    Node number = node;
    if (is_word(unit) && set_number(number, node.text.substr(0, digits))) {
      const std::int64_t factor = unit == "K" ? 1024 : unit == "M" ? 1024 * 1024 : 0;
      if (factor == 0) {
        problems.add(node.at, fmt::format("'{}' {}, with an unknown unit; expected K (1024 tokens) "
                                          "or M (1024 K)",
                                          name, found(node)));
        return std::nullopt;
      }
      const double value = number.real * static_cast<double>(factor);
      if (inside(value, range)) return Tokens(number.integer * factor);
      add_range(node, name, value, range, hint, problems);
      return std::nullopt;
    }
  }
  const std::string_view expected =
      node.plain ? "a whole number of tokens, such as 4096 or 32K" : "an integer";
  const auto count = read_whole(node, name, range, expected, hint, problems);
  return count ? std::optional(Tokens(*count)) : std::nullopt;
}

Tokens parse_tokens(std::string_view text, std::string_view name, Range range, std::string source) {
  Problems problems(std::move(source));
  Node node;
  set_plain_scalar(node, text);
  const auto count = read_tokens(node, name, range, problems);
  problems.throw_if_any();
  return *count;
}

std::optional<double> read_number(const Node& node, std::string_view name, Range range,
                                  Problems& problems) {
  if (!node.is_number() || !inside(node.real, range)) {
    add(node, name,
        (node.is_number() ? "" : "a number from ") + fmt::format("{} to {}", range.low, range.high),
        problems);
    return std::nullopt;
  }
  return node.real;
}

std::optional<std::string_view> read_text(const Node& node, std::string_view name,
                                          Problems& problems) {
  const bool is_text =
      node.kind == Kind::text || (node.plain && (node.is_number() || node.kind == Kind::boolean));
  if (is_text && !node.text.empty()) return node.text;
  add(node, name, "a text", problems);
  return std::nullopt;
}

std::optional<int> read_word(const Node& node, std::string_view name,
                             std::span<const std::string_view> words, Problems& problems) {
  if (node.kind == Kind::text) {
    const auto match = std::find(words.begin(), words.end(), node.text);
    if (match != words.end()) return static_cast<int>(match - words.begin());
  }
  std::string list;
  for (const std::string_view word : words) list += (list.empty() ? "" : ", ") + std::string(word);
  add(node, name, (words.size() > 1 ? "one of " : "") + list, problems);
  return std::nullopt;
}

std::optional<Tokens> read_chunk(const Node& node, Problems& problems) {
  return read_tokens(node, "prefill_chunk_tokens", kAtLeastOne, problems,
                     ", or leave it out for a single pass");
}

std::optional<Accounting> read_accounting(const Node& node, Problems& problems) {
  const auto index = read_word(node, "accounting", accounting_names(), problems);
  return index ? std::optional(static_cast<Accounting>(*index)) : std::nullopt;
}

std::optional<Convention> read_convention(const Node& node, Problems& problems) {
  const auto index = read_word(node, "implementation", convention_names(), problems);
  return index ? std::optional(static_cast<Convention>(*index)) : std::nullopt;
}

bool expect_kind(const Node& node, Kind kind, std::string_view what, Problems& problems) {
  if (node.kind == kind) return true;
  problems.add(node.at, fmt::format("{} {}; expected {}", what, found(node), kind_words(kind)));
  return false;
}

std::string_view nearest(std::string_view wrong, std::span<const std::string_view> names) {
  if (wrong.size() > kLongestName) return "";
  std::string_view best;
  std::size_t best_distance = wrong.size() / 6 + 2;  // not near
  for (const std::string_view name : names) {
    const std::size_t distance = edit_distance(lower(wrong), lower(name));
    if (distance >= best_distance || distance >= name.size()) continue;
    best = name;
    best_distance = distance;
  }
  return best;
}

std::string suggestion(std::string_view wrong, std::span<const std::string_view> names) {
  const std::string_view near = nearest(wrong, names);
  if (!near.empty()) return fmt::format("; did you mean '{}'?", near);
  return fmt::format("; expected one of {}", fmt::join(names, ", "));
}

Fields::Fields(const Node& map, std::span<const std::string_view> keys, std::string_view where,
               Problems& problems)
    : map_(map), keys_(keys), where_(where), problems_(problems) {
  assert(keys.size() <= kMaxKeys);
  for (const Node& member : map) {
    const auto key = std::find(keys.begin(), keys.end(), member.key);
    if (key == keys.end()) {
      problems.add(member.key_at, fmt::format("unknown key {} in {}{}", in_quotes(member.key),
                                              where, suggestion(member.key, keys)));
      continue;
    }
    const Node*& first = found_[static_cast<std::size_t>(key - keys.begin())];
    if (first == nullptr) {
      first = &member;
    } else {
      add_duplicate(member, *first, problems);
    }
  }
}

const Node* Fields::find(std::string_view key) const {
  const auto match = std::find(keys_.begin(), keys_.end(), key);
  assert(match != keys_.end());
  return found_[static_cast<std::size_t>(match - keys_.begin())];
}

const Node* Fields::require(std::string_view key) const {
  const Node* node = find(key);
  if (node == nullptr) problems_.add(map_.at, fmt::format("{} has no '{}'", where_, key));
  return node;
}

void add_duplicate(const Node& second, const Node& first, Problems& problems) {
  problems.add(second.key_at,
               fmt::format("{} is given twice (first at {}:{})", in_quotes(second.key),
                           first.key_at.line, first.key_at.column));
}

}  // namespace kvf::input
