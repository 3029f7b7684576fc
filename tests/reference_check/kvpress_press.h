// Which policy a press of kvpress is.
#pragma once

#include <vector>

#include "models/policy.h"
#include "tests/reference_check/row.h"

namespace kvf::reference {

struct Press {
  // How far the split of a budget is a function of the arguments.
  enum class Split {
    exact,        // each head's count is
    per_layer,    // the sum of a layer's heads is; a head has a floor
    whole_model,  // the sum of all heads is
    bounds,       // each head lies between the first answer and the last
  };

  // One, or those between which scores or a layer's kind decide: each layer follows one.
  std::vector<PolicySpec> answers;
  Split live = Split::exact;  // of entries that are not masked
  Split held = Split::exact;
};

// Throws BadRow for an unknown press.
Press press_of(const Node& row);

}  // namespace kvf::reference
