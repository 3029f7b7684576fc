// Which entries stay when a rule says how many.
#pragma once

#include "models/units.h"

namespace kvf {

// What a rule says of the entries it evicts, beside their number. The scope is all that the cell
// holds when the pass has attended, or only the rows of the pass. Its `first` oldest and its `last`
// newest entries stay as long as others can go; of those in between the lowest scores go.
struct Retention {
  Tokens first;
  Tokens last;
  bool new_rows_only = false;
  friend bool operator==(const Retention&, const Retention&) = default;
};

}  // namespace kvf
