// How the blocks of a paged cache ("pages") are given out.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "models/units.h"

namespace kvf {

// What shares one block table: all layers of a sequence, the heads of a layer, or one head alone. A
// block of a shared table holds its slots for every cell of the table.
enum class TableOf : std::uint8_t { sequence, layer, head };
inline constexpr std::array<std::string_view, 3> kTableWords{"sequence", "layer", "head"};
constexpr std::string_view to_string(TableOf of) {
  return kTableWords[static_cast<std::size_t>(of)];
}

struct BlockTables {
  Tokens block{16};  // slots of a block, at least 1
  TableOf of = TableOf::sequence;
  bool compaction = false;  // after each pass that evicts
  friend bool operator==(const BlockTables&, const BlockTables&) = default;
};

// Layers that share a table of a sequence where not all of them do: a group of an engine's pool.
// Groups take equal blocks, in bytes, of one pool.
struct TableGroup {
  std::vector<std::int64_t> layers;  // their numbers
  std::int64_t slots =
      1;                  // of its block, for each of BlockTables::block: where entries are smaller
  BytesPerToken padding;  // of a slot: places of the block in which no layer is
  bool keeps_all = false;  // without compaction nothing is freed before the sequence is, also where
                           // layers slide
  friend bool operator==(const TableGroup&, const TableGroup&) = default;
};

// Tokens of a sequence, and passes of it, that can be followed block by block.
inline constexpr std::int64_t kMostPaged = std::int64_t{1} << 22;

}  // namespace kvf
