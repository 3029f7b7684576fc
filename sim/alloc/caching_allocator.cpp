#include "sim/alloc/caching_allocator.h"

#include <algorithm>
#include <bit>
#include <stdexcept>
#include <utility>

#include "models/numeric.h"

namespace kvf {
namespace {

constexpr Bytes kSmallest{512};          // a block, and a piece split off in the small pool
constexpr Bytes kSmallRequest{1 << 20};  // at most: small pool; a piece of a large block is more
constexpr Bytes kSmallSegment{2 << 20};
constexpr Bytes kLargeSegment{20 << 20};  // of requests below ...
constexpr Bytes kOwnSegment{10 << 20};    // ... this one
constexpr Bytes kSegmentStep{2 << 20};

}  // namespace

CachingAllocator::CachingAllocator(DeviceMemory& memory, const Settings& settings, Sink sink)
    : memory_(memory), settings_(settings), sink_(std::move(sink)) {
  if (settings_.max_split_size <= kLargeSegment) {
    throw std::invalid_argument("max_split_size is more than 20 MiB");
  }
  const std::int64_t divisions = settings_.roundup_power2_divisions;
  if (divisions < 0 || (divisions & (divisions - 1)) != 0) {
    throw std::invalid_argument("roundup_power2_divisions is a power of two, or 0");
  }
}

Bytes CachingAllocator::rounded(Bytes bytes, const Settings& settings) {
  if (bytes < kSmallest) return kSmallest;
  const std::int64_t divisions = settings.roundup_power2_divisions;
  if (divisions > 0 && bytes > kSmallest.times(divisions)) {
    const auto power = std::bit_floor(static_cast<std::uint64_t>(bytes.count()));
    return round_up(bytes, Bytes(static_cast<std::int64_t>(power) / divisions));
  }
  return round_up(bytes, kSmallest);
}

CachingAllocator::Pool CachingAllocator::pool_of(Bytes rounded) {
  return rounded <= kSmallRequest ? Pool::small : Pool::large;
}

Bytes CachingAllocator::segment_bytes(Bytes rounded) {
  if (rounded <= kSmallRequest) return kSmallSegment;
  return rounded < kOwnSegment ? kLargeSegment : round_up(rounded, kSegmentStep);
}

std::optional<CachingAllocator::Handle> CachingAllocator::allocate(Bytes bytes,
                                                                   std::int64_t stream) {
  if (bytes <= Bytes{}) throw std::invalid_argument("an allocation has at least one byte");
  const Bytes size = rounded(bytes, settings_);
  const Pool pool = pool_of(size);
  std::uint32_t block = find_free(pool, stream, size);
  if (block == kNone) block = take_segment(pool, stream, size);
  if (block == kNone && give_back_oversized(pool, stream, size)) {
    block = take_segment(pool, stream, size);
  }
  if (block == kNone) {
    ++retries_;
    empty_cache();
    block = take_segment(pool, stream, size);
  }
  if (block == kNone) return std::nullopt;

  split(block, size);
  Record& taken = blocks_[block];
  taken.state = State::allocated;
  taken.requested = bytes;
  now_.requested += bytes;
  now_.allocated += taken.bytes;
  now_.active += taken.bytes;
  raise_peak();
  return Handle{block, taken.serial};
}

void CachingAllocator::request_free(Handle handle) {
  Record& block = blocks_[index_of(handle, State::allocated)];
  block.state = State::waiting;
  now_.allocated -= block.bytes;
}

void CachingAllocator::complete_free(Handle handle) {
  become_free(index_of(handle, State::waiting));
}

std::vector<CachingAllocator::Handle> CachingAllocator::adopt(
    Pool pool, std::int64_t stream, Address address, Bytes bytes,
    const std::vector<KnownBlock>& blocks) {
  Bytes sum;
  for (const KnownBlock& known : blocks) sum += known.bytes;
  if (sum != bytes) throw std::invalid_argument("the blocks are not as long as their segment");
  std::vector<Handle> handles;
  std::uint32_t before = kNone;
  for (const KnownBlock& known : blocks) {
    const std::uint32_t index = new_record();
    Record& block = blocks_[index];
    block.address = address;
    block.bytes = known.bytes;
    block.requested = known.requested;
    block.stream = stream;
    block.pool = pool;
    block.before = before;
    if (before != kNone) blocks_[before].after = index;
    before = index;
    address += known.bytes.count();
    handles.push_back({index, block.serial});
    if (known.requested == Bytes{}) {
      put_free(index);
      continue;
    }
    block.state = State::allocated;
    now_.requested += known.requested;
    now_.allocated += known.bytes;
    now_.active += known.bytes;
  }
  now_.reserved += bytes;
  memory_.add_existing(bytes);
  raise_peak();
  return handles;
}

const CachingAllocator::Record& CachingAllocator::record(Handle handle) const {
  if (handle.block >= blocks_.size() || blocks_[handle.block].serial != handle.serial) {
    throw std::logic_error("this block is not allocated any more");
  }
  return blocks_[handle.block];
}

std::uint32_t CachingAllocator::index_of(Handle handle, State expected) const {
  if (record(handle).state != expected) {
    throw std::logic_error(expected == State::allocated ? "this block is not allocated any more"
                                                        : "this block does not wait to be free");
  }
  return handle.block;
}

std::uint32_t CachingAllocator::new_record() {
  if (unused_.empty()) {
    blocks_.emplace_back();
    return static_cast<std::uint32_t>(blocks_.size() - 1);
  }
  const std::uint32_t index = unused_.back();
  unused_.pop_back();
  Record fresh;
  fresh.serial = blocks_[index].serial;
  blocks_[index] = fresh;
  return index;
}

// The best fit, taken out of the free blocks; kNone if there is none.
std::uint32_t CachingAllocator::find_free(Pool pool, std::int64_t stream, Bytes bytes) {
  FreeBlocks& free = free_blocks(pool, stream);
  const std::optional<FreeBlocks::Place> best = free.best_fit(bytes);
  if (!best) return kNone;
  const FreeBlocks::Block found = **best;
  const Bytes limit = settings_.max_split_size;
  if (bytes < limit && found.bytes >= limit) return kNone;
  if (bytes >= limit && found.bytes >= bytes + kLargeSegment) return kNone;
  free.take(*best);
  return found.index;
}

// A new segment as one block, not yet free; kNone if the driver has no room.
std::uint32_t CachingAllocator::take_segment(Pool pool, std::int64_t stream, Bytes bytes) {
  const Bytes size = segment_bytes(bytes);
  const std::optional<Address> address = memory_.allocate(size);
  if (!address) return kNone;
  const std::uint32_t index = new_record();
  Record& block = blocks_[index];
  block.address = *address;
  block.bytes = size;
  block.stream = stream;
  block.pool = pool;
  now_.reserved += size;
  if (sink_) sink_({SegmentEvent::Kind::alloc, *address, size, stream});
  return index;
}

// With max_split_size, the oversized free segments go first: the smallest that is enough, else the
// largest ones until they are enough.
bool CachingAllocator::give_back_oversized(Pool pool, std::int64_t stream, Bytes bytes) {
  if (settings_.max_split_size == Bytes::max()) return false;
  const FreeBlocks& free = free_blocks(pool, stream);
  const Bytes wanted = std::max(bytes, settings_.max_split_size);
  const std::optional<FreeBlocks::Place> enough = free.best_fit(wanted);
  if (enough && whole((*enough)->index)) {
    give_back((*enough)->index);
    return true;
  }
  Bytes given;
  const std::vector<std::uint32_t> by_size = free.indices();
  for (auto index = by_size.rbegin(); index != by_size.rend() && given < wanted; ++index) {
    const Bytes size = blocks_[*index].bytes;
    if (size < settings_.max_split_size) break;
    if (size >= wanted || !whole(*index)) continue;
    given += size;
    give_back(*index);
  }
  return given >= wanted;
}

void CachingAllocator::empty_cache() {
  for (std::uint32_t index = 0; index < blocks_.size(); ++index) {
    if (blocks_[index].state == State::waiting) become_free(index);
  }
  for (const auto* streams : {&large_, &small_}) {
    for (const auto& [stream, free] : *streams) {
      for (const std::uint32_t index : free.indices()) {
        if (whole(index)) give_back(index);
      }
    }
  }
}

// A segment that is one free block.
void CachingAllocator::give_back(std::uint32_t index) {
  Record& block = blocks_[index];
  free_blocks(block.pool, block.stream).take(block.place);
  memory_.free(block.bytes);
  now_.reserved -= block.bytes;
  if (sink_) sink_({SegmentEvent::Kind::free, block.address, block.bytes, block.stream});
  block.state = State::unused;
  ++block.serial;
  unused_.push_back(index);
}

// Cuts `block`, which is not free, to `bytes` if what is left is worth a block.
void CachingAllocator::split(std::uint32_t block, Bytes bytes) {
  const Bytes left = blocks_[block].bytes - bytes;
  const bool worth = blocks_[block].pool == Pool::small
                         ? left >= kSmallest
                         : bytes < settings_.max_split_size && left > kSmallRequest;
  if (!worth) return;
  const std::uint32_t index = new_record();
  Record& first = blocks_[block];
  Record& rest = blocks_[index];
  rest.address = first.address + bytes.count();
  rest.bytes = left;
  rest.stream = first.stream;
  rest.pool = first.pool;
  rest.before = block;
  rest.after = first.after;
  if (first.after != kNone) blocks_[first.after].before = index;
  first.after = index;
  first.bytes = bytes;
  put_free(index);
}

// Adds a free neighbour to `block`, which is not in the set of free blocks.
void CachingAllocator::merge(std::uint32_t block, std::uint32_t neighbour) {
  if (neighbour == kNone || blocks_[neighbour].state != State::free) return;
  Record& into = blocks_[block];
  Record& from = blocks_[neighbour];
  free_blocks(from.pool, from.stream).take(from.place);
  if (into.before == neighbour) {
    into.address = from.address;
    into.before = from.before;
    if (from.before != kNone) blocks_[from.before].after = block;
  } else {
    into.after = from.after;
    if (from.after != kNone) blocks_[from.after].before = block;
  }
  into.bytes += from.bytes;
  from.state = State::unused;
  ++from.serial;
  unused_.push_back(neighbour);
}

void CachingAllocator::put_free(std::uint32_t index) {
  Record& block = blocks_[index];
  block.state = State::free;
  block.place = free_blocks(block.pool, block.stream).insert({block.bytes, block.address, index});
}

void CachingAllocator::become_free(std::uint32_t index) {
  now_.active -= blocks_[index].bytes;
  now_.requested -= blocks_[index].requested;
  ++blocks_[index].serial;
  merge(index, blocks_[index].before);
  merge(index, blocks_[index].after);
  put_free(index);
}

void CachingAllocator::raise_peak() {
  peak_.requested = std::max(peak_.requested, now_.requested);
  peak_.allocated = std::max(peak_.allocated, now_.allocated);
  peak_.active = std::max(peak_.active, now_.active);
  peak_.reserved = std::max(peak_.reserved, now_.reserved);
}

}  // namespace kvf
