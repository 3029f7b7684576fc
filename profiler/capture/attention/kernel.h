// The attention kernel on a GPU. Only where the project was built with CUDA.
#pragma once

#include "profiler/capture/attention/pass.h"

namespace kvf::capture {

// Starts the kernel on `stream` (a cudaStream_t) and does not wait. The cudaError_t of the launch,
// 0 when it was taken. `pass` is one that check() takes.
int launch_attention(const AttentionPass& pass, void* stream);

}  // namespace kvf::capture
