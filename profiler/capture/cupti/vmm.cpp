#include "profiler/capture/cupti/vmm.h"

namespace kvf::capture {

std::optional<records::VmmCall> vmm_call(CUpti_CallbackId id, const CUpti_CallbackData& data) {
  using records::Number;
  using records::VmmOperation;
  const auto number = [](auto value) { return static_cast<Number>(value); };
  records::VmmCall row;
  row.return_value = *static_cast<const CUresult*>(data.functionReturnValue);
  row.correlation = data.correlationId;
  const bool done = row.return_value == CUDA_SUCCESS;  // else what a call gives is not written
  const void* parameters = data.functionParams;
  switch (id) {
    case CUPTI_DRIVER_TRACE_CBID_cuMemAddressReserve: {
      const auto& call = *static_cast<const cuMemAddressReserve_params*>(parameters);
      row.operation = VmmOperation::reserve_address;
      if (done) row.address = number(*call.ptr);
      row.bytes = number(call.size);
      return row;
    }
    case CUPTI_DRIVER_TRACE_CBID_cuMemCreate: {
      const auto& call = *static_cast<const cuMemCreate_params*>(parameters);
      row.operation = VmmOperation::create;
      if (call.prop != nullptr && call.prop->location.type == CU_MEM_LOCATION_TYPE_DEVICE) {
        row.device = call.prop->location.id;
      }
      if (done) row.handle = number(*call.handle);
      row.bytes = number(call.size);
      return row;
    }
    case CUPTI_DRIVER_TRACE_CBID_cuMemMap: {
      const auto& call = *static_cast<const cuMemMap_params*>(parameters);
      row.operation = VmmOperation::map;
      row.handle = number(call.handle);
      row.address = number(call.ptr);
      row.offset = number(call.offset);
      row.bytes = number(call.size);
      return row;
    }
    case CUPTI_DRIVER_TRACE_CBID_cuMemSetAccess: {
      const auto& call = *static_cast<const cuMemSetAccess_params*>(parameters);
      row.operation = VmmOperation::set_access;
      row.address = number(call.ptr);
      row.bytes = number(call.size);
      return row;
    }
    case CUPTI_DRIVER_TRACE_CBID_cuMemUnmap: {
      const auto& call = *static_cast<const cuMemUnmap_params*>(parameters);
      row.operation = VmmOperation::unmap;
      row.address = number(call.ptr);
      row.bytes = number(call.size);
      return row;
    }
    case CUPTI_DRIVER_TRACE_CBID_cuMemRelease: {
      const auto& call = *static_cast<const cuMemRelease_params*>(parameters);
      row.operation = VmmOperation::release;
      row.handle = number(call.handle);
      return row;
    }
    case CUPTI_DRIVER_TRACE_CBID_cuMemAddressFree: {
      const auto& call = *static_cast<const cuMemAddressFree_params*>(parameters);
      row.operation = VmmOperation::free_address;
      row.address = number(call.ptr);
      row.bytes = number(call.size);
      return row;
    }
    default:
      return {};
  }
}

}  // namespace kvf::capture
