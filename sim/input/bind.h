// Nodes -> values: what every reader of a map needs. A mistake is added to the problems, and the
// reader goes on; nothing here throws but Problems::add().
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "models/parameter.h"
#include "models/units.h"
#include "models/workload.h"
#include "sim/input/node.h"

namespace kvf::input {

// nullopt means that the problem has been added. `name` is what the message calls the value.

// An integer in `range`.
std::optional<std::int64_t> read_integer(const Node& node, std::string_view name, Range range,
                                         Problems& problems);
// The same; without quotes it may carry K (1024) or M (1024 * 1024). `hint` follows what is expected.
std::optional<Tokens> read_tokens(const Node& node, std::string_view name, Range range,
                                  Problems& problems, std::string_view hint = {});
// The same, of a text on the command line. Throws InputError; `source` stands for the file:
// "--prompt".
Tokens parse_tokens(std::string_view text, std::string_view name, Range range, std::string source);
// A number in `range`.
std::optional<double> read_number(const Node& node, std::string_view name, Range range,
                                  Problems& problems);
// A text; without quotes a number or a word will do too.
std::optional<std::string_view> read_text(const Node& node, std::string_view name,
                                          Problems& problems);
// The index of one of `words`.
std::optional<int> read_word(const Node& node, std::string_view name,
                             std::span<const std::string_view> words, Problems& problems);
// The keys that cases and scenarios share.
std::optional<Tokens> read_chunk(const Node& node, Problems& problems);
std::optional<Accounting> read_accounting(const Node& node, Problems& problems);
std::optional<Convention> read_convention(const Node& node, Problems& problems);

// Whether the node is of that kind; adds a problem if not. `what`: "the scenario", "'tasks'".
bool expect_kind(const Node& node, Kind kind, std::string_view what, Problems& problems);

// "is 1.5", "has no value", "is a list": what a message says of a value.
std::string found(const Node& node);

// The name nearest to `wrong` by edit distance; "" if none is near.
std::string_view nearest(std::string_view wrong, std::span<const std::string_view> names);
// "; did you mean 'sink_tokens'?", or "; expected one of a, b, c" if none is near.
std::string suggestion(std::string_view wrong, std::span<const std::string_view> names);

// The members of a map with a fixed set of keys. Adds a problem for each unknown key and each
// duplicate; the first of the duplicates counts.
class Fields {
 public:
  static constexpr std::size_t kMaxKeys = 16;

  // `keys` must outlive this. `where` is what messages call the map: "the scenario".
  Fields(const Node& map, std::span<const std::string_view> keys, std::string_view where,
         Problems& problems);

  // nullptr if absent. `key` is one of `keys`.
  const Node* find(std::string_view key) const;
  // Adds a problem if absent.
  const Node* require(std::string_view key) const;

 private:
  const Node& map_;
  std::span<const std::string_view> keys_;
  std::string_view where_;
  Problems& problems_;
  std::array<const Node*, kMaxKeys> found_{};
};

// "'x' is given twice (first at 6:3)", at the second.
void add_duplicate(const Node& second, const Node& first, Problems& problems);

}  // namespace kvf::input
