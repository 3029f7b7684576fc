// How large a block of the KV cache is; layout.h says what is where in it.
#pragma once

#include <cstdint>

#include "models/units.h"
#include "profiler/capture/attention/layout.h"

namespace kvf::capture {

struct BlockLayout {
  std::int32_t block_tokens = 16;
  std::int32_t head_dim = 128;
  Number number = Number::fp16;

  Bytes entry_bytes() const { return Bytes(size_of(number)).times(2).times(head_dim); }
  Bytes block_bytes() const { return entry_bytes().times(block_tokens); }
};

}  // namespace kvf::capture
