#include "profiler/capture/session/block_manager.h"

#include <stdexcept>
#include <utility>

namespace kvf::capture {

bool BlockManager::plants(Plant kind) {
  if (fault_.kind != kind || pass_ < fault_.pass) return false;
  fault_.kind = Plant::nothing;
  return true;
}

BlockEvent BlockManager::take(const BlockOwner& owner, Bytes bytes) {
  BlockEvent taken{true, pass_, owner, next_block_, allocator_.allocate(bytes).address, bytes};
  ++next_block_;
  log_(taken);
  return taken;
}

void BlockManager::give_back(BlockEvent block) {
  block.taken = false;
  block.pass = pass_;
  if (plants(Plant::leak)) return;
  if (plants(Plant::late_free)) {
    late_ = block;
    return;
  }
  free(block);
  if (!plants(Plant::double_free)) return;
  log_(block);
  try {
    allocator_.free(block.address);
  } catch (const std::invalid_argument&) {  // the allocator has seen it; the log has it twice
  }
}

void BlockManager::free(BlockEvent block) {
  block.pass = pass_;
  log_(block);
  allocator_.free(block.address);
}

void BlockManager::end_pass() {
  if (late_ && late_->pass < pass_) free(*std::exchange(late_, std::nullopt));
}

std::int64_t BlockTable::add_part(Bytes part) {
  const std::int64_t offset = bytes_.count();
  bytes_ += part;
  return offset;
}

void BlockTable::extend(std::int64_t first, std::int64_t end) {
  for (std::int64_t i = first / block_tokens_; i * block_tokens_ < end; ++i) {
    const auto block = static_cast<std::size_t>(i);
    if (block >= blocks_.size()) blocks_.resize(block + 1);
    if (blocks_[block]) continue;
    blocks_[block] = manager_.take(owner_, bytes_);
  }
}

void BlockTable::settle(const std::vector<char>& in_use) {
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    if (blocks_[i] && in_use[i] == 0) manager_.give_back(*std::exchange(blocks_[i], std::nullopt));
  }
}

}  // namespace kvf::capture
