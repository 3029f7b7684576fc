// The entries of one KV head, in the slots of its block table: written, moved, given up. Which entries
// stay is for others to say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "profiler/capture/attention/block_layout.h"
#include "profiler/capture/attention/pass.h"
#include "profiler/capture/backends/device.h"
#include "profiler/capture/session/block_manager.h"

namespace kvf::capture {

class HeadSlots {
 public:
  // Table and device must outlive this.
  HeadSlots(BlockTable& table, BlockLayout layout, Device& device)
      : table_(&table),
        layout_(layout),
        device_(&device),
        offset_(table.add_part(layout.block_bytes())) {}

  // What each slot holds: a position, or kNoEntry where the entry is gone.
  std::span<const std::int32_t> positions() const { return positions_; }
  std::int64_t slots() const { return std::ssize(positions_); }
  std::int64_t entries() const;
  // The head's part of each block of its table; null where there is none.
  std::vector<std::byte*> blocks() const;
  // Sets the blocks that hold an entry.
  void mark(std::vector<char>& in_use) const;

  // Takes the blocks for so many more entries, as far as they are not there.
  void make_room(std::int64_t entries) { table_->extend(slots(), slots() + entries); }
  // Writes entries behind the last slot, for which there is room: `rows` of the sequence from
  // `position` on, then `appended` tokens that are no part of it. `content` has head_dim numbers for
  // each, which become its key and its value.
  void append(std::int64_t position, std::int64_t rows, std::int64_t appended,
              std::span<const std::byte> content);
  // Leaves the rows at these positions, which ascend, and the first `appended` of the tokens that were
  // appended. With compaction they lie side by side then.
  void leave(std::span<const std::int64_t> rows, std::int64_t appended, bool compaction);

 private:
  std::byte* number_at(std::int64_t slot, std::int64_t offset) const;
  void write(std::int64_t first, std::span<const std::byte> content);
  void move(std::int64_t from, std::int64_t to);

  BlockTable* table_;
  BlockLayout layout_;
  Device* device_;
  std::int64_t offset_;                  // of the head's part of a block, in bytes
  std::vector<std::int32_t> positions_;  // by slot
  std::vector<char> appended_;           // by slot: no row of the sequence
};

}  // namespace kvf::capture
