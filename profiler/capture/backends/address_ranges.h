// Free ranges of addresses, for backends that reserve many and hand out some.
#pragma once

#include <cstddef>
#include <map>

#include "models/units.h"

namespace kvf::capture {

class AddressRanges {
 public:
  // Neighbours become one. Must not overlap what is free already.
  void add(std::byte* begin, Bytes bytes);
  // From the lowest range that is long enough; nullptr if there is none.
  std::byte* take(Bytes bytes);

  Bytes free() const { return free_; }
  std::size_t ranges() const { return ranges_.size(); }

 private:
  std::map<std::byte*, Bytes> ranges_;
  Bytes free_;
};

}  // namespace kvf::capture
