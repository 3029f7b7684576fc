// The records that are read: always as the structs of CUPTI 11.8, which newer headers still have.
// Newer structs only append to them; this file has the compiler check that.
#pragma once

#include <cupti.h>

#include <cstddef>

#include "profiler/capture/cupti/record_size.h"

namespace kvf::capture {

using MemoryRecord = CUpti_ActivityMemory3;
using PoolRecord = CUpti_ActivityMemoryPool2;
using KernelRecord = CUpti_ActivityKernel8;
using MemcpyRecord = CUpti_ActivityMemcpy5;
using MemsetRecord = CUpti_ActivityMemset4;
using ApiRecord = CUpti_ActivityAPI;
using CorrelationRecord = CUpti_ActivityExternalCorrelation;

static_assert(sizeof(MemoryRecord) == 120 && sizeof(PoolRecord) == 72);
static_assert(sizeof(KernelRecord) == 200 && sizeof(MemcpyRecord) == 88);
static_assert(sizeof(MemsetRecord) == 88 && sizeof(ApiRecord) == 40);
static_assert(sizeof(CorrelationRecord) == 24);

// The newest struct of these headers, which a library of the same version fills.
#if CUPTI_API_VERSION >= 24
using NewestMemory = CUpti_ActivityMemory4;
#else
using NewestMemory = CUpti_ActivityMemory3;
#endif
#if CUPTI_API_VERSION >= 130000
using NewestPool = CUpti_ActivityMemoryPool3;
#else
using NewestPool = CUpti_ActivityMemoryPool2;
#endif
#if CUPTI_API_VERSION >= 130400
using NewestKernel = CUpti_ActivityKernel13;
using NewestMemcpy = CUpti_ActivityMemcpy7;
using NewestMemset = CUpti_ActivityMemset5;
#else
using NewestMemset = CUpti_ActivityMemset4;
#if CUPTI_API_VERSION >= 26
using NewestMemcpy = CUpti_ActivityMemcpy6;
#else
using NewestMemcpy = CUpti_ActivityMemcpy5;
#endif
#if CUPTI_API_VERSION >= 130300
using NewestKernel = CUpti_ActivityKernel12;
#elif CUPTI_API_VERSION >= 130100
using NewestKernel = CUpti_ActivityKernel11;
#elif CUPTI_API_VERSION >= 130000
using NewestKernel = CUpti_ActivityKernel10;
#elif CUPTI_API_VERSION >= 20 || CUDA_VERSION >= 12000
using NewestKernel = CUpti_ActivityKernel9;
#else
using NewestKernel = CUpti_ActivityKernel8;
#endif
#endif

static_assert(sizeof(NewestMemory) == record_size(CUPTI_ACTIVITY_KIND_MEMORY2, CUPTI_API_VERSION));
static_assert(sizeof(NewestPool) ==
              record_size(CUPTI_ACTIVITY_KIND_MEMORY_POOL, CUPTI_API_VERSION));
static_assert(sizeof(NewestMemcpy) == record_size(CUPTI_ACTIVITY_KIND_MEMCPY, CUPTI_API_VERSION));
static_assert(sizeof(NewestMemset) == record_size(CUPTI_ACTIVITY_KIND_MEMSET, CUPTI_API_VERSION));
static_assert(CUPTI_API_VERSION < 20 ||
              sizeof(NewestKernel) ==
                  record_size(CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL, CUPTI_API_VERSION));

#define KVF_SAME_PLACE(newest, read, member) \
  static_assert(offsetof(newest, member) == offsetof(read, member))
KVF_SAME_PLACE(NewestMemory, MemoryRecord, memoryOperationType);
KVF_SAME_PLACE(NewestMemory, MemoryRecord, memoryKind);
KVF_SAME_PLACE(NewestMemory, MemoryRecord, correlationId);
KVF_SAME_PLACE(NewestMemory, MemoryRecord, address);
KVF_SAME_PLACE(NewestMemory, MemoryRecord, bytes);
KVF_SAME_PLACE(NewestMemory, MemoryRecord, timestamp);
KVF_SAME_PLACE(NewestMemory, MemoryRecord, PC);
KVF_SAME_PLACE(NewestMemory, MemoryRecord, processId);
KVF_SAME_PLACE(NewestMemory, MemoryRecord, deviceId);
KVF_SAME_PLACE(NewestMemory, MemoryRecord, contextId);
KVF_SAME_PLACE(NewestMemory, MemoryRecord, streamId);
KVF_SAME_PLACE(NewestMemory, MemoryRecord, name);
KVF_SAME_PLACE(NewestMemory, MemoryRecord, memoryPoolConfig.memoryPoolType);
KVF_SAME_PLACE(NewestMemory, MemoryRecord, memoryPoolConfig.address);
KVF_SAME_PLACE(NewestMemory, MemoryRecord, memoryPoolConfig.releaseThreshold);
KVF_SAME_PLACE(NewestMemory, MemoryRecord, memoryPoolConfig.pool);
KVF_SAME_PLACE(NewestMemory, MemoryRecord, memoryPoolConfig.utilizedSize);
KVF_SAME_PLACE(NewestPool, PoolRecord, memoryPoolOperationType);
KVF_SAME_PLACE(NewestPool, PoolRecord, memoryPoolType);
KVF_SAME_PLACE(NewestPool, PoolRecord, correlationId);
KVF_SAME_PLACE(NewestPool, PoolRecord, processId);
KVF_SAME_PLACE(NewestPool, PoolRecord, deviceId);
KVF_SAME_PLACE(NewestPool, PoolRecord, minBytesToKeep);
KVF_SAME_PLACE(NewestPool, PoolRecord, address);
KVF_SAME_PLACE(NewestPool, PoolRecord, size);
KVF_SAME_PLACE(NewestPool, PoolRecord, releaseThreshold);
KVF_SAME_PLACE(NewestPool, PoolRecord, timestamp);
KVF_SAME_PLACE(NewestPool, PoolRecord, utilizedSize);
KVF_SAME_PLACE(NewestKernel, KernelRecord, cacheConfig);
KVF_SAME_PLACE(NewestKernel, KernelRecord, registersPerThread);
KVF_SAME_PLACE(NewestKernel, KernelRecord, start);
KVF_SAME_PLACE(NewestKernel, KernelRecord, end);
KVF_SAME_PLACE(NewestKernel, KernelRecord, deviceId);
KVF_SAME_PLACE(NewestKernel, KernelRecord, contextId);
KVF_SAME_PLACE(NewestKernel, KernelRecord, streamId);
KVF_SAME_PLACE(NewestKernel, KernelRecord, gridX);
KVF_SAME_PLACE(NewestKernel, KernelRecord, blockZ);
KVF_SAME_PLACE(NewestKernel, KernelRecord, staticSharedMemory);
KVF_SAME_PLACE(NewestKernel, KernelRecord, dynamicSharedMemory);
KVF_SAME_PLACE(NewestKernel, KernelRecord, localMemoryPerThread);
KVF_SAME_PLACE(NewestKernel, KernelRecord, localMemoryTotal);
KVF_SAME_PLACE(NewestKernel, KernelRecord, correlationId);
KVF_SAME_PLACE(NewestKernel, KernelRecord, gridId);
KVF_SAME_PLACE(NewestKernel, KernelRecord, name);
KVF_SAME_PLACE(NewestKernel, KernelRecord, launchType);
KVF_SAME_PLACE(NewestKernel, KernelRecord, sharedMemoryExecuted);
KVF_SAME_PLACE(NewestKernel, KernelRecord, graphNodeId);
KVF_SAME_PLACE(NewestKernel, KernelRecord, graphId);
KVF_SAME_PLACE(NewestKernel, KernelRecord, clusterX);
KVF_SAME_PLACE(NewestKernel, KernelRecord, clusterZ);
KVF_SAME_PLACE(NewestKernel, KernelRecord, localMemoryTotal_v2);
KVF_SAME_PLACE(NewestMemcpy, MemcpyRecord, copyKind);
KVF_SAME_PLACE(NewestMemcpy, MemcpyRecord, srcKind);
KVF_SAME_PLACE(NewestMemcpy, MemcpyRecord, dstKind);
KVF_SAME_PLACE(NewestMemcpy, MemcpyRecord, bytes);
KVF_SAME_PLACE(NewestMemcpy, MemcpyRecord, start);
KVF_SAME_PLACE(NewestMemcpy, MemcpyRecord, end);
KVF_SAME_PLACE(NewestMemcpy, MemcpyRecord, deviceId);
KVF_SAME_PLACE(NewestMemcpy, MemcpyRecord, streamId);
KVF_SAME_PLACE(NewestMemcpy, MemcpyRecord, correlationId);
KVF_SAME_PLACE(NewestMemcpy, MemcpyRecord, graphNodeId);
KVF_SAME_PLACE(NewestMemset, MemsetRecord, value);
KVF_SAME_PLACE(NewestMemset, MemsetRecord, bytes);
KVF_SAME_PLACE(NewestMemset, MemsetRecord, start);
KVF_SAME_PLACE(NewestMemset, MemsetRecord, end);
KVF_SAME_PLACE(NewestMemset, MemsetRecord, deviceId);
KVF_SAME_PLACE(NewestMemset, MemsetRecord, correlationId);
KVF_SAME_PLACE(NewestMemset, MemsetRecord, memoryKind);
KVF_SAME_PLACE(NewestMemset, MemsetRecord, graphNodeId);
#undef KVF_SAME_PLACE

}  // namespace kvf::capture
