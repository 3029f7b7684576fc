// How a fuzzer says that something does not hold.
#pragma once

#include <cstdlib>

namespace kvf::fuzz {

inline void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace kvf::fuzz
