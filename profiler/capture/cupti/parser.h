// Reads the buffers that CUPTI fills: records become rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "profiler/capture/cupti/api.h"
#include "profiler/capture/cupti/kernel_names.h"
#include "profiler/capture/cupti/layout.h"
#include "profiler/capture/cupti/nsight_values.h"
#include "timeline/records.h"

namespace kvf::capture {

class Parser {
 public:
  // `version`: of the library, by cuptiGetVersion. `origin`: the time that rows count from.
  Parser(const CuptiApi& api, std::uint32_t version, std::uint64_t origin);

  void parse(std::uint8_t* buffer, std::size_t valid, records::Batch& rows);

  std::int64_t records = 0;  // all that were read
  CollectorCounters counters;
  std::map<std::uint32_t, std::int64_t> unknown_kinds;  // how many of each

 private:
  // False: the record does not fit into the `room` that is left of the buffer.
  bool take(const CUpti_Activity& record, std::size_t room, records::Batch& rows);
  void take(const MemoryRecord& record, records::Batch& rows);
  void take(const PoolRecord& record, records::Batch& rows);
  void take(const KernelRecord& record, records::Batch& rows);
  void take(const MemcpyRecord& record, records::Batch& rows);
  void take(const MemsetRecord& record, records::Batch& rows);
  void take(const ApiRecord& record, records::Batch& rows);
  void take(const CorrelationRecord& record, records::Batch& rows);

  std::int64_t since_origin(std::uint64_t stamp) const;
  std::int64_t time_of(std::uint64_t stamp);
  std::pair<std::int64_t, std::int64_t> times_of(std::uint64_t start, std::uint64_t end);
  records::MemoryKind memory_kind(std::uint32_t value);
  std::optional<std::int64_t> value_of(CuptiEnum what, std::uint32_t value);
  const KernelNames& names_of(const char* mangled);
  const std::string& call_name(CUpti_CallbackDomain domain, std::uint32_t id);

  const CuptiApi& api_;
  std::uint32_t version_;
  std::uint64_t origin_;
  std::int64_t own_process_;
  std::unordered_map<std::string, KernelNames> kernel_names_;
  std::map<std::pair<int, std::uint32_t>, std::string> call_names_;
};

}  // namespace kvf::capture
