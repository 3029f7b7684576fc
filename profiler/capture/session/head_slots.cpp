#include "profiler/capture/session/head_slots.h"

#include <algorithm>

namespace kvf::capture {

std::int64_t HeadSlots::entries() const {
  return slots() - std::count(positions_.begin(), positions_.end(), kNoEntry);
}

std::vector<std::byte*> HeadSlots::blocks() const {
  std::vector<std::byte*> blocks(table_->blocks());
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    std::byte* memory = table_->memory(i);
    blocks[i] = memory == nullptr ? nullptr : memory + offset_;
  }
  return blocks;
}

void HeadSlots::mark(std::vector<char>& in_use) const {
  const auto block = static_cast<std::size_t>(layout_.block_tokens);
  for (std::size_t slot = 0; slot < positions_.size(); ++slot) {
    if (positions_[slot] != kNoEntry) in_use[slot / block] = 1;
  }
}

// In the block of a slot, `offset` numbers behind the beginning of the head's part.
std::byte* HeadSlots::number_at(std::int64_t slot, std::int64_t offset) const {
  const auto block = static_cast<std::size_t>(slot / layout_.block_tokens);
  return table_->memory(block) + offset_ + size_of(layout_.number) * offset;
}

void HeadSlots::append(std::int64_t position, std::int64_t rows, std::int64_t appended,
                       std::span<const std::byte> content) {
  const std::int64_t first = slots();
  for (std::int64_t i = 0; i < rows + appended; ++i) {
    positions_.push_back(static_cast<std::int32_t>(position + i));
    appended_.push_back(i < rows ? 0 : 1);
  }
  write(first, content);
}

void HeadSlots::write(std::int64_t first, std::span<const std::byte> content) {
  const std::int64_t width = layout_.head_dim * size_of(layout_.number);
  const std::int64_t block = layout_.block_tokens;
  const std::int64_t end = first + std::ssize(content) / width;
  for (std::int64_t slot = first; slot < end;) {
    const std::int64_t in_block = slot % block;
    const std::int64_t some = std::min(end - slot, block - in_block);
    const std::byte* from = content.data() + (slot - first) * width;
    device_->upload(number_at(slot, key_offset(in_block, layout_.head_dim)), from,
                    Bytes(some * width));
    device_->upload(number_at(slot, value_offset(in_block, block, layout_.head_dim)), from,
                    Bytes(some * width));
    slot += some;
  }
}

void HeadSlots::move(std::int64_t from, std::int64_t to) {
  const std::int64_t block = layout_.block_tokens;
  const Bytes width(layout_.head_dim * size_of(layout_.number));
  const auto key = [&](std::int64_t slot) {
    return number_at(slot, key_offset(slot % block, layout_.head_dim));
  };
  const auto value = [&](std::int64_t slot) {
    return number_at(slot, value_offset(slot % block, block, layout_.head_dim));
  };
  device_->copy(key(to), key(from), width);
  device_->copy(value(to), value(from), width);
}

void HeadSlots::leave(std::span<const std::int64_t> rows, std::int64_t appended, bool compaction) {
  std::size_t next_row = 0;
  std::size_t end = 0;  // of the survivors, with compaction
  for (std::size_t slot = 0; slot < positions_.size(); ++slot) {
    const std::int32_t position = positions_[slot];
    if (position == kNoEntry) continue;
    bool stays = false;
    if (appended_[slot] != 0) {
      stays = appended-- > 0;
    } else if (next_row < rows.size() && rows[next_row] == position) {
      stays = true;
      ++next_row;
    }
    if (!compaction) {
      if (!stays) positions_[slot] = kNoEntry;
      continue;
    }
    if (!stays) continue;
    if (slot != end) {
      move(static_cast<std::int64_t>(slot), static_cast<std::int64_t>(end));
      positions_[end] = position;
      appended_[end] = appended_[slot];
    }
    ++end;
  }
  if (!compaction) return;
  positions_.resize(end);
  appended_.resize(end);
}

}  // namespace kvf::capture
