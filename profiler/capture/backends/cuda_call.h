// Calls of CUDA, checked: what failed, in CUDA's words, and what to do about it.
//
// Only the runtime is linked, and statically; the driver's own functions are asked for by name when
// the program runs, so that it starts on a machine without a driver.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <string>

#include "models/units.h"
#include "profiler/capture/backends/device_error.h"

namespace kvf::capture {

// Throws OutOfMemory or DeviceError unless `status` is cudaSuccess. `call`: the function, and what for.
void check(cudaError_t status, const std::string& call);
// The same of a CUresult. Its numbers, where both have one for a cause, are those of cudaError_t.
void check_driver(int status, const std::string& call);

// The address of a function of the driver, of the version that CUDA 10.2 had. Throws DeviceError.
void* driver_function(const char* name);

inline std::size_t size(Bytes bytes) { return static_cast<std::size_t>(bytes.count()); }
std::string of_bytes(const char* call, Bytes bytes);

}  // namespace kvf::capture
