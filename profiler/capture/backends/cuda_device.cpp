// A GPU: one stream, in whose order everything is done.
#include <cuda_runtime_api.h>
#include <fmt/format.h>

#include "profiler/capture/attention/kernel.h"
#include "profiler/capture/backends/cuda_allocators.h"
#include "profiler/capture/backends/cuda_call.h"
#include "profiler/capture/backends/device.h"
#include "profiler/capture/driver/driver_probe.h"

namespace kvf::capture {
namespace {

class CudaDevice final : public Device {
 public:
  explicit CudaDevice(int ordinal) : ordinal_(ordinal) {
    check(cudaSetDevice(ordinal), fmt::format("cudaSetDevice({})", ordinal));
    cudaDeviceProp properties{};
    check(cudaGetDeviceProperties(&properties, ordinal), "cudaGetDeviceProperties");
    name_ = properties.name;
    check(cudaFree(nullptr), "cudaFree(nullptr), which makes the context");
    check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
  }
  CudaDevice(const CudaDevice&) = delete;
  CudaDevice& operator=(const CudaDevice&) = delete;
  ~CudaDevice() override { cudaStreamDestroy(stream_); }

  std::string name() const override { return name_; }
  bool is_host() const override { return false; }

  std::vector<std::string_view> backends() const override {
    std::vector<std::string_view> names{"cudamalloc"};
    if (has_pools(ordinal_)) names.emplace_back("pool");
    if (has_vmm(ordinal_)) names.emplace_back("vmm");
    return names;
  }
  std::unique_ptr<DeviceAllocator> allocator(std::string_view backend,
                                             std::optional<Bytes> capacity) override {
    if (backend == "cudamalloc") return cuda_malloc(capacity);
    if (backend == "pool") return cuda_pool(capacity, ordinal_, stream_);
    if (backend == "vmm") return cuda_vmm(capacity, ordinal_, stream_);
    throw std::invalid_argument(
        fmt::format("a GPU has no backend '{}', but {}", backend, fmt::join(backends(), ", ")));
  }

  void attend(const AttentionPass& pass) override {
    kvf::capture::check(pass);
    kvf::capture::check(static_cast<cudaError_t>(launch_attention(pass, stream_)),
                        "launching the attention kernel");
  }
  void copy(void* to, const void* from, Bytes bytes) override {
    check(cudaMemcpyAsync(to, from, size(bytes), cudaMemcpyDeviceToDevice, stream_),
          of_bytes("cudaMemcpyAsync within the device", bytes));
  }
  void upload(void* to, const void* from, Bytes bytes) override {
    check(cudaMemcpyAsync(to, from, size(bytes), cudaMemcpyHostToDevice, stream_),
          of_bytes("cudaMemcpyAsync to the device", bytes));
    synchronise();
  }
  void download(void* to, const void* from, Bytes bytes) override {
    check(cudaMemcpyAsync(to, from, size(bytes), cudaMemcpyDeviceToHost, stream_),
          of_bytes("cudaMemcpyAsync from the device", bytes));
    synchronise();
  }
  void fill(void* to, unsigned char value, Bytes bytes) override {
    check(cudaMemsetAsync(to, value, size(bytes), stream_), of_bytes("cudaMemsetAsync", bytes));
  }
  void synchronise() override { check(cudaStreamSynchronize(stream_), "cudaStreamSynchronize"); }

  MemoryInfo memory() override {
    std::size_t free = 0, total = 0;
    check(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
    return {Bytes(static_cast<std::int64_t>(total - free)),
            Bytes(static_cast<std::int64_t>(total))};
  }

 private:
  int ordinal_;
  std::string name_;
  cudaStream_t stream_ = nullptr;
};

}  // namespace

std::unique_ptr<Device> open_gpu(int ordinal) {
  // The driver knows more of why than the runtime says.
  const DriverProbe driver = probe_driver(cuda_runtime_version());
  if (!driver.usable()) throw DeviceError("opening a GPU", driver.problem, driver.advice);
  return std::make_unique<CudaDevice>(ordinal);
}

int cuda_runtime_version() { return CUDART_VERSION; }

}  // namespace kvf::capture
