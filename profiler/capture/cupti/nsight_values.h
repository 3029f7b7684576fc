// CUPTI's numbers as those of the Nsight Systems export. The only place where one becomes the other.
#pragma once

#include <cstdint>
#include <optional>

#include "timeline/records.h"

namespace kvf::capture {

enum class CuptiEnum {
  memory_operation,  // CUpti_ActivityMemoryOperationType -> ENUM_CUDA_DEV_MEM_EVENT_OPER
  memory_kind,       // CUpti_ActivityMemoryKind          -> ENUM_CUDA_MEM_KIND
  launch_type,       // CUpti_ActivityLaunchType          -> ENUM_CUDA_KERNEL_LAUNCH_TYPE
  copy_kind,         // CUpti_ActivityMemcpyKind          -> ENUM_CUDA_MEMCPY_OPER
  pool_operation,    // CUpti_ActivityMemoryPoolOperationType -> ENUM_CUDA_MEMPOOL_OPER
  pool_type,         // CUpti_ActivityMemoryPoolType      -> ENUM_CUDA_MEMPOOL_TYPE
};

// Nothing for a value that has no name in the export. (Labels of both read in CUPTI 11.8 to 13.5
// and in an export of Nsight Systems 2026.1, schema 3.24.)
constexpr std::optional<std::int64_t> to_nsight(CuptiEnum what, std::uint32_t value) {
  const auto up_to = [value](std::uint32_t last,
                             std::int64_t shift) -> std::optional<std::int64_t> {
    if (value > last) return {};
    return value + shift;
  };
  switch (what) {
    case CuptiEnum::memory_operation:  // 1 allocation, 2 release; 0 is invalid
      return value == 0 ? std::nullopt : up_to(2, -1);
    case CuptiEnum::memory_kind:  // 0 unknown, 1 pageable ... 7 managed static
      return value == 0 ? std::optional(static_cast<std::int64_t>(records::MemoryKind::unknown))
                        : up_to(7, -1);
    case CuptiEnum::launch_type:
      return up_to(2, 1);  // 0 regular, 1 and 2 cooperative
    case CuptiEnum::copy_kind:
      return up_to(10, 0);
    case CuptiEnum::pool_operation:
      return up_to(3, 0);
    case CuptiEnum::pool_type:
      return up_to(2, 0);
  }
  return {};
}

}  // namespace kvf::capture
