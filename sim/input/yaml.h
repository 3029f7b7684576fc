// YAML text -> Tree. A strict subset: one document, no anchors, aliases or tags.
#pragma once

#include <string_view>

#include "sim/input/node.h"

namespace kvf::input {

// Duplicate keys stay. Scalars without quotes are read as set_plain_scalar() says. At most
// Tree::kMaxDepth deep. Throws InputError with what `problems` holds and what is wrong.
void parse_yaml(std::string_view text, Tree& tree, Problems& problems);

}  // namespace kvf::input
