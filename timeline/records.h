// What a capture records, one struct a table: the columns, units and values of the Nsight Systems
// SQLite export where it has such a table, and tables of our own (KVF_*) where it has none.
//
// docs/records.md says of each column where it is from; records_columns.h names them. Times are
// nanoseconds from the start of the capture, sizes bytes. Where a column of the export may be NULL,
// so may the member. Unsigned 64-bit values (addresses, a threshold without end) keep their bits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kvf::records {

using Number = std::int64_t;

// A text that recurs. The column holds its id in the table StringIds.
struct SharedText {
  std::string text;
  friend bool operator==(const SharedText&, const SharedText&) = default;
};

// The export's names for processes and threads (its "Serialized GlobalId"): 24 bits each of process
// and thread, above them the machine, of which a capture has one.
constexpr Number global_pid(Number pid) { return (Number{1} << 48) | (pid << 24); }
constexpr Number global_tid(Number pid, Number tid) { return global_pid(pid) | tid; }

// ENUM_CUDA_DEV_MEM_EVENT_OPER
enum class MemoryOperation : Number { allocation = 0, deallocation = 1 };

// ENUM_CUDA_MEM_KIND
enum class MemoryKind : Number {
  pageable = 0,
  pinned = 1,
  device = 2,
  array = 3,
  managed = 4,
  device_static = 5,
  managed_static = 6,
  unknown = 7,
};

// CUDA_GPU_MEMORY_USAGE_EVENTS: one allocation or release; `bytes` is positive in both.
struct MemoryUsage {
  Number start = 0;
  Number global_pid = 0;
  Number device = 0;
  Number context = 0;
  Number address = 0;
  Number pc = 0;
  Number bytes = 0;
  MemoryKind kind = MemoryKind::unknown;
  MemoryOperation operation = MemoryOperation::allocation;
  std::optional<std::string> name;     // of a variable, where the memory has one
  std::optional<Number> correlation;   // of the call, in CUPTI_ACTIVITY_KIND_RUNTIME
  std::optional<Number> stream;        // nothing: not ordered by a stream
  std::optional<Number> pool_address;  // these four: of a pool of this process
  std::optional<Number> pool_release_threshold;
  std::optional<Number> pool_size;
  std::optional<Number> pool_utilized;
  std::optional<Number> imported_pool_address;  // these two: of another's
  std::optional<Number> imported_pool_process;
  friend bool operator==(const MemoryUsage&, const MemoryUsage&) = default;
};

// CUDA_GPU_MEMORY_POOL_EVENTS
struct MemoryPool {
  Number start = 0;
  Number global_pid = 0;
  Number device = 0;
  Number address = 0;
  Number operation = 0;  // ENUM_CUDA_MEMPOOL_OPER: 1 created, 2 destroyed, 3 trimmed
  Number type = 0;       // ENUM_CUDA_MEMPOOL_TYPE: 1 local, 2 imported
  std::optional<Number> correlation;
  std::optional<Number> min_bytes_to_keep;  // of a trim
  std::optional<Number> release_threshold;  // these three: of a local pool
  std::optional<Number> size;
  std::optional<Number> utilized;
  friend bool operator==(const MemoryPool&, const MemoryPool&) = default;
};

// CUPTI_ACTIVITY_KIND_KERNEL. start = end = 0: CUPTI had no room for the times.
struct Kernel {
  Number start = 0, end = 0;
  Number device = 0, context = 0, stream = 0;
  std::optional<Number> correlation;
  std::optional<Number> global_pid;
  SharedText demangled_name, short_name, mangled_name;
  std::optional<Number> launch_type;   // ENUM_CUDA_KERNEL_LAUNCH_TYPE
  std::optional<Number> cache_config;  // ENUM_CUDA_FUNC_CACHE_CONFIG
  Number registers_per_thread = 0;
  Number grid_x = 0, grid_y = 0, grid_z = 0;
  Number block_x = 0, block_y = 0, block_z = 0;
  Number static_shared_memory = 0, dynamic_shared_memory = 0;
  Number local_memory_per_thread = 0, local_memory_total = 0;
  Number grid_id = 0;
  std::optional<Number> shared_memory_executed;
  std::optional<Number> graph_node, graph;
  std::optional<Number> cluster_x, cluster_y, cluster_z;
  friend bool operator==(const Kernel&, const Kernel&) = default;
};

// CUPTI_ACTIVITY_KIND_MEMCPY
struct Memcpy {
  Number start = 0, end = 0;
  Number device = 0, context = 0, stream = 0;
  std::optional<Number> correlation;
  std::optional<Number> global_pid;
  Number bytes = 0;
  Number copy_kind = 0;  // ENUM_CUDA_MEMCPY_OPER: 1 host to device, 2 back, 8 device to device ...
  std::optional<MemoryKind> source_kind, destination_kind;
  std::optional<Number> copy_count;  // copies in this record; CUPTI of CUDA 12.8 and later
  std::optional<Number> graph_node;
  friend bool operator==(const Memcpy&, const Memcpy&) = default;
};

// CUPTI_ACTIVITY_KIND_MEMSET
struct Memset {
  Number start = 0, end = 0;
  Number device = 0, context = 0, stream = 0;
  std::optional<Number> correlation;
  std::optional<Number> global_pid;
  Number value = 0;
  Number bytes = 0;
  std::optional<Number> graph_node;
  std::optional<MemoryKind> kind;
  friend bool operator==(const Memset&, const Memset&) = default;
};

// ENUM_NSYS_EVENT_CLASS
enum class CallClass : Number { runtime = 0, driver = 1 };

// CUPTI_ACTIVITY_KIND_RUNTIME, which holds the calls of the driver too.
struct ApiCall {
  Number start = 0, end = 0;
  CallClass event_class = CallClass::runtime;
  std::optional<Number> global_tid;
  std::optional<Number> correlation;
  SharedText name;  // "cudaMalloc_v3020"
  Number return_value = 0;
  friend bool operator==(const ApiCall&, const ApiCall&) = default;
};

// NVTX_EVENTS: the program names what a thread does from start to end, a phase or a pass of it.
struct Range {
  Number start = 0;
  std::optional<Number> end;
  Number event_type = 59;          // NvtxPushPopRange
  std::optional<Number> range_id;  // KVF_RAW_EXTERNAL_CORRELATION.externalId
  std::string text;
  std::optional<Number> global_tid;
  friend bool operator==(const Range&, const Range&) = default;
};

// KVF_RAW_EXTERNAL_CORRELATION: a call was made within a range, the innermost of its thread.
struct ExternalCorrelation {
  Number kind = 0;  // CUPTI's CUpti_ExternalCorrelationKind
  Number id = 0;
  Number correlation = 0;
  friend bool operator==(const ExternalCorrelation&, const ExternalCorrelation&) = default;
};

// In the order of the life of a mapping.
enum class VmmOperation : Number {
  reserve_address = 0,
  create = 1,
  map = 2,
  set_access = 3,
  unmap = 4,
  release = 5,
  free_address = 6,
};

// KVF_VMM_EVENTS: a call of the driver's virtual memory management, when it returned. Physical
// memory is what lies between create and release.
struct VmmCall {
  Number start = 0;
  Number global_tid = 0;
  VmmOperation operation = VmmOperation::create;
  std::optional<Number> device;   // of create
  std::optional<Number> handle;   // of create, map and release
  std::optional<Number> address;  // of all but create and release
  std::optional<Number> offset;   // of map, in the physical memory
  std::optional<Number> bytes;    // of all but release
  Number return_value = 0;        // CUresult; 0: it was done
  std::optional<Number> correlation;
  friend bool operator==(const VmmCall&, const VmmCall&) = default;
};

// KVF_DEVICE_SAMPLES: what somebody said of the memory as a whole.
struct DeviceSample {
  Number time = 0;
  std::string device;  // "cuda:0", "host"
  Number used = 0;
  std::optional<Number> free, total;  // where known
  std::string source;                 // "cudaMemGetInfo", "smaps"
  friend bool operator==(const DeviceSample&, const DeviceSample&) = default;
};

// KVF_APPLICATION_EVENTS: what the program itself asked for. -1: does not apply.
struct ApplicationEvent {
  Number time = 0;
  MemoryOperation operation = MemoryOperation::allocation;
  std::string device;
  Number pass = -1;
  Number layer = -1;
  Number head_group = -1;
  Number sequence = -1;
  Number block = -1;
  Number address = 0;
  Number bytes = 0;
  friend bool operator==(const ApplicationEvent&, const ApplicationEvent&) = default;
};

// KVF_CAPTURE: what is to be known of the capture as a whole. A later value of a key replaces it.
struct CaptureFact {
  std::string key;
  std::string value;
  friend bool operator==(const CaptureFact&, const CaptureFact&) = default;
};

// What is written together.
struct Batch {
  std::vector<MemoryUsage> memory;
  std::vector<MemoryPool> pools;
  std::vector<Kernel> kernels;
  std::vector<Memcpy> copies;
  std::vector<Memset> sets;
  std::vector<ApiCall> calls;
  std::vector<Range> ranges;
  std::vector<ExternalCorrelation> correlations;
  std::vector<VmmCall> vmm;
  std::vector<DeviceSample> samples;
  std::vector<ApplicationEvent> application;
  std::vector<CaptureFact> facts;
  friend bool operator==(const Batch&, const Batch&) = default;
};

// Puts the rows of `more` behind those of `to`.
void append(Batch& to, Batch more);

}  // namespace kvf::records
