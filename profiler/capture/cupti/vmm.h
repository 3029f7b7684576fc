// What the callback API tells of the driver's virtual memory management: activity records of these
// calls have no sizes.
#pragma once

#include <cupti.h>

#include <array>
#include <optional>

#include "timeline/records.h"

namespace kvf::capture {

inline constexpr std::array kVmmCalls{
    CUPTI_DRIVER_TRACE_CBID_cuMemAddressReserve,
    CUPTI_DRIVER_TRACE_CBID_cuMemCreate,
    CUPTI_DRIVER_TRACE_CBID_cuMemMap,
    CUPTI_DRIVER_TRACE_CBID_cuMemSetAccess,
    CUPTI_DRIVER_TRACE_CBID_cuMemUnmap,
    CUPTI_DRIVER_TRACE_CBID_cuMemRelease,
    CUPTI_DRIVER_TRACE_CBID_cuMemAddressFree,
};

// The row of a call that returns, without time and thread; nothing for other calls.
std::optional<records::VmmCall> vmm_call(CUpti_CallbackId id, const CUpti_CallbackData& data);

}  // namespace kvf::capture
