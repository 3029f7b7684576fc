// The free blocks of an allocator, in the order of their sizes and of equal ones their addresses.
//
// One tree of thousands is slow to search. Here blocks of about a size (32 classes between two
// powers of two) have a small tree of their own, and a bit for each class says whether it is empty.
#pragma once

#include <bit>
#include <cstdint>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include "models/units.h"
#include "sim/alloc/device_memory.h"

namespace kvf {

class FreeBlocks {
 public:
  struct Block {
    Bytes bytes;  // at least 1
    Address address = 0;
    std::uint32_t index = 0;  // the caller's
    bool operator<(const Block& other) const {
      return std::tie(bytes, address) < std::tie(other.bytes, other.address);
    }
  };
  using Place = std::set<Block>::const_iterator;  // until the block is taken

  Place insert(const Block& block);
  void take(Place place);
  // The smallest block of at least `bytes`, of several the one with the lowest address.
  std::optional<Place> best_fit(Bytes bytes) const;
  // The caller's indices, in order.
  std::vector<std::uint32_t> indices() const;

 private:
  static std::size_t class_of(Bytes bytes);

  std::vector<std::set<Block>> classes_;
  std::vector<std::uint64_t> occupied_;            // a bit for each class
  std::vector<std::set<Block>::node_type> nodes_;  // of blocks that were taken: saves allocations
};

}  // namespace kvf
