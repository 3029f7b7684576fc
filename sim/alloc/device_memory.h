// A driver's memory: whole granules, one call for each buffer or segment.
//
// What is below every allocator here. cudaMalloc hands out physical memory in granules of 2 MiB on
// the GPUs of today (cuMemGetAllocationGranularity), so that a buffer of 1 byte takes 2 MiB.
// Addresses are virtual and rise; they are not used again.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "models/units.h"

namespace kvf {

using Address = std::int64_t;

class DeviceMemory {
 public:
  struct Settings {
    Bytes granularity{2 << 20};       // at least 1 byte
    std::optional<Bytes> capacity{};  // without it, memory never ends
    // Where the next buffer of so many bytes goes, in the order of the calls; by default behind the
    // one before. For a recorded stream, whose addresses decide which of two equal blocks is taken.
    std::function<Address(Bytes)> place = {};
  };

  DeviceMemory() : DeviceMemory(Settings{}) {}
  // Throws std::invalid_argument for a granularity below one byte.
  explicit DeviceMemory(Settings settings);

  // `bytes` > 0, rounded up to whole granules. nullopt: they do not fit any more.
  std::optional<Address> allocate(Bytes bytes);
  // Of what allocate(bytes) gave.
  void free(Bytes bytes) { used_ -= rounded(bytes); }
  // Memory that somebody else holds, or held when a recording began: counted, without a question.
  void add_existing(Bytes bytes);

  Bytes rounded(Bytes bytes) const;
  Bytes used() const { return used_; }  // in whole granules
  Bytes peak() const { return peak_; }

 private:
  Settings settings_;
  Bytes used_;
  Bytes peak_;
  Address next_;
};

}  // namespace kvf
