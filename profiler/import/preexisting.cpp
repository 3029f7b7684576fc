#include "profiler/import/preexisting.h"

#include <iterator>

namespace kvf::traces {
namespace {

bool overlap(const AddressRange& a, const AddressRange& b) {
  return a.address < b.address ? b.address - a.address < a.bytes : a.address - b.address < b.bytes;
}

}  // namespace

Preexisting::Preexisting(const std::vector<Untraced>& blocks)
    : blocks_(blocks), possible_(blocks.size(), false) {
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const AddressRange& range = blocks[i].block;
    const auto next = open_.lower_bound(range.address);
    if (next != open_.end() && overlap(range, blocks[next->second].block)) continue;
    if (next != open_.begin() && overlap(range, blocks[std::prev(next)->second].block)) continue;
    open_.emplace_hint(next, range.address, i);
    possible_[i] = true;
  }
}

void Preexisting::taken(const AddressRange& range, std::size_t index) {
  auto entry = open_.lower_bound(range.address);
  if (entry != open_.begin() && overlap(blocks_[std::prev(entry)->second].block, range)) --entry;
  while (entry != open_.end() && overlap(blocks_[entry->second].block, range)) {
    // What was released before is decided: all that is put there later has a higher index.
    if (blocks_[entry->second].until > index) possible_[entry->second] = false;
    entry = open_.erase(entry);
  }
}

}  // namespace kvf::traces
