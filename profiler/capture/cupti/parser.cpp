#include "profiler/capture/cupti/parser.h"

#include <fmt/format.h>
#include <unistd.h>

#include <bit>

#include "profiler/capture/cupti/record_iterator.h"

namespace kvf::capture {
namespace {

using records::Number;

Number bits(std::uint64_t value) { return std::bit_cast<Number>(value); }

std::optional<Number> unless(std::uint64_t none, std::uint64_t value) {
  if (value == none) return {};
  return bits(value);
}

}  // namespace

Parser::Parser(const CuptiApi& api, std::uint32_t version, std::uint64_t origin)
    : api_(api), version_(version), origin_(origin), own_process_(getpid()) {}

void Parser::parse(std::uint8_t* buffer, std::size_t valid, records::Batch& rows) {
  if (valid == 0) return;  // CUPTI gives back what it did not use
  CUpti_Activity* record = nullptr;
  for (;;) {
    const CUptiResult status = next_record(api_, version_, buffer, valid, &record);
    if (status == CUPTI_ERROR_MAX_LIMIT_REACHED) return;
    if (status != CUPTI_SUCCESS) {
      ++(status == CUPTI_ERROR_INVALID_KIND ? counters.invalid : counters.iterator_errors);
      return;
    }
    const auto offset = static_cast<std::size_t>(reinterpret_cast<std::uint8_t*>(record) - buffer);
    if (!take(*record, valid - offset, rows)) {
      ++counters.invalid;
      return;
    }
    ++records;
  }
}

bool Parser::take(const CUpti_Activity& record, std::size_t room, records::Batch& rows) {
  const auto as = [&]<class Record>(const Record*) {
    if (room < sizeof(Record)) return false;
    take(reinterpret_cast<const Record&>(record), rows);
    return true;
  };
  switch (record.kind) {
    case CUPTI_ACTIVITY_KIND_MEMORY2:
      return as(static_cast<const MemoryRecord*>(nullptr));
    case CUPTI_ACTIVITY_KIND_MEMORY_POOL:
      return as(static_cast<const PoolRecord*>(nullptr));
    case CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL:
      return as(static_cast<const KernelRecord*>(nullptr));
    case CUPTI_ACTIVITY_KIND_MEMCPY: {
      if (!as(static_cast<const MemcpyRecord*>(nullptr))) return false;
#if CUPTI_API_VERSION >= 26
      if (version_ >= 26 && room >= sizeof(CUpti_ActivityMemcpy6)) {
        rows.copies.back().copy_count =
            bits(reinterpret_cast<const CUpti_ActivityMemcpy6&>(record).copyCount);
      }
#endif
      return true;
    }
    case CUPTI_ACTIVITY_KIND_MEMSET:
      return as(static_cast<const MemsetRecord*>(nullptr));
    case CUPTI_ACTIVITY_KIND_RUNTIME:
    case CUPTI_ACTIVITY_KIND_DRIVER:
      return as(static_cast<const ApiRecord*>(nullptr));
    case CUPTI_ACTIVITY_KIND_EXTERNAL_CORRELATION:
      return as(static_cast<const CorrelationRecord*>(nullptr));
    default:
      ++counters.unknown_kinds;
      ++unknown_kinds[static_cast<std::uint32_t>(record.kind)];
      return true;
  }
}

std::int64_t Parser::since_origin(std::uint64_t stamp) const {
  return stamp == 0 ? 0 : bits(stamp - origin_);
}

std::int64_t Parser::time_of(std::uint64_t stamp) {
  counters.zero_times += stamp == 0;
  return since_origin(stamp);
}

// Both 0: CUPTI had no room to keep the times of this kernel or copy.
std::pair<std::int64_t, std::int64_t> Parser::times_of(std::uint64_t start, std::uint64_t end) {
  if (start == 0 || end == 0) {
    ++counters.zero_times;
  } else {
    counters.reversed_times += end < start;
  }
  return {since_origin(start), since_origin(end)};
}

std::optional<std::int64_t> Parser::value_of(CuptiEnum what, std::uint32_t value) {
  const auto known = to_nsight(what, value);
  counters.unknown_values += !known;
  return known;
}

records::MemoryKind Parser::memory_kind(std::uint32_t value) {
  const auto known = value_of(CuptiEnum::memory_kind, value);
  return known ? static_cast<records::MemoryKind>(*known) : records::MemoryKind::unknown;
}

void Parser::take(const MemoryRecord& record, records::Batch& rows) {
  // What is neither allocation nor release cannot be told to anybody: it is only counted.
  const auto operation = value_of(CuptiEnum::memory_operation, record.memoryOperationType);
  if (!operation) return;
  records::MemoryUsage row;
  row.start = time_of(record.timestamp);
  row.global_pid = records::global_pid(record.processId);
  row.device = record.deviceId;
  row.context = record.contextId;
  row.address = bits(record.address);
  row.pc = bits(record.PC);
  row.bytes = bits(record.bytes);
  row.kind = memory_kind(record.memoryKind);
  row.operation = static_cast<records::MemoryOperation>(*operation);
  if (record.name != nullptr) row.name = record.name;
  row.correlation = record.correlationId;
  row.stream = unless(CUPTI_INVALID_STREAM_ID, record.streamId);
  const auto& pool = record.memoryPoolConfig;
  if (pool.memoryPoolType == CUPTI_ACTIVITY_MEMORY_POOL_TYPE_LOCAL) {
    row.pool_address = bits(pool.address);
    row.pool_release_threshold = bits(pool.releaseThreshold);
    row.pool_size = bits(pool.pool.size);
    row.pool_utilized = bits(pool.utilizedSize);
  } else if (pool.memoryPoolType == CUPTI_ACTIVITY_MEMORY_POOL_TYPE_IMPORTED) {
    row.imported_pool_address = bits(pool.address);
    row.imported_pool_process = bits(pool.pool.processId);
  }
  rows.memory.push_back(std::move(row));
}

void Parser::take(const PoolRecord& record, records::Batch& rows) {
  const auto operation = value_of(CuptiEnum::pool_operation, record.memoryPoolOperationType);
  const auto type = value_of(CuptiEnum::pool_type, record.memoryPoolType);
  if (!operation || !type) return;
  records::MemoryPool row;
  row.start = time_of(record.timestamp);
  row.global_pid = records::global_pid(record.processId);
  row.device = record.deviceId;
  row.address = bits(record.address);
  row.operation = *operation;
  row.type = *type;
  row.correlation = record.correlationId;
  if (record.memoryPoolOperationType == CUPTI_ACTIVITY_MEMORY_POOL_OPERATION_TYPE_TRIMMED) {
    row.min_bytes_to_keep = bits(record.minBytesToKeep);
  }
  if (record.memoryPoolType == CUPTI_ACTIVITY_MEMORY_POOL_TYPE_LOCAL) {
    row.release_threshold = bits(record.releaseThreshold);
    row.size = bits(record.size);
    row.utilized = bits(record.utilizedSize);
  }
  rows.pools.push_back(row);
}

void Parser::take(const KernelRecord& record, records::Batch& rows) {
  records::Kernel row;
  std::tie(row.start, row.end) = times_of(record.start, record.end);
  row.device = record.deviceId;
  row.context = record.contextId;
  row.stream = record.streamId;
  row.correlation = record.correlationId;
  row.global_pid = records::global_pid(own_process_);
  const KernelNames& names = names_of(record.name);
  row.demangled_name.text = names.demangled;
  row.short_name.text = names.short_name;
  row.mangled_name.text = names.mangled;
  row.launch_type = value_of(CuptiEnum::launch_type, record.launchType);
  row.cache_config = record.cacheConfig.config.executed;
  row.registers_per_thread = record.registersPerThread;
  row.grid_x = record.gridX;
  row.grid_y = record.gridY;
  row.grid_z = record.gridZ;
  row.block_x = record.blockX;
  row.block_y = record.blockY;
  row.block_z = record.blockZ;
  row.static_shared_memory = record.staticSharedMemory;
  row.dynamic_shared_memory = record.dynamicSharedMemory;
  row.local_memory_per_thread = record.localMemoryPerThread;
  // The older member has 32 bits, and newer libraries leave it empty.
  row.local_memory_total = record.localMemoryTotal_v2 != 0 ? bits(record.localMemoryTotal_v2)
                                                           : Number{record.localMemoryTotal};
  row.grid_id = record.gridId;
  row.shared_memory_executed = record.sharedMemoryExecuted;
  row.graph_node = unless(0, record.graphNodeId);
  row.graph = record.graphId;
  row.cluster_x = record.clusterX;
  row.cluster_y = record.clusterY;
  row.cluster_z = record.clusterZ;
  rows.kernels.push_back(std::move(row));
}

void Parser::take(const MemcpyRecord& record, records::Batch& rows) {
  records::Memcpy row;
  std::tie(row.start, row.end) = times_of(record.start, record.end);
  row.device = record.deviceId;
  row.context = record.contextId;
  row.stream = record.streamId;
  row.correlation = record.correlationId;
  row.global_pid = records::global_pid(own_process_);
  row.bytes = bits(record.bytes);
  row.copy_kind = value_of(CuptiEnum::copy_kind, record.copyKind).value_or(0);  // 0: unknown
  row.source_kind = memory_kind(record.srcKind);
  row.destination_kind = memory_kind(record.dstKind);
  row.graph_node = unless(0, record.graphNodeId);
  rows.copies.push_back(row);
}

void Parser::take(const MemsetRecord& record, records::Batch& rows) {
  records::Memset row;
  std::tie(row.start, row.end) = times_of(record.start, record.end);
  row.device = record.deviceId;
  row.context = record.contextId;
  row.stream = record.streamId;
  row.correlation = record.correlationId;
  row.global_pid = records::global_pid(own_process_);
  row.value = record.value;
  row.bytes = bits(record.bytes);
  row.kind = memory_kind(record.memoryKind);
  row.graph_node = unless(0, record.graphNodeId);
  rows.sets.push_back(row);
}

void Parser::take(const ApiRecord& record, records::Batch& rows) {
  const bool driver = record.kind == CUPTI_ACTIVITY_KIND_DRIVER;
  records::ApiCall row;
  std::tie(row.start, row.end) = times_of(record.start, record.end);
  row.event_class = driver ? records::CallClass::driver : records::CallClass::runtime;
  row.global_tid = records::global_tid(record.processId, record.threadId);
  row.correlation = record.correlationId;
  row.name.text =
      call_name(driver ? CUPTI_CB_DOMAIN_DRIVER_API : CUPTI_CB_DOMAIN_RUNTIME_API, record.cbid);
  row.return_value = record.returnValue;
  rows.calls.push_back(std::move(row));
}

void Parser::take(const CorrelationRecord& record, records::Batch& rows) {
  rows.correlations.push_back({static_cast<Number>(record.externalKind), bits(record.externalId),
                               Number{record.correlationId}});
}

const KernelNames& Parser::names_of(const char* mangled) {
  const std::string text = mangled != nullptr ? mangled : "";
  const auto known = kernel_names_.find(text);
  return known != kernel_names_.end()
             ? known->second
             : kernel_names_.emplace(text, kernel_names(text)).first->second;
}

const std::string& Parser::call_name(CUpti_CallbackDomain domain, std::uint32_t id) {
  std::string& name = call_names_[{static_cast<int>(domain), id}];
  if (!name.empty()) return name;
  const char* text = nullptr;
  const bool known = api_.get_callback_name(domain, id, &text) == CUPTI_SUCCESS && text != nullptr;
  name = known ? text : fmt::format("call {}", id);
  return name;
}

}  // namespace kvf::capture
