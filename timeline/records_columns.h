// The tables of records.h: name, columns in their order, and what each column holds.
#pragma once

#include <string_view>

#include "timeline/records.h"

namespace kvf::records {

// Visits all tables of a batch: visit(rows).
template <class AnyBatch, class Visit>
void each_table(AnyBatch&& batch, Visit&& visit) {
  visit(batch.memory);
  visit(batch.pools);
  visit(batch.kernels);
  visit(batch.copies);
  visit(batch.sets);
  visit(batch.calls);
  visit(batch.ranges);
  visit(batch.correlations);
  visit(batch.vmm);
  visit(batch.samples);
  visit(batch.application);
  visit(batch.facts);
}

constexpr std::string_view table(const MemoryUsage&) { return "CUDA_GPU_MEMORY_USAGE_EVENTS"; }
constexpr std::string_view table(const MemoryPool&) { return "CUDA_GPU_MEMORY_POOL_EVENTS"; }
constexpr std::string_view table(const Kernel&) { return "CUPTI_ACTIVITY_KIND_KERNEL"; }
constexpr std::string_view table(const Memcpy&) { return "CUPTI_ACTIVITY_KIND_MEMCPY"; }
constexpr std::string_view table(const Memset&) { return "CUPTI_ACTIVITY_KIND_MEMSET"; }
constexpr std::string_view table(const ApiCall&) { return "CUPTI_ACTIVITY_KIND_RUNTIME"; }
constexpr std::string_view table(const Range&) { return "NVTX_EVENTS"; }
constexpr std::string_view table(const ExternalCorrelation&) {
  return "KVF_RAW_EXTERNAL_CORRELATION";
}
constexpr std::string_view table(const VmmCall&) { return "KVF_VMM_EVENTS"; }
constexpr std::string_view table(const DeviceSample&) { return "KVF_DEVICE_SAMPLES"; }
constexpr std::string_view table(const ApplicationEvent&) { return "KVF_APPLICATION_EVENTS"; }
constexpr std::string_view table(const CaptureFact&) { return "KVF_CAPTURE"; }

// visit(name, member) for each column. Const in, const out.
template <class Visit>
void columns(Visit&& visit, const MemoryUsage& row) {
  visit("start", row.start);
  visit("globalPid", row.global_pid);
  visit("deviceId", row.device);
  visit("contextId", row.context);
  visit("address", row.address);
  visit("pc", row.pc);
  visit("bytes", row.bytes);
  visit("memKind", row.kind);
  visit("memoryOperationType", row.operation);
  visit("name", row.name);
  visit("correlationId", row.correlation);
  visit("streamId", row.stream);
  visit("localMemoryPoolAddress", row.pool_address);
  visit("localMemoryPoolReleaseThreshold", row.pool_release_threshold);
  visit("localMemoryPoolSize", row.pool_size);
  visit("localMemoryPoolUtilizedSize", row.pool_utilized);
  visit("importedMemoryPoolAddress", row.imported_pool_address);
  visit("importedMemoryPoolProcessId", row.imported_pool_process);
}

template <class Visit>
void columns(Visit&& visit, const MemoryPool& row) {
  visit("start", row.start);
  visit("globalPid", row.global_pid);
  visit("deviceId", row.device);
  visit("address", row.address);
  visit("operationType", row.operation);
  visit("poolType", row.type);
  visit("correlationId", row.correlation);
  visit("minBytesToKeep", row.min_bytes_to_keep);
  visit("localMemoryPoolReleaseThreshold", row.release_threshold);
  visit("localMemoryPoolSize", row.size);
  visit("localMemoryPoolUtilizedSize", row.utilized);
}

// What kernels, copies and sets begin with.
template <class Visit, class Activity>
void activity_columns(Visit&& visit, const Activity& row) {
  visit("start", row.start);
  visit("end", row.end);
  visit("deviceId", row.device);
  visit("contextId", row.context);
  visit("streamId", row.stream);
  visit("correlationId", row.correlation);
  visit("globalPid", row.global_pid);
}

template <class Visit>
void columns(Visit&& visit, const Kernel& row) {
  activity_columns(visit, row);
  visit("demangledName", row.demangled_name);
  visit("shortName", row.short_name);
  visit("mangledName", row.mangled_name);
  visit("launchType", row.launch_type);
  visit("cacheConfig", row.cache_config);
  visit("registersPerThread", row.registers_per_thread);
  visit("gridX", row.grid_x);
  visit("gridY", row.grid_y);
  visit("gridZ", row.grid_z);
  visit("blockX", row.block_x);
  visit("blockY", row.block_y);
  visit("blockZ", row.block_z);
  visit("staticSharedMemory", row.static_shared_memory);
  visit("dynamicSharedMemory", row.dynamic_shared_memory);
  visit("localMemoryPerThread", row.local_memory_per_thread);
  visit("localMemoryTotal", row.local_memory_total);
  visit("gridId", row.grid_id);
  visit("sharedMemoryExecuted", row.shared_memory_executed);
  visit("graphNodeId", row.graph_node);
  visit("graphId", row.graph);
  visit("clusterX", row.cluster_x);
  visit("clusterY", row.cluster_y);
  visit("clusterZ", row.cluster_z);
}

template <class Visit>
void columns(Visit&& visit, const Memcpy& row) {
  activity_columns(visit, row);
  visit("bytes", row.bytes);
  visit("copyKind", row.copy_kind);
  visit("srcKind", row.source_kind);
  visit("dstKind", row.destination_kind);
  visit("graphNodeId", row.graph_node);
  visit("copyCount", row.copy_count);
}

template <class Visit>
void columns(Visit&& visit, const Memset& row) {
  activity_columns(visit, row);
  visit("value", row.value);
  visit("bytes", row.bytes);
  visit("graphNodeId", row.graph_node);
  visit("memKind", row.kind);
}

template <class Visit>
void columns(Visit&& visit, const ApiCall& row) {
  visit("start", row.start);
  visit("end", row.end);
  visit("eventClass", row.event_class);
  visit("globalTid", row.global_tid);
  visit("correlationId", row.correlation);
  visit("nameId", row.name);
  visit("returnValue", row.return_value);
}

template <class Visit>
void columns(Visit&& visit, const Range& row) {
  visit("start", row.start);
  visit("end", row.end);
  visit("eventType", row.event_type);
  visit("rangeId", row.range_id);
  visit("text", row.text);
  visit("globalTid", row.global_tid);
  visit("textId", std::optional<Number>());  // of registered strings, which these are not
  visit("domainId", Number{0});
}

template <class Visit>
void columns(Visit&& visit, const ExternalCorrelation& row) {
  visit("externalKind", row.kind);
  visit("externalId", row.id);
  visit("correlationId", row.correlation);
}

template <class Visit>
void columns(Visit&& visit, const VmmCall& row) {
  visit("start", row.start);
  visit("globalTid", row.global_tid);
  visit("operation", row.operation);
  visit("deviceId", row.device);
  visit("handle", row.handle);
  visit("address", row.address);
  visit("offset", row.offset);
  visit("bytes", row.bytes);
  visit("returnValue", row.return_value);
  visit("correlationId", row.correlation);
}

template <class Visit>
void columns(Visit&& visit, const DeviceSample& row) {
  visit("time", row.time);
  visit("device", row.device);
  visit("usedBytes", row.used);
  visit("freeBytes", row.free);
  visit("totalBytes", row.total);
  visit("source", row.source);
}

template <class Visit>
void columns(Visit&& visit, const ApplicationEvent& row) {
  visit("time", row.time);
  visit("operation", row.operation);
  visit("device", row.device);
  visit("pass", row.pass);
  visit("layer", row.layer);
  visit("headGroup", row.head_group);
  visit("sequence", row.sequence);
  visit("block", row.block);
  visit("address", row.address);
  visit("bytes", row.bytes);
}

template <class Visit>
void columns(Visit&& visit, const CaptureFact& row) {
  visit("key", row.key);
  visit("value", row.value);
}

}  // namespace kvf::records
