// How numbers are stored: plainly, or in blocks that share scales.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "models/units.h"

namespace kvf {

// `block_elements` numbers side by side take `block_bytes`, scales included.
struct Dtype {
  std::string_view name;
  std::int64_t block_bytes = 0;
  std::int64_t block_elements = 1;

  bool is_plain() const { return block_elements == 1; }
  // Numbers that lie side by side in memory. Throws std::invalid_argument if blocks are not filled.
  Bytes bytes(std::int64_t elements) const;
  friend bool operator==(const Dtype&, const Dtype&) = default;
};

// By our name, or one of another program ("f16", "bfloat16", "fp8_e4m3"); nullptr if unknown.
const Dtype* find_dtype(std::string_view name);
// The same; throws std::invalid_argument that lists the names.
const Dtype& dtype(std::string_view name);
// Our names.
std::vector<std::string_view> dtype_names();

}  // namespace kvf
