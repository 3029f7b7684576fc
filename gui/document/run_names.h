// What runs are called where several are beside each other.
//
// No Qt.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "gui/document/document.h"

namespace kvf::gui {

// What most of them have: the title says it, and of the others their names say what they have. Nothing
// where it is not three of four of them.
template <class Items, class Of>
auto usual(const Items& items, Of of) {
  using Value = std::decay_t<decltype(of(items.front()))>;
  for (const auto& item : items) {
    const Value value = of(item);
    const auto alike =
        std::count_if(items.begin(), items.end(), [&](const auto& o) { return of(o) == value; });
    if (4 * alike >= 3 * std::ssize(items)) return std::optional<Value>(value);
  }
  return std::optional<Value>();
}

// "streaming, recall": as short as the runs can be told apart by. What most of them are of is left away,
// for a title says it.
std::string name_of(const Run& run, const std::vector<const Run*>& among);

// The run's file, with as many folders as tell it from others of its name.
std::string short_file(const Run& run, const std::vector<const Run*>& among);

}  // namespace kvf::gui
