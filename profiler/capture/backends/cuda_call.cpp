#include "profiler/capture/backends/cuda_call.h"

#include <cuda.h>
#include <fmt/format.h>

namespace kvf::capture {
namespace {

std::string advice(cudaError_t status) {
  switch (status) {
    case cudaErrorMemoryAllocation:
      return "nvidia-smi lists who holds memory of the GPU";
    case cudaErrorNoKernelImageForDevice:
      return "the kernel was not compiled for this GPU: build again with "
             "-DCMAKE_CUDA_ARCHITECTURES=<its compute capability, such as 90>";
    case cudaErrorDevicesUnavailable:
      return "another process has the GPU for itself (nvidia-smi -q -d COMPUTE shows the mode)";
    case cudaErrorInsufficientDriver:
    case cudaErrorCallRequiresNewerDriver:
      return "update the driver, or build with an older CUDA toolkit";
    default:
      return "";
  }
}

}  // namespace

std::string of_bytes(const char* call, Bytes bytes) {
  return fmt::format("{} of {} bytes", call, bytes.count());
}

void check(cudaError_t status, const std::string& call) {
  if (status == cudaSuccess) return;
  cudaGetLastError();  // else the next call that has no error of its own reports this one
  const std::string reason =
      fmt::format("{} ({})", cudaGetErrorString(status), cudaGetErrorName(status));
  if (status == cudaErrorMemoryAllocation) throw OutOfMemory(call, reason, advice(status));
  throw DeviceError(call, reason, advice(status));
}

void check_driver(int status, const std::string& call) {
  if (status == CUDA_SUCCESS) return;
  const auto text =
      reinterpret_cast<decltype(&cuGetErrorString)>(driver_function("cuGetErrorString"));
  const auto name = reinterpret_cast<decltype(&cuGetErrorName)>(driver_function("cuGetErrorName"));
  const char* words = nullptr;
  const char* symbol = nullptr;
  text(static_cast<CUresult>(status), &words);
  name(static_cast<CUresult>(status), &symbol);
  const std::string reason = fmt::format("{} ({})", words == nullptr ? "unknown error" : words,
                                         symbol == nullptr ? std::to_string(status) : symbol);
  const std::string what_to_do = advice(static_cast<cudaError_t>(status));
  if (status == CUDA_ERROR_OUT_OF_MEMORY) throw OutOfMemory(call, reason, what_to_do);
  throw DeviceError(call, reason, what_to_do);
}

void* driver_function(const char* name) {
  void* function = nullptr;
  cudaDriverEntryPointQueryResult found = cudaDriverEntryPointSymbolNotFound;
#if CUDART_VERSION >= 12050
  check(cudaGetDriverEntryPointByVersion(name, &function, 10020, cudaEnableDefault, &found), name);
#elif CUDART_VERSION >= 12000
  check(cudaGetDriverEntryPoint(name, &function, cudaEnableDefault, &found), name);
#else
  check(cudaGetDriverEntryPoint(name, &function, cudaEnableDefault), name);
  found = cudaDriverEntryPointSuccess;
#endif
  if (found != cudaDriverEntryPointSuccess || function == nullptr) {
    throw DeviceError(name, "the driver does not have it", "update the driver");
  }
  return function;
}

}  // namespace kvf::capture
