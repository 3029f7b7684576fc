// What computes and holds a KV cache: a GPU, or this machine's CPU with the same kernel.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/units.h"
#include "profiler/capture/attention/pass.h"
#include "profiler/capture/backends/allocator.h"

namespace kvf::capture {

struct MemoryInfo {
  Bytes
      used;  // of a GPU: by all processes, as cudaMemGetInfo says; of the host: by blocks of host allocators, as smaps says
  Bytes total;  // of the device
};

// Work is done in the order of the calls, maybe later: attend, copy and fill may return at once. All
// throw DeviceError; one of a GPU may be of an earlier call. Used by one thread.
class Device {
 public:
  virtual ~Device() = default;

  virtual std::string name() const = 0;  // "host", or what the driver calls the GPU
  virtual bool is_host() const = 0;

  // Names that allocator() takes, and which run here.
  virtual std::vector<std::string_view> backends() const = 0;
  // Must not outlive the device. Throws std::invalid_argument for another name.
  virtual std::unique_ptr<DeviceAllocator> allocator(
      std::string_view backend, std::optional<Bytes> capacity = std::nullopt) = 0;

  virtual void attend(const AttentionPass& pass) = 0;
  // Within the device; must not overlap.
  virtual void copy(void* to, const void* from, Bytes bytes) = 0;
  // From memory of the process to the device and back; done when it returns.
  virtual void upload(void* to, const void* from, Bytes bytes) = 0;
  virtual void download(void* to, const void* from, Bytes bytes) = 0;
  virtual void fill(void* to, unsigned char value, Bytes bytes) = 0;
  virtual void synchronise() = 0;

  virtual MemoryInfo memory() = 0;
};

std::unique_ptr<Device> open_host();

// Makes the GPU's context: what a recorder must see has to be set up before. Throws DeviceError, with
// what to do, where there is no GPU, no driver, or the project was built without CUDA.
std::unique_ptr<Device> open_gpu(int ordinal = 0);

// The CUDA runtime that was linked, 13000 for 13.0; 0 if built without CUDA.
int cuda_runtime_version();

}  // namespace kvf::capture
