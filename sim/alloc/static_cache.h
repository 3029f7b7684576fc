// A cache whose tensors are allocated ahead: StaticCache of the transformers library, and
// DuoAttention's static one.
//
//   first call   +K(M) +V(M), layer by layer; of a layer that slides +K(W) +V(W) with W the smaller
//                of window and M; of a rule that allocates ahead (duo-static) what it reserves
//   step         nothing; where a window is full it is rolled: +K(W) +V(W) -K(W) -V(W)
//   rows that do not fit beside what a window keeps: attention sees a concatenation of both,
//                +K(past + rows) +V(past + rows), the end of which is copied into the tensors when
//                the layer has attended: -K -V
// M: generate() takes prompt + max_new_tokens - 1, for the last token is never fed. Decode passes of
// a Schedule are tokens that are fed, so that this is all its rows; and what never fails is refused.
// Source: transformers 5.23.0 by reading, 5.2.0 by running; duo-attention fe93c31. The concatenation is
// not made in the first call (the projected rows are all there is), and is counted there all the same.
#pragma once

#include "sim/alloc/cache_buffers.h"

namespace kvf {

// M of generate().
inline Tokens static_length(Tokens prompt, Tokens max_new_tokens) {
  return prompt + max_new_tokens - Tokens(1);
}

// Plays the schedule and releases the cache at the end. `length` is M. Throws std::invalid_argument
// if the sequence is longer, for a rule that evicts (a static cache cannot), and where only a
// nominal share of the heads streams.
BufferPeak static_buffers(const Schedule& schedule, Tokens length, const BufferSink& sink);
// The same, of which only the sums are told, pass by pass.
void static_held(const Schedule& schedule, Tokens length, const HeldSink& sink);

}  // namespace kvf
