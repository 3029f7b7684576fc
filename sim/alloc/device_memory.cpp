#include "sim/alloc/device_memory.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "models/numeric.h"

namespace kvf {

DeviceMemory::DeviceMemory(Settings settings) : settings_(std::move(settings)) {
  if (settings_.granularity < Bytes(1)) {
    throw std::invalid_argument("the granularity of a driver is at least one byte");
  }
  next_ = settings_.granularity.count();  // 0 is no address
}

Bytes DeviceMemory::rounded(Bytes bytes) const { return round_up(bytes, settings_.granularity); }

std::optional<Address> DeviceMemory::allocate(Bytes bytes) {
  if (bytes <= Bytes{}) throw std::invalid_argument("a driver is asked for at least one byte");
  const Bytes taken = rounded(bytes);
  if (settings_.capacity && used_ + taken > *settings_.capacity) return std::nullopt;
  add_existing(bytes);
  if (settings_.place) return settings_.place(bytes);
  const Address address = next_;
  next_ += taken.count();
  return address;
}

void DeviceMemory::add_existing(Bytes bytes) {
  used_ += rounded(bytes);
  peak_ = std::max(peak_, used_);
}

}  // namespace kvf
