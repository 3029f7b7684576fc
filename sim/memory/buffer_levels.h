// Levels 3 and 4 of memory by pass, of a cache of tensors: what they take, and what an allocator
// reserves for them.
#pragma once

#include <optional>

#include "models/schedule.h"
#include "sim/input/memory.h"
#include "sim/memory/level_column.h"

namespace kvf {

// Where tensors lie.
struct Below {
  input::AllocatorKind allocator = input::AllocatorKind::caching;
  Bytes granularity{2 << 20};   // of the driver
  std::optional<Bytes> room{};  // of the GPU, beside everything else; without it, memory never ends
};

struct BufferLevels {
  LevelColumn tensors;          // bytes, those that are there twice while they are copied included
  LevelColumn settled;          // the same had no tensor been there twice: of each, the larger one
  LevelColumn reserved;         // bytes of segments, or of whole granules
  std::int64_t peak_pass = 0;   // the first in which `tensors` is greatest
  std::int64_t given_back = 0;  // times that the allocator had to empty itself to go on
  bool fits = true;             // in the room; if not, the figures are those without a limit
};

// `sequences` equal ones are one tensor each layer and part. Bytes are those of `schedule`'s shape.
// Throws std::invalid_argument for a static cache whose policy evicts, and for a nominal share.
BufferLevels buffer_levels(const Schedule& schedule, std::int64_t sequences, input::CacheKind cache,
                           const Below& below);

// One tensor of so many bytes, which lies there from the first pass to the last: what is reserved
// for it. 0 for none.
Bytes reserved_for(Bytes tensor, const Below& below);

// Throws std::invalid_argument if a static cache cannot hold what the schedule does.
void check_static(const Schedule& schedule);

}  // namespace kvf
