// YAML text -> Tree. A strict subset: one document, no anchors, aliases or tags.
#pragma once

#include <cstddef>
#include <string_view>

#include "sim/input/node.h"

namespace kvf::input {

// yaml-cpp keeps all tokens of a list in brackets, up to 250 bytes for each byte of the text.
inline constexpr std::size_t kMaxYamlBytes = 1U << 20;

// Duplicate keys stay. Scalars without quotes are read as set_plain_scalar() says. At most
// Tree::kMaxDepth deep and kMaxYamlBytes long. Throws InputError with what `problems` holds and what
// is wrong.
void parse_yaml(std::string_view text, Tree& tree, Problems& problems);

}  // namespace kvf::input
