#include "profiler/capture/backends/address_ranges.h"

#include <algorithm>
#include <iterator>

namespace kvf::capture {

void AddressRanges::add(std::byte* begin, Bytes bytes) {
  free_ += bytes;
  const auto after = ranges_.lower_bound(begin);
  if (after != ranges_.end() && begin + bytes.count() == after->first) {
    bytes += after->second;
    ranges_.erase(after);
  }
  const auto next = ranges_.lower_bound(begin);
  if (next != ranges_.begin()) {
    const auto before = std::prev(next);
    if (before->first + before->second.count() == begin) {
      before->second += bytes;
      return;
    }
  }
  ranges_.emplace(begin, bytes);
}

std::byte* AddressRanges::take(Bytes bytes) {
  const auto range = std::find_if(ranges_.begin(), ranges_.end(),
                                  [&](const auto& free) { return free.second >= bytes; });
  if (range == ranges_.end()) return nullptr;
  const auto [begin, length] = *range;
  ranges_.erase(range);
  if (length > bytes) ranges_.emplace(begin + bytes.count(), length - bytes);
  free_ -= bytes;
  return begin;
}

}  // namespace kvf::capture
