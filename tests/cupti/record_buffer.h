// Buffers as a CUPTI of some version fills them, byte by byte.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "profiler/capture/cupti/layout.h"

namespace kvf::test {

struct RecordBuffer {
  std::uint32_t version;  // CUPTI_API_VERSION
  std::vector<std::uint8_t> bytes;

  explicit RecordBuffer(std::uint32_t cupti_version) : version(cupti_version) {}

  // A record, as long as this version makes them. What the struct does not have is filled with a
  // pattern: nobody may read it.
  template <class Record>
  void add(const Record& record) {
    const std::size_t size = capture::record_size(static_cast<std::uint32_t>(record.kind), version);
    if (size == 0) throw std::logic_error("test: a kind of unknown size");
    const std::size_t begin = bytes.size();
    bytes.resize(begin + size, 0xa5);
    std::memcpy(bytes.data() + begin, &record, std::min(size, sizeof record));
  }
};

// Times in these are CUPTI's: what the collector subtracts is not yet subtracted.
inline capture::MemoryRecord memory_record(bool allocation, std::uint64_t address,
                                           std::uint64_t bytes, std::uint64_t time) {
  capture::MemoryRecord record{};
  record.kind = CUPTI_ACTIVITY_KIND_MEMORY2;
  record.memoryOperationType = allocation ? CUPTI_ACTIVITY_MEMORY_OPERATION_TYPE_ALLOCATION
                                          : CUPTI_ACTIVITY_MEMORY_OPERATION_TYPE_RELEASE;
  record.memoryKind = CUPTI_ACTIVITY_MEMORY_KIND_DEVICE;
  record.correlationId = 11;
  record.address = address;
  record.bytes = bytes;
  record.timestamp = time;
  record.PC = 0x4000;
  record.processId = 77;
  record.deviceId = 1;
  record.contextId = 2;
  record.streamId = CUPTI_INVALID_STREAM_ID;
  return record;
}

inline capture::PoolRecord pool_record(CUpti_ActivityMemoryPoolOperationType operation,
                                       std::uint64_t time) {
  capture::PoolRecord record{};
  record.kind = CUPTI_ACTIVITY_KIND_MEMORY_POOL;
  record.memoryPoolOperationType = operation;
  record.memoryPoolType = CUPTI_ACTIVITY_MEMORY_POOL_TYPE_LOCAL;
  record.correlationId = 12;
  record.processId = 77;
  record.deviceId = 1;
  record.minBytesToKeep = 4096;
  record.address = 0x9000;
  record.size = 1 << 20;
  record.releaseThreshold = ~std::uint64_t{0};
  record.timestamp = time;
  record.utilizedSize = 512;
  return record;
}

inline capture::KernelRecord kernel_record(const char* name, std::uint64_t start,
                                           std::uint64_t end) {
  capture::KernelRecord record{};
  record.kind = CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL;
  record.cacheConfig.config.requested = 1;
  record.cacheConfig.config.executed = 2;
  record.registersPerThread = 40;
  record.start = start;
  record.end = end;
  record.deviceId = 1;
  record.contextId = 2;
  record.streamId = 7;
  record.gridX = 3;
  record.gridY = 4;
  record.gridZ = 5;
  record.blockX = 128;
  record.blockY = 2;
  record.blockZ = 1;
  record.staticSharedMemory = 100;
  record.dynamicSharedMemory = 200;
  record.localMemoryPerThread = 16;
  record.localMemoryTotal = 300;
  record.correlationId = 13;
  record.gridId = 9;
  record.name = name;
  record.launchType = 0;
  record.sharedMemoryExecuted = 16384;
  record.clusterX = 1;
  record.clusterY = 1;
  record.clusterZ = 1;
  return record;
}

inline capture::MemcpyRecord memcpy_record(std::uint64_t bytes, std::uint64_t start,
                                           std::uint64_t end) {
  capture::MemcpyRecord record{};
  record.kind = CUPTI_ACTIVITY_KIND_MEMCPY;
  record.copyKind = CUPTI_ACTIVITY_MEMCPY_KIND_HTOD;
  record.srcKind = CUPTI_ACTIVITY_MEMORY_KIND_PINNED;
  record.dstKind = CUPTI_ACTIVITY_MEMORY_KIND_DEVICE;
  record.bytes = bytes;
  record.start = start;
  record.end = end;
  record.deviceId = 1;
  record.contextId = 2;
  record.streamId = 7;
  record.correlationId = 14;
  record.graphNodeId = 0;
  return record;
}

inline capture::MemsetRecord memset_record(std::uint64_t bytes, std::uint64_t start,
                                           std::uint64_t end) {
  capture::MemsetRecord record{};
  record.kind = CUPTI_ACTIVITY_KIND_MEMSET;
  record.value = 0xff;
  record.bytes = bytes;
  record.start = start;
  record.end = end;
  record.deviceId = 1;
  record.contextId = 2;
  record.streamId = 7;
  record.correlationId = 15;
  record.memoryKind = CUPTI_ACTIVITY_MEMORY_KIND_DEVICE;
  record.graphNodeId = 21;
  return record;
}

inline capture::ApiRecord api_record(CUpti_ActivityKind kind, CUpti_CallbackId id,
                                     std::uint32_t correlation, std::uint64_t start,
                                     std::uint64_t end) {
  capture::ApiRecord record{};
  record.kind = kind;
  record.cbid = id;
  record.start = start;
  record.end = end;
  record.processId = 77;
  record.threadId = 78;
  record.correlationId = correlation;
  record.returnValue = 2;
  return record;
}

inline capture::CorrelationRecord correlation_record(std::uint64_t id, std::uint32_t correlation) {
  capture::CorrelationRecord record{};
  record.kind = CUPTI_ACTIVITY_KIND_EXTERNAL_CORRELATION;
  record.externalKind = CUPTI_EXTERNAL_CORRELATION_KIND_CUSTOM0;
  record.externalId = id;
  record.correlationId = correlation;
  return record;
}

}  // namespace kvf::test
