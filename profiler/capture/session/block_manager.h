// Blocks of a capture: taken from an allocator and given back, each told to a log.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "profiler/capture/backends/allocator.h"

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

// Whose a block is; -1 where several share it.
struct BlockOwner {
  std::int64_t sequence = 0;
  std::int64_t layer = -1;
  std::int64_t head = -1;  // KV head of the layer
};

// A block was taken or given back.
struct BlockEvent {
  bool taken = true;
  std::int64_t pass = 0;
  BlockOwner owner;
  std::int64_t block = 0;  // from 0, in the order of taking; no number is used again
  std::byte* address = nullptr;
  Bytes bytes;
};
using BlockLog = std::function<void(const BlockEvent&)>;

// Throws what the allocator throws, too; what was taken then is given back with the allocator.
class BlockManager {
 public:
  // Both must outlive this.
  BlockManager(DeviceAllocator& allocator, BlockLog log, PlantedFault fault = {})
      : allocator_(allocator), log_(std::move(log)), fault_(fault) {}

  void begin_pass(std::int64_t pass) { pass_ = pass; }
  void end_pass();

  // The event of taking it, which is what giving it back wants.
  BlockEvent take(const BlockOwner& owner, Bytes bytes);
  void give_back(BlockEvent block);

  // Whether to make the mistake now; then it has been made.
  bool plants(Plant kind);
  // Whether there is none, or it has been made.
  bool has_planted() const { return fault_.kind == Plant::nothing; }

 private:
  void free(BlockEvent block);

  DeviceAllocator& allocator_;
  BlockLog log_;
  PlantedFault fault_;
  std::int64_t pass_ = 0;
  std::int64_t next_block_ = 0;
  std::optional<BlockEvent> late_;  // that was to be given back
};

// The blocks of one table: slot s lies in block s / block_tokens. Heads that share the table have a
// part of each block.
class BlockTable {
 public:
  BlockTable(BlockManager& manager, const BlockOwner& owner, std::int64_t block_tokens)
      : manager_(manager), owner_(owner), block_tokens_(block_tokens) {}

  // To be called before any block is taken: where the part of one more head begins in each of them.
  std::int64_t add_part(Bytes part);

  // Takes the blocks of slots [first, end) that are not there.
  void extend(std::int64_t first, std::int64_t end);
  // Gives back those that hold nothing: `in_use` by block.
  void settle(const std::vector<char>& in_use);
  void release() { settle(std::vector<char>(blocks_.size())); }

  std::size_t blocks() const { return blocks_.size(); }
  // Null where there is none.
  std::byte* memory(std::size_t block) const {
    return blocks_[block] ? blocks_[block]->address : nullptr;
  }

 private:
  BlockManager& manager_;
  BlockOwner owner_;
  std::int64_t block_tokens_;
  Bytes bytes_;  // of a block
  std::vector<std::optional<BlockEvent>> blocks_;
};

}  // namespace kvf::capture
