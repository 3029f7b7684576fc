// The KV cache of one sequence in blocks, as a program holds it: block tables, entries that come and
// go, survivors that move. It decides nothing: how many entries stay is the schedule's, which ones
// the scores'.
//
// What the tables share says what a block is: slots of one KV head, of all heads of a layer, or of all
// heads of all layers, head after head (attention/layout.h says how one head's slots lie).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "models/block_tables.h"
#include "models/schedule.h"
#include "profiler/capture/attention/block_layout.h"
#include "profiler/capture/attention/layout.h"
#include "profiler/capture/attention/pass.h"
#include "profiler/capture/backends/allocator.h"
#include "profiler/capture/backends/device.h"
#include "sim/alloc/lifespans.h"

namespace kvf::capture {

// Mistakes made on purpose, each once, at the first chance in or after a pass: so that a user, or a
// test, sees whether whoever watches a capture finds them.
enum class Plant : std::uint8_t { nothing, leak, double_free, late_free, keep_one_more };
inline constexpr std::array<std::string_view, 5> kPlantWords{"nothing", "leak", "double-free",
                                                             "late-free", "keep-one-more"};
struct PlantedFault {
  Plant kind = Plant::nothing;
  std::int64_t pass = 0;
};

// A block was taken or given back. What is shared by all layers is of layer -1.
struct BlockEvent {
  bool taken = true;
  std::int64_t pass = 0;
  std::int64_t layer = -1;
  std::int64_t head = -1;  // KV head of the layer, if the block is its own
  std::int64_t block = 0;  // from 0, in the order of taking; no number is used again
  const std::byte* address = nullptr;
  Bytes bytes;
};
using BlockLog = std::function<void(const BlockEvent&)>;

// Throws std::invalid_argument, with what is wrong, for a schedule that cannot be held so: a nominal
// share of heads, latents, keys of another width than values, heads of which only some are copied,
// tokens that are appended without compaction.
void check_capturable(const Schedule& schedule, const BlockTables& tables);

// Throws what the allocator throws, too; what was taken then is given back with the allocator.
class BlockCache {
 public:
  // All must outlive this. `log` hears of each block.
  BlockCache(const Schedule& schedule, const BlockTables& tables, BlockLayout layout,
             const ScoreModel& scores, Device& device, DeviceAllocator& allocator, BlockLog log,
             PlantedFault fault = {});
  ~BlockCache();

  // Layers that hold entries, in order: each is appended to, attends, evicts; then the next one.
  std::size_t layers() const;
  std::int64_t layer_number(std::size_t layer) const;
  std::size_t heads(std::size_t layer) const;  // KV heads, copies included
  HeadMask mask(std::size_t layer, std::size_t head) const;

  void begin_pass(const Pass& pass);
  // Takes blocks for the rows of the pass, and what is appended, and writes their keys and values:
  // of each row the first numbers of `content`, which has head_dim of them for each row and token
  // appended, in the layout's number.
  void append(std::size_t layer, std::span<const std::byte> content);
  void evict(std::size_t layer);
  void end_pass();
  // The sequence has ended: gives all blocks back.
  void release();

  // Of a head: what each slot holds, and the blocks of the slots. Valid until the next change.
  std::span<const std::int32_t> positions(std::size_t layer, std::size_t head) const;
  std::span<std::byte* const> blocks(std::size_t layer, std::size_t head) const;

  // Entries of all heads of the layer; those of copies count once.
  std::int64_t entries(std::size_t layer) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kvf::capture
