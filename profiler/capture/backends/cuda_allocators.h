// Memory of a GPU.
//
//   cudamalloc  cudaMalloc and cudaFree for each block. cudaFree waits for the GPU
//   pool        a pool of its own, in the order of a stream (cudaMallocFromPoolAsync); with the driver's default
//               threshold of 0 it gives back to the system what is free when the stream is waited for
//   vmm         one range of addresses; physical memory is created and mapped for each block
#pragma once

#include <cuda_runtime_api.h>

#include <memory>
#include <optional>

#include "profiler/capture/backends/allocator.h"

namespace kvf::capture {

std::unique_ptr<DeviceAllocator> cuda_malloc(std::optional<Bytes> capacity);
// Both throw DeviceError where the GPU or its driver cannot.
std::unique_ptr<DeviceAllocator> cuda_pool(std::optional<Bytes> capacity, int ordinal,
                                           cudaStream_t stream);
std::unique_ptr<DeviceAllocator> cuda_vmm(std::optional<Bytes> capacity, int ordinal,
                                          cudaStream_t stream);

bool has_pools(int ordinal);
bool has_vmm(int ordinal);

}  // namespace kvf::capture
