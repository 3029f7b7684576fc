// A capture: the passes of a schedule, really computed, with blocks that are really allocated. Sequences
// of a batch start together; who has prefilled waits until the last one has, then all decode in
// lock step; who has ended is released before the next pass.
//
//   Schedule --+-> BlockCache -> BlockManager -> DeviceAllocator   every block: asked for, given back
//              +-> Attention -> Device                             every layer of every pass attends
//
// Three ledgers come of it, which are kept apart: what the program asked for (the log of its blocks),
// what whoever watches it saw (CUPTI; without a GPU the calls that reach the backend), and what the
// system says of the memory as a whole.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/batch.h"
#include "profiler/capture/backends/device.h"
#include "profiler/capture/session/block_cache.h"
#include "profiler/capture/session/recorder.h"
#include "sim/alloc/score_model.h"
#include "timeline/recording.h"
#include "timeline/timeline.h"

namespace kvf::capture {

struct SessionOptions {
  std::string backend;  // a name of Device::backends(); empty: its first
  BlockTables tables;
  ScoreModel scores;
  PlantedFault fault;
  std::optional<Bytes> capacity;  // of the cache; without it the device decides
  std::function<void(double share)> progress;
};

struct PassTime {  // on the recorder's clock
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

struct Captured {
  // By pass: `total` entries, `held` their bytes; of the log `blocks`, `cache` their bytes, and of each
  // layer with blocks of its own `layer N`; `allocator` the bytes that the backend gave out for
  // them; `resident` what the system's figure grew by, after each pass. Over time: `live`, the bytes
  // of the log, and the clock `passes`.
  Timeline timeline;
  RecordingCounters counters;   // of the log
  std::vector<PassTime> times;  // of the passes
  std::string device;           // "host", "cuda:0"
  std::string backend;
};

// Keys and values are numbers of the cache's dtype: fp32, fp16 or bf16. Throws what
// check_capturable() throws, and std::invalid_argument for another dtype, where there is no pass, and
// for a fault that had no chance in any pass; DeviceError, OutOfMemory.
// `recorder` hears of each pass as a range "prefill N" or "decode N", of blocks as application
// events, of samples after each pass, and on the host of the backend's calls as memory events.
Captured run_session(std::span<const BatchMember> members, const SessionOptions& options,
                     Device& device, Recorder& recorder);

}  // namespace kvf::capture
