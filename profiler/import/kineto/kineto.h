// Traces of PyTorch's profiler: Chrome's trace format, written by Kineto.
#pragma once

#include "profiler/import/bytes.h"
#include "profiler/import/read_recording.h"

namespace kvf::traces {

// Reads a trace in one go, keeping only its memory events and annotations: an object with
// traceEvents, or the list of events alone. Throws ImportError.
Recording read_kineto(ByteSource& source, const ReadOptions& options);

}  // namespace kvf::traces
