// Goes from record to record in a buffer that CUPTI filled: by CUPTI's own function, or without it
// where a library or a test has none.
#pragma once

#include <cstddef>
#include <cstdint>

#include "profiler/capture/cupti/api.h"

namespace kvf::capture {

// The next record of a buffer; `record` null: the first. Gives CUPTI's statuses: 12
// (CUPTI_ERROR_MAX_LIMIT_REACHED) at the end, 21 (CUPTI_ERROR_INVALID_KIND) where no record is.
CUptiResult next_record(const CuptiApi& api, std::uint32_t version, std::uint8_t* buffer,
                        std::size_t valid, CUpti_Activity** record);

// How many records a buffer has.
std::int64_t count_records(const CuptiApi& api, std::uint32_t version, std::uint8_t* buffer,
                           std::size_t valid);

}  // namespace kvf::capture
