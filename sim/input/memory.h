// What a scenario says of memory below the count of entries: `memory` and `scores`.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "models/batch.h"
#include "models/block_tables.h"
#include "sim/input/bind.h"
#include "sim/input/gpu.h"

namespace kvf::input {

// `memory: {blocks: ...}`: the cache is paged.
struct ScenarioBlocks {
  BlockTables tables;
  bool size_given = false;
  bool sweep = false;  // other sizes and tables too
  Position at;
};

// How a cache is kept: tensors that grow by concatenation, tensors that are allocated ahead, or
// blocks of a pool.
enum class CacheKind : std::uint8_t { contiguous, static_length, paged };
inline constexpr std::array<std::string_view, 3> kCacheWords{"contiguous", "static", "paged"};
constexpr std::string_view to_string(CacheKind kind) {
  return kCacheWords[static_cast<std::size_t>(kind)];
}
// What the cache allocates from: PyTorch's caching allocator, or the driver.
enum class AllocatorKind : std::uint8_t { caching, driver };
inline constexpr std::array<std::string_view, 2> kAllocatorWords{"caching", "driver"};

// `gpu`, `engine`, `tp`: where the cache lies, and beside what.
struct ScenarioGpu {
  Device device;
  Engine engine;
  std::int64_t ranks = 1;  // tensor parallel
  Position at;
  // Where they are written.
  std::optional<Position> engine_at{}, ranks_at{};
};

// `memory`: what is asked below entries.
struct ScenarioMemory {
  CacheKind cache = CacheKind::contiguous;
  std::optional<ScenarioBlocks> blocks{};  // if it is paged
  AllocatorKind allocator = AllocatorKind::caching;
  bool allocator_given = false;
  Bytes granularity{2 << 20};  // of the driver
  std::optional<ScenarioGpu> gpu{};
  Position at{};

  std::int64_t ranks() const { return gpu ? gpu->ranks : 1; }
  // Whether the cache lies in a pool that an engine has taken when it started.
  bool engine_pool() const { return cache == CacheKind::paged && gpu && !allocator_given; }
};

// `scores`: how synthetic scores are drawn. What is not given has its default.
struct ScenarioScores {
  std::optional<std::int64_t> seed;
  std::optional<std::int64_t> sinks;
  std::optional<double> half_life;
  std::optional<double> heavy_hitters;
};

// nullopt if it added a problem that leaves nothing.
std::optional<ScenarioMemory> read_memory(const Node& node, Problems& problems);
ScenarioScores read_synthetic_scores(const Node& node, Problems& problems);

// Throws PolicyError or std::invalid_argument, with what is wrong, if a run of these sequences cannot
// be kept so.
void check_memory(const ScenarioMemory& memory, std::span<const BatchMember> members);

}  // namespace kvf::input
