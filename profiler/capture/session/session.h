// A capture: the passes of a schedule, really computed, with blocks that are really allocated.
//
//   Schedule --+-> BlockCache -> DeviceAllocator      every block is asked for, and given back
//              +-> AttentionPass -> Device            every layer of every pass attends
//
// Three ledgers come of it, which are kept apart: what the program asked for (the log of its blocks),
// what whoever watches it saw (CUPTI; without a GPU the calls that reach the backend), and what the
// system says of the memory as a whole.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "models/schedule.h"
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

struct Captured {
  // By pass: `total` entries, `held` their bytes; of the log `blocks`, `cache` their bytes, and of each
  // layer with blocks of its own `layer N`; `allocator` the bytes that the backend gave out for
  // them; `resident` what the system's figure grew by, after each pass. Over time: `live`, the bytes
  // of the log, and the clock `passes`.
  Timeline timeline;
  RecordingCounters counters;  // of the log
  std::string device;          // "host", "cuda:0"
  std::string backend;
};

// Keys and values are numbers of the cache's dtype: fp32, fp16 or bf16. Throws what
// check_capturable() throws, and std::invalid_argument for another dtype; DeviceError, OutOfMemory. `recorder` hears of each pass as a
// range "prefill N" or "decode N", of blocks as application events, of samples after each pass, and on
// the host of the backend's calls as memory events.
Captured run_session(const Schedule& schedule, const SessionOptions& options, Device& device,
                     Recorder& recorder);

}  // namespace kvf::capture
