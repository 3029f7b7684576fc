// Memory snapshots of PyTorch (torch.cuda.memory._dump_snapshot): a pickle of the caching
// allocator's history and of its segments at the end.
#pragma once

#include "profiler/import/bytes.h"
#include "timeline/recording.h"

namespace kvf::traces {

// Throws ImportError.
Recording read_snapshot(ByteSource& source);

}  // namespace kvf::traces
