// A cache of one key and one value tensor a layer (or group of heads), which grow by concatenation:
// DynamicCache of the transformers library, and kvpress on it.
//
//   first call      +K +V
//   step            +K' -K +V' -V: of one layer, one of the two tensors is there twice at a time
//   layer that      first call +K +V, of which the last window - 1 entries are kept as a view; then
//   slides          +K' +V' -K -V: both are there twice
//   eviction        +K" +V" -K' -V': the whole and what is kept of it, both tensors, together, when
//                   the layer has attended and before the next one begins
// Masked entries stay where they are. A tensor of no entries has no buffer. Only the cache's own
// tensors: what attention or the scores of an eviction take meanwhile is not of the cache.
// Source: transformers 5.2.0 and kvpress 0.5.5, torch 2.11.0, memory events of real runs.
#pragma once

#include "sim/alloc/cache_buffers.h"

namespace kvf {

// Plays the schedule, layer by layer in each pass, and releases the cache at the end. Throws
// std::invalid_argument where only a nominal share of the heads streams: no tensor holds that.
BufferPeak contiguous_buffers(const Schedule& schedule, const BufferSink& sink);
// The same, of which only the sums are told, pass by pass: many times as fast.
void contiguous_held(const Schedule& schedule, const HeldSink& sink);

}  // namespace kvf
