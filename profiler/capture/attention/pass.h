// What one launch computes: one pass of one sequence through the attention of one layer.
//
// Each KV head has a block table, positions and a mask of its own, for policies evict by head. A
// table that all heads share is the case of equal lists. The rows' own entries are in the blocks
// already (a layer appends, attends, evicts), so that causality is a comparison of positions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "profiler/capture/attention/layout.h"

namespace kvf::capture {

// The position of a slot whose entry is gone, or that has none yet.
inline constexpr std::int32_t kNoEntry = -1;
inline constexpr std::int32_t kNoWindow = std::numeric_limits<std::int32_t>::max();

// Which entries a row may see: the first `sinks` positions, and of the others the last `window`,
// its own among them. By default all.
struct HeadMask {
  std::int32_t sinks = 0;
  std::int32_t window = kNoWindow;
};

KVF_HOST_DEVICE constexpr bool sees(HeadMask mask, std::int32_t row, std::int32_t entry) {
  return entry >= 0 && entry <= row && (entry < mask.sinks || row - entry < mask.window);
}

struct HeadTable {
  const std::byte* const* blocks = nullptr;  // slot s is in blocks[s / block_tokens]
  const std::int32_t* positions = nullptr;   // of the entry in each slot, in any order; or kNoEntry
  std::int32_t slots = 0;                    // looked at; the last block need not be full
  HeadMask mask = {};
};

// All pointers are of the memory of the device that computes.
struct AttentionPass {
  Number number = Number::fp32;
  const void* query = nullptr;       // [rows][query_heads][head_dim]
  void* output = nullptr;            // the same; 0 for a row that sees no entry
  const HeadTable* heads = nullptr;  // [kv_heads]
  std::int32_t rows = 1;
  std::int32_t first_position = 0;  // of row 0; the others follow
  std::int32_t query_heads = 1;     // a multiple of kv_heads: head h reads KV head h / ratio
  std::int32_t kv_heads = 1;
  std::int32_t head_dim = 128;
  std::int32_t block_tokens = 16;
  float scale = 1;  // of the scores; 1 / sqrt(head_dim) in most models
};

inline constexpr std::int32_t kMostPositions = 1 << 30;  // positions and slots are below
inline constexpr std::int32_t kWidestHead = 1024;

// Throws std::invalid_argument that names what is wrong. Looks at no memory of a device.
void check(const AttentionPass& pass);

}  // namespace kvf::capture
