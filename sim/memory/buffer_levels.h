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
  LevelColumn cache;            // bytes, those that are there twice while they are copied included
  LevelColumn without_copies;   // the same had no tensor been there twice: of each, the larger one
  LevelColumn reserved;         // bytes of segments, or of whole granules
  std::int64_t peak_pass = 0;   // the first in which `cache` is greatest
  std::int64_t given_back = 0;  // times that the allocator had to empty itself to go on
  bool fits = true;             // in the room; if not, the figures are those without a limit
  // With a room: the smallest in which it works, the allocator giving back what it keeps, or up to
  // `needed_within` more than that: the search goes to the driver's granule, or as far as a long run
  // leaves time to play it again and again.
  Bytes needed, needed_within;
};

// `sequences` equal ones are one tensor each layer and part. Bytes are those of `schedule`'s shape.
// Throws std::invalid_argument for a static cache whose policy evicts, and for a nominal share.
BufferLevels buffer_levels(const Schedule& schedule, std::int64_t sequences, input::CacheKind cache,
                           const Below& below);

// The same level `cache` alone, of a long run in a small part of the time.
LevelColumn cache_level(const Schedule& schedule, std::int64_t sequences, input::CacheKind cache);

// One tensor of so many bytes, which lies there from the first pass to the last: what is reserved
// for it. 0 for none.
Bytes reserved_for(Bytes tensor, const Below& below);

// Throws std::invalid_argument if a static cache cannot hold what the schedule does.
void check_static(const Schedule& schedule);

}  // namespace kvf
