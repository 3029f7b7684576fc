#include "sim/input/config/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "sim/input/bind.h"

namespace kvf::input {
namespace {

// By which names a family reads a key.
struct Alias {
  std::array<std::string_view, 2> names;  // of one value, the class's own first; "" for none
  std::string_view others;                // "A|B": what is read where there is none of these
};

Alias alias_of(const Family& family, std::string_view key) {
  Alias alias{{key, ""}, ""};
  for_each_word(family.names, [&](std::string_view word) {
    const std::size_t at = word.find_first_of("=:");
    if (word.substr(0, at) != key) return;
    const std::string_view right = word.substr(at + 1);
    const std::string_view names = right.substr(0, right.find('|'));
    if (names.size() < right.size()) alias.others = right.substr(names.size() + 1);
    const std::size_t comma = names.find(',');
    alias.names = {names.substr(0, comma), word[at] == '=' ? key : ""};
    if (comma != std::string_view::npos) alias.names[1] = names.substr(comma + 1);
  });
  if (alias.names[1] == alias.names[0]) alias.names[1] = "";
  return alias;
}

// Whether a word of the defaults, "@key=value", is a number of the class that no key can change.
bool is_of_class(std::string_view word, std::string_view key) {
  return word.starts_with('@') && word.substr(1, word.find('=') - 1) == key;
}

bool contains_word(std::string_view text, std::string_view wanted) {
  bool found = false;
  for_each_word(text, [&](std::string_view word) { found |= word == wanted; });
  return found;
}

}  // namespace

ConfigValues::ConfigValues(const Node& map, const Family& family, Problems& problems)
    : root_(map), family_(family), problems_(problems) {
  for (const Node& node : map) {
    if (Member* first = member(node.key)) {
      add_duplicate(node, *first->node, problems);
    } else {
      members_.push_back({&node});
    }
  }
}

ConfigValues::Member* ConfigValues::member(std::string_view name) {
  const auto found = std::find_if(members_.begin(), members_.end(),
                                  [name](const Member& m) { return m.node->key == name; });
  return found == members_.end() ? nullptr : &*found;
}

std::string_view ConfigValues::own_name(std::string_view key) const {
  return alias_of(family_, key).names[0];
}

const Node* ConfigValues::given(std::string_view key) {
  bool fixed = false;
  for_each_word(family_.defaults, [&](std::string_view word) { fixed |= is_of_class(word, key); });
  if (fixed) return nullptr;
  const Alias alias = alias_of(family_, key);
  Member* const own = member(alias.names[0]);
  Member* const other = alias.names[1].empty() ? nullptr : member(alias.names[1]);
  const Node* const instead = first_of(alias.others);
  const bool seen = other != nullptr && other->used;
  for (Member* m : {own, other}) {
    if (m != nullptr) m->used = true;
  }
  if (own == nullptr || other == nullptr) {
    const Node* node = own != nullptr ? own->node : other != nullptr ? other->node : nullptr;
    const bool null = node == nullptr || node->kind == Kind::null;
    return null && instead != nullptr ? instead : node;
  }
  if (!seen && own->node->text != other->node->text) {
    problems_.add(other->node->key_at,
                  fmt::format("'{}' and '{}' (at {}:{}) are two names of one value; expected one",
                              alias.names[1], alias.names[0], own->node->key_at.line,
                              own->node->key_at.column));
  }
  return own->node;
}

const Node* ConfigValues::first_of(std::string_view names) {
  const Node* first = nullptr;
  while (!names.empty()) {
    const std::string_view name = names.substr(0, names.find('|'));
    names.remove_prefix(std::min(name.size() + 1, names.size()));
    Member* const m = member(name);
    if (m == nullptr) continue;
    m->used = true;
    if (first == nullptr && m->node->kind != Kind::null) first = m->node;
  }
  return first;
}

const Node* ConfigValues::find(std::string_view key) {
  const Node* node = given(key);
  return node != nullptr && node->kind != Kind::null ? node : nullptr;
}

std::string_view ConfigValues::default_of(std::string_view key) {
  std::string_view value;
  for_each_word(family_.defaults, [&](std::string_view word) {
    const std::size_t at = word.find('=');
    if (word.substr(0, at) == key) value = word.substr(at + 1);
    if (is_of_class(word, key)) value = word.substr(at + 1);
  });
  const std::string_view name = own_name(key);
  const bool known = std::any_of(defaults_.begin(), defaults_.end(),
                                 [name](const ConfigDefault& d) { return d.key == name; });
  if (!value.empty() && !known) defaults_.push_back({std::string(name), std::string(value)});
  return value;
}

std::optional<std::int64_t> ConfigValues::maybe(std::string_view key, Range range) {
  const Node* node = given(key);
  if (node != nullptr && node->kind == Kind::null) return std::nullopt;
  if (node != nullptr) return read_integer(*node, node->key, range, problems_);
  const std::string_view text = default_of(key);
  std::int64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  return !text.empty() && read.ec == std::errc{} ? std::optional(value) : std::nullopt;
}

std::int64_t ConfigValues::size(std::string_view key) {
  const std::size_t before = problems_.size();
  const auto value = maybe(key);
  if (value) return *value;
  if (problems_.size() == before) {
    const Node* node = given(key);
    problem(key, node != nullptr
                     ? fmt::format("'{}' has no value; expected an integer", node->key)
                     : fmt::format("there is no '{}', and the class of '{}' has no default for it",
                                   own_name(key), family_.model_type));
  }
  return 1;
}

bool ConfigValues::flag(std::string_view key) {
  const Node* node = given(key);
  if (node == nullptr) return default_of(key) == "true";
  if (node->kind == Kind::null) return false;
  return expect_kind(*node, Kind::boolean, in_quotes(node->key), problems_) && node->boolean;
}

std::optional<std::vector<std::int64_t>> ConfigValues::integers(std::string_view key, Range range) {
  const Node* node = find(key);
  if (node == nullptr || !expect_kind(*node, Kind::list, in_quotes(node->key), problems_)) {
    return std::nullopt;
  }
  std::vector<std::int64_t> values;
  for (const Node& item : *node) {
    if (item.kind == Kind::boolean) {
      values.push_back(item.boolean ? 1 : 0);
    } else {
      values.push_back(read_integer(item, node->key, range, problems_).value_or(0));
    }
  }
  return values;
}

const Node* ConfigValues::map(std::string_view key) {
  const Node* node = find(key);
  if (node == nullptr || !expect_kind(*node, Kind::map, in_quotes(node->key), problems_)) {
    return nullptr;
  }
  return node;
}

void ConfigValues::problem(std::string_view key, std::string text) {
  const Node* node = given(key);
  problems_.add(node != nullptr ? node->at : root_.at, std::move(text));
}

void ConfigValues::refuse_unless_irrelevant(const Node& member, std::string_view place) {
  if (is_irrelevant(member.key)) return;
  problems_.add(member.key_at, fmt::format("unknown key {} in {}; it may change the cache",
                                           in_quotes(member.key), place));
}

void ConfigValues::refuse_unless_same(std::string_view word) {
  const std::size_t equals = word.find('=');
  Member* const m = member(word.substr(0, equals));
  if (m == nullptr) return;
  m->used = true;
  const std::string_view key = word.substr(equals + 1);
  const Node* node = find(key);
  const std::string_view value = node != nullptr ? node->text : default_of(key);
  // Where the class derives the value, there is nothing to compare with.
  if (m->node->kind == Kind::null || value.empty() || m->node->text == value) return;
  problems_.add(
      m->node->key_at,
      fmt::format("'{}' {}, but '{}' is {}, and the class of '{}' reads the latter only; "
                  "expected the same",
                  m->node->key, found(*m->node), own_name(key), value, family_.model_type));
}

std::vector<const Node*> ConfigValues::unused() const {
  std::vector<const Node*> nodes;
  for (const Member& m : members_) {
    if (!m.used) nodes.push_back(m.node);
  }
  return nodes;
}

void ConfigValues::refuse_others() {
  // What is used at times is no mistake when it is not.
  (void)given("hidden_size");
  for_each_word(family_.defaults,
                [&](std::string_view word) { (void)given(word.substr(0, word.find('='))); });
  for_each_word(family_.same, [&](std::string_view word) { refuse_unless_same(word); });
  for (const Member& m : members_) {
    const std::string_view key = m.node->key;
    // A class that does not know a key does not know what its null would mean either.
    if (m.used || m.node->kind == Kind::null) continue;
    if (is_irrelevant(key) || contains_word(family_.derived, key)) continue;
    problems_.add(m.node->key_at,
                  fmt::format("key {} is unknown in a config of '{}'; it may change the cache",
                              in_quotes(key), family_.model_type));
  }
}

}  // namespace kvf::input
