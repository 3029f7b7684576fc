// A family's tensors written down -> the tensors of one model.
//
// Words, with a blank between:
//   NAME[DIMENSION,...]   a tensor
//   &NAME[...]            a buffer: in a checkpoint, but no parameter
//   PREFIX{ ... }         the prefix of all names inside; the outermost one with N. is the layers'
//   @PART                 a part that families share
// each with *COUNT and then ?CONDITION after it, of a group right after the brace.
#pragma once

#include <string_view>

#include "models/weights.h"
#include "sim/input/weights/symbols.h"

namespace kvf::input {

// Appends runs and buffers. Throws ExpressionError.
void read_tensors(std::string_view text, Symbols& symbols, LlmWeights& weights);

}  // namespace kvf::input
