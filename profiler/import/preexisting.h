// Which blocks existed before a recording began. A release of a block that was never seen allocated
// is either of such a block, or its allocation was lost; so is a block that is there at the end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <vector>

namespace kvf::traces {

struct AddressRange {
  std::uint64_t address = 0;
  std::uint64_t bytes = 0;
};

// A block that nobody was seen to allocate. Before event number `until` it was not released.
struct Untraced {
  static constexpr std::size_t kNeverFreed = std::numeric_limits<std::size_t>::max();
  AddressRange block;
  std::size_t until = kNeverFreed;
};

// Tells for each of `blocks` (in the order of `until`) whether it may have existed from the
// beginning: no earlier one of them overlaps it, and nothing was put there before it was released.
class Preexisting {
 public:
  explicit Preexisting(const std::vector<Untraced>& blocks);

  // Event number `index` put something there: an allocation, or a new segment. In the order of
  // `index`.
  void taken(const AddressRange& range, std::size_t index);

  const std::vector<bool>& possible() const { return possible_; }

 private:
  const std::vector<Untraced>& blocks_;
  std::vector<bool> possible_;
  std::map<std::uint64_t, std::size_t> open_;  // not decided yet, by address; without overlaps
};

}  // namespace kvf::traces
