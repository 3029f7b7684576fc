// Where blocks of a KV cache come from: one interface, a backend for each way that a system has.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "models/units.h"
#include "profiler/capture/backends/device_error.h"

namespace kvf::capture {

struct Block {
  std::byte* address = nullptr;  // of the device's memory, aligned to 256 bytes at least
  Bytes bytes;                   // as asked for
};

// Used by one thread. A backend returns in its destructor what is still allocated.
class DeviceAllocator {
 public:
  // A backend takes no more than `capacity` bytes, as asked for; without it the device decides.
  explicit DeviceAllocator(std::optional<Bytes> capacity) : capacity_(capacity) {}
  DeviceAllocator(const DeviceAllocator&) = delete;
  DeviceAllocator& operator=(const DeviceAllocator&) = delete;
  virtual ~DeviceAllocator() = default;

  virtual std::string_view name() const = 0;
  // What the backend itself says that blocks are rounded up to; nothing if it does not say.
  virtual std::optional<Bytes> granularity() const = 0;
  // Taken from the system now, as far as the backend knows: rounded up, freed blocks that it keeps.
  virtual Bytes reserved() const = 0;

  // At least one byte. Contents are undefined. Throws OutOfMemory, DeviceError.
  Block allocate(Bytes bytes);
  // Throws std::invalid_argument if no block of that address is allocated: it was freed before, or
  // never given out.
  void free(const std::byte* address);

  Bytes allocated() const { return allocated_; }
  std::size_t blocks() const { return live_.size(); }

 protected:
  // `bytes` > 0.
  virtual std::byte* take(Bytes bytes) = 0;
  virtual void give_back(std::byte* address, Bytes bytes) = 0;

  const std::unordered_map<std::byte*, Bytes>& live() const { return live_; }

 private:
  std::optional<Bytes> capacity_;
  Bytes allocated_;
  std::unordered_map<std::byte*, Bytes> live_;
};

}  // namespace kvf::capture
