#include "profiler/capture/backends/cuda_allocators.h"

#include <cuda.h>

#include <unordered_map>

#include "models/numeric.h"
#include "profiler/capture/backends/address_ranges.h"
#include "profiler/capture/backends/cuda_call.h"

namespace kvf::capture {
namespace {

class CudaMalloc final : public DeviceAllocator {
 public:
  using DeviceAllocator::DeviceAllocator;
  ~CudaMalloc() override {
    for (const auto& block : live()) cudaFree(block.first);
  }
  std::string_view name() const override { return "cudamalloc"; }
  std::optional<Bytes> granularity() const override { return std::nullopt; }
  Bytes reserved() const override { return allocated(); }  // it says no more

 private:
  std::byte* take(Bytes bytes) override {
    void* memory = nullptr;
    check(cudaMalloc(&memory, size(bytes)), of_bytes("cudaMalloc", bytes));
    return static_cast<std::byte*>(memory);
  }
  void give_back(std::byte* address, Bytes bytes) override {
    check(cudaFree(address), of_bytes("cudaFree", bytes));
  }
};

class CudaPool final : public DeviceAllocator {
 public:
  CudaPool(std::optional<Bytes> capacity, int ordinal, cudaStream_t stream)
      : DeviceAllocator(capacity), stream_(stream) {
    cudaMemPoolProps properties{};
    properties.allocType = cudaMemAllocationTypePinned;
    properties.location.type = cudaMemLocationTypeDevice;
    properties.location.id = ordinal;
    check(cudaMemPoolCreate(&pool_, &properties), "cudaMemPoolCreate");
  }
  ~CudaPool() override {
    for (const auto& block : live()) cudaFreeAsync(block.first, stream_);
    cudaStreamSynchronize(stream_);
    cudaMemPoolDestroy(pool_);
  }
  std::string_view name() const override { return "pool"; }
  std::optional<Bytes> granularity() const override { return std::nullopt; }
  Bytes reserved() const override {
    std::uint64_t bytes = 0;
    check(cudaMemPoolGetAttribute(pool_, cudaMemPoolAttrReservedMemCurrent, &bytes),
          "cudaMemPoolGetAttribute(ReservedMemCurrent)");
    return Bytes(static_cast<std::int64_t>(bytes));
  }

 private:
  std::byte* take(Bytes bytes) override {
    void* memory = nullptr;
    check(cudaMallocFromPoolAsync(&memory, size(bytes), pool_, stream_),
          of_bytes("cudaMallocFromPoolAsync", bytes));
    return static_cast<std::byte*>(memory);
  }
  void give_back(std::byte* address, Bytes bytes) override {
    check(cudaFreeAsync(address, stream_), of_bytes("cudaFreeAsync", bytes));
  }

  cudaMemPool_t pool_ = nullptr;
  cudaStream_t stream_;
};

// The driver's functions, by name: it is not linked.
struct Vmm {
#define KVF_DRIVER_FUNCTION(name) \
  decltype(&::name) name = reinterpret_cast<decltype(&::name)>(driver_function(#name))
  KVF_DRIVER_FUNCTION(cuMemGetAllocationGranularity);
  KVF_DRIVER_FUNCTION(cuMemAddressReserve);
  KVF_DRIVER_FUNCTION(cuMemAddressFree);
  KVF_DRIVER_FUNCTION(cuMemCreate);
  KVF_DRIVER_FUNCTION(cuMemRelease);
  KVF_DRIVER_FUNCTION(cuMemMap);
  KVF_DRIVER_FUNCTION(cuMemUnmap);
  KVF_DRIVER_FUNCTION(cuMemSetAccess);
#undef KVF_DRIVER_FUNCTION
};

class CudaVmm final : public DeviceAllocator {
 public:
  CudaVmm(std::optional<Bytes> capacity, int ordinal, cudaStream_t stream)
      : DeviceAllocator(capacity), stream_(stream) {
    properties_.type = CU_MEM_ALLOCATION_TYPE_PINNED;
    properties_.location.type = CU_MEM_LOCATION_TYPE_DEVICE;
    properties_.location.id = ordinal;
    std::size_t granule = 0;
    check_driver(driver_.cuMemGetAllocationGranularity(&granule, &properties_,
                                                       CU_MEM_ALLOC_GRANULARITY_MINIMUM),
                 "cuMemGetAllocationGranularity");
    granule_ = Bytes(static_cast<std::int64_t>(granule));
    std::size_t free = 0, total = 0;
    check(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
    // Twice what could be used: free ranges may lie between blocks.
    length_ = round_up(Bytes(static_cast<std::int64_t>(total)), granule_).times(2);
    check_driver(driver_.cuMemAddressReserve(&base_, size(length_), 0, 0, 0),
                 of_bytes("cuMemAddressReserve", length_));
    ranges_.add(pointer(base_), length_);
  }
  ~CudaVmm() override {
    cudaStreamSynchronize(stream_);
    for (const auto& [address, handle] : handles_) {
      driver_.cuMemUnmap(number(address), size(rounded(live().at(address))));
      driver_.cuMemRelease(handle);
    }
    driver_.cuMemAddressFree(base_, size(length_));
  }
  std::string_view name() const override { return "vmm"; }
  std::optional<Bytes> granularity() const override { return granule_; }
  Bytes reserved() const override { return reserved_; }

 private:
  static std::byte* pointer(CUdeviceptr address) { return reinterpret_cast<std::byte*>(address); }
  static CUdeviceptr number(const std::byte* address) {
    return reinterpret_cast<CUdeviceptr>(address);
  }
  Bytes rounded(Bytes bytes) const { return round_up(bytes, granule_); }

  std::byte* take(Bytes bytes) override {
    const Bytes whole = rounded(bytes);
    std::byte* const address = ranges_.take(whole);
    if (address == nullptr) {
      throw OutOfMemory(of_bytes("vmm: a range", whole),
                        "no free range of addresses is long enough");
    }
    CUmemGenericAllocationHandle handle = 0;
    bool created = false, mapped = false;
    try {
      check_driver(driver_.cuMemCreate(&handle, size(whole), &properties_, 0),
                   of_bytes("cuMemCreate", whole));
      created = true;
      check_driver(driver_.cuMemMap(number(address), size(whole), 0, handle, 0),
                   of_bytes("cuMemMap", whole));
      mapped = true;
      CUmemAccessDesc access{};
      access.location = properties_.location;
      access.flags = CU_MEM_ACCESS_FLAGS_PROT_READWRITE;
      check_driver(driver_.cuMemSetAccess(number(address), size(whole), &access, 1),
                   of_bytes("cuMemSetAccess", whole));
    } catch (...) {
      if (mapped) driver_.cuMemUnmap(number(address), size(whole));
      if (created) driver_.cuMemRelease(handle);
      ranges_.add(address, whole);
      throw;
    }
    handles_.emplace(address, handle);
    reserved_ += whole;
    return address;
  }

  void give_back(std::byte* address, Bytes bytes) override {
    const Bytes whole = rounded(bytes);
    // A kernel may still read it: unmapping, unlike cudaFree, does not wait.
    check(cudaStreamSynchronize(stream_), "cudaStreamSynchronize");
    check_driver(driver_.cuMemUnmap(number(address), size(whole)), of_bytes("cuMemUnmap", whole));
    check_driver(driver_.cuMemRelease(handles_.at(address)), of_bytes("cuMemRelease", whole));
    handles_.erase(address);
    ranges_.add(address, whole);
    reserved_ -= whole;
  }

  Vmm driver_;
  cudaStream_t stream_;
  CUmemAllocationProp properties_{};
  Bytes granule_, length_, reserved_;
  CUdeviceptr base_ = 0;
  AddressRanges ranges_;
  std::unordered_map<std::byte*, CUmemGenericAllocationHandle> handles_;
};

}  // namespace

std::unique_ptr<DeviceAllocator> cuda_malloc(std::optional<Bytes> capacity) {
  return std::make_unique<CudaMalloc>(capacity);
}

std::unique_ptr<DeviceAllocator> cuda_pool(std::optional<Bytes> capacity, int ordinal,
                                           cudaStream_t stream) {
  return std::make_unique<CudaPool>(capacity, ordinal, stream);
}

std::unique_ptr<DeviceAllocator> cuda_vmm(std::optional<Bytes> capacity, int ordinal,
                                          cudaStream_t stream) {
  return std::make_unique<CudaVmm>(capacity, ordinal, stream);
}

bool has_pools(int ordinal) {
  int supported = 0;
  check(cudaDeviceGetAttribute(&supported, cudaDevAttrMemoryPoolsSupported, ordinal),
        "cudaDeviceGetAttribute(MemoryPoolsSupported)");
  return supported != 0;
}

// The runtime has no name for this attribute.
bool has_vmm(int ordinal) {
  const auto ask =
      reinterpret_cast<decltype(&cuDeviceGetAttribute)>(driver_function("cuDeviceGetAttribute"));
  int supported = 0;
  check_driver(ask(&supported, CU_DEVICE_ATTRIBUTE_VIRTUAL_MEMORY_MANAGEMENT_SUPPORTED, ordinal),
               "cuDeviceGetAttribute(VIRTUAL_MEMORY_MANAGEMENT_SUPPORTED)");
  return supported != 0;
}

}  // namespace kvf::capture
