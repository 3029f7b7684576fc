// Exports of Nsight Systems (SQLite), and run files, which keep captured records in the same tables.
#pragma once

#include <filesystem>

#include "timeline/recording.h"

namespace kvf::traces {

// Reads CUDA_GPU_MEMORY_USAGE_EVENTS and NVTX_EVENTS. A database without the first table, which
// Nsight only writes if there is something in it, gives a recording without devices. Throws
// ImportError.
Recording read_nsight(const std::filesystem::path& file);

}  // namespace kvf::traces
