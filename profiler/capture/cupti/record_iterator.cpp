#include "profiler/capture/cupti/record_iterator.h"

#include "profiler/capture/cupti/record_size.h"

namespace kvf::capture {
namespace {

// Starts with the record at `begin`, which is where the buffer begins or the last record ended.
CUptiResult record_at(std::uint32_t version, std::uint8_t* begin, std::uint8_t* end,
                      CUpti_Activity** record) {
  if (begin == end) return CUPTI_ERROR_MAX_LIMIT_REACHED;
  const auto room = static_cast<std::size_t>(end - begin);
  if (room < sizeof(CUpti_Activity)) return CUPTI_ERROR_INVALID_KIND;
  auto* next = reinterpret_cast<CUpti_Activity*>(begin);
  const std::size_t size = record_size(static_cast<std::uint32_t>(next->kind), version);
  if (size == 0 || size > room) return CUPTI_ERROR_INVALID_KIND;
  *record = next;
  return CUPTI_SUCCESS;
}

}  // namespace

CUptiResult next_record(const CuptiApi& api, std::uint32_t version, std::uint8_t* buffer,
                        std::size_t valid, CUpti_Activity** record) {
  if (api.get_next_record != nullptr) return api.get_next_record(buffer, valid, record);
  std::uint8_t* begin = buffer;
  if (*record != nullptr) {
    begin = reinterpret_cast<std::uint8_t*>(*record) +
            record_size(static_cast<std::uint32_t>((*record)->kind), version);
  }
  return record_at(version, begin, buffer + valid, record);
}

std::int64_t count_records(const CuptiApi& api, std::uint32_t version, std::uint8_t* buffer,
                           std::size_t valid) {
  std::int64_t count = 0;
  if (valid == 0) return 0;
  for (CUpti_Activity* record = nullptr;
       next_record(api, version, buffer, valid, &record) == CUPTI_SUCCESS;) {
    ++count;
  }
  return count;
}

}  // namespace kvf::capture
