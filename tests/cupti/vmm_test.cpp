// Sizes of virtual memory management, as the callback API gives them.
#include "profiler/capture/cupti/vmm.h"

#include "tests/catch.h"

namespace kvf::capture {
namespace {

using records::VmmCall;
using records::VmmOperation;

std::optional<VmmCall> row_of(CUpti_CallbackId id, const void* parameters,
                              CUresult result = CUDA_SUCCESS) {
  CUpti_CallbackData data{};
  data.callbackSite = CUPTI_API_EXIT;
  data.functionParams = parameters;
  data.functionReturnValue = &result;
  data.correlationId = 5;
  return vmm_call(id, data);
}

}  // namespace

TEST_CASE("vmm: each call gives its sizes, addresses and handles") {
  CUmemAllocationProp on_device{};
  on_device.location.type = CU_MEM_LOCATION_TYPE_DEVICE;
  on_device.location.id = 3;
  CUmemGenericAllocationHandle handle = 0x77;
  const cuMemCreate_params create{&handle, 1 << 21, &on_device, 0};
  CHECK(row_of(CUPTI_DRIVER_TRACE_CBID_cuMemCreate, &create) ==
        VmmCall{0, 0, VmmOperation::create, 3, 0x77, {}, {}, 1 << 21, 0, 5});
  CHECK(row_of(CUPTI_DRIVER_TRACE_CBID_cuMemCreate, &create, CUDA_ERROR_OUT_OF_MEMORY) ==
        VmmCall{0, 0, VmmOperation::create, 3, {}, {}, {}, 1 << 21, 2, 5});
  CUdeviceptr address = 0x10000000;
  const cuMemAddressReserve_params reserve{&address, 1 << 22, 0, 0, 0};
  CHECK(row_of(CUPTI_DRIVER_TRACE_CBID_cuMemAddressReserve, &reserve) ==
        VmmCall{0, 0, VmmOperation::reserve_address, {}, {}, 0x10000000, {}, 1 << 22, 0, 5});
  const cuMemMap_params map{address, 1 << 21, 4096, handle, 0};
  CHECK(row_of(CUPTI_DRIVER_TRACE_CBID_cuMemMap, &map) ==
        VmmCall{0, 0, VmmOperation::map, {}, 0x77, 0x10000000, 4096, 1 << 21, 0, 5});
  const cuMemSetAccess_params access{address, 1 << 21, nullptr, 1};
  CHECK(row_of(CUPTI_DRIVER_TRACE_CBID_cuMemSetAccess, &access) ==
        VmmCall{0, 0, VmmOperation::set_access, {}, {}, 0x10000000, {}, 1 << 21, 0, 5});
  const cuMemUnmap_params unmap{address, 1 << 21};
  CHECK(row_of(CUPTI_DRIVER_TRACE_CBID_cuMemUnmap, &unmap) ==
        VmmCall{0, 0, VmmOperation::unmap, {}, {}, 0x10000000, {}, 1 << 21, 0, 5});
  const cuMemRelease_params release{handle};
  CHECK(row_of(CUPTI_DRIVER_TRACE_CBID_cuMemRelease, &release) ==
        VmmCall{0, 0, VmmOperation::release, {}, 0x77, {}, {}, {}, 0, 5});
  const cuMemAddressFree_params free{address, 1 << 22};
  CHECK(row_of(CUPTI_DRIVER_TRACE_CBID_cuMemAddressFree, &free) ==
        VmmCall{0, 0, VmmOperation::free_address, {}, {}, 0x10000000, {}, 1 << 22, 0, 5});
}

TEST_CASE("vmm: physical memory of the host belongs to no device; other calls to nobody") {
  CUmemAllocationProp on_host{};
  CUmemGenericAllocationHandle handle = 1;
  const cuMemCreate_params create{&handle, 4096, &on_host, 0};
  CHECK_FALSE(row_of(CUPTI_DRIVER_TRACE_CBID_cuMemCreate, &create)->device);
  CHECK_FALSE(row_of(CUPTI_DRIVER_TRACE_CBID_cuMemAlloc_v2, nullptr));
}

}  // namespace kvf::capture
