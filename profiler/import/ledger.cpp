#include "profiler/import/ledger.h"

#include <algorithm>
#include <limits>

#include "profiler/import/import_error.h"

namespace kvf::traces {
namespace {

// An event has an odd position and what happens between it and the last one the even before it, so
// that segments and events have one order.
std::size_t position(std::size_t event) { return 2 * event + 1; }

AddressRange range_of(const MemoryEvent& event) {
  return {event.address, static_cast<std::uint64_t>(event.bytes < 0 ? -event.bytes : event.bytes)};
}

std::vector<AddressRange> joined(std::vector<AddressRange> ranges) {
  std::sort(ranges.begin(), ranges.end(),
            [](const AddressRange& a, const AddressRange& b) { return a.address < b.address; });
  std::vector<AddressRange> result;
  for (const AddressRange& range : ranges) {
    if (!result.empty() && range.address - result.back().address <= result.back().bytes) {
      const std::uint64_t bytes = range.address - result.back().address + range.bytes;
      result.back().bytes = std::max(result.back().bytes, bytes);
    } else {
      result.push_back(range);
    }
  }
  return result;
}

}  // namespace

std::int64_t LiveBlocks::allocate(std::uint64_t address, std::int64_t bytes) {
  std::int64_t overlapped = 0;
  const auto overlaps = [](std::uint64_t low, std::int64_t low_bytes, std::uint64_t high) {
    return high - low < static_cast<std::uint64_t>(low_bytes);
  };
  auto next = blocks_.lower_bound(address);
  if (next != blocks_.begin()) {
    const auto before = std::prev(next);
    if (overlaps(before->first, before->second, address)) {
      blocks_.erase(before);
      ++overlapped;
    }
  }
  while (next != blocks_.end() && overlaps(address, bytes, next->first)) {
    next = blocks_.erase(next);
    ++overlapped;
  }
  blocks_.emplace_hint(next, address, bytes);
  return overlapped;
}

LiveBlocks::Release LiveBlocks::release(std::uint64_t address, std::int64_t bytes) {
  const auto found = blocks_.find(address);
  if (found == blocks_.end()) return Release::unknown;
  const bool same = found->second == bytes;
  blocks_.erase(found);
  return same ? Release::matched : Release::other_size;
}

Ledger::Ledger(std::string device, Beginning beginning) : beginning_(beginning) {
  result_.device = std::move(device);
}

void Ledger::add(const MemoryEvent& event, std::int64_t total) {
  entries_.push_back({event, total});
}

void Ledger::add_reserved(const MemorySample& sample) {
  auto& samples = result_.reserved;
  if (samples.empty() ? sample.bytes == 0 : samples.back().bytes == sample.bytes) return;
  samples.push_back(sample);
}

void Ledger::add_segment(const AddressRange& segment) {
  new_segments_.emplace_back(segment, 2 * entries_.size());
}

void Ledger::remove_segment(const AddressRange& segment) { gone_segments_.push_back(segment); }

void Ledger::set_end(std::vector<AddressRange> segments, std::vector<FinalBlock> blocks) {
  final_segments_ = std::move(segments);
  final_blocks_ = std::move(blocks);
}

std::int64_t Ledger::earliest() const {
  std::int64_t time = std::numeric_limits<std::int64_t>::max();
  for (const Entry& entry : entries_) time = std::min(time, entry.event.time_ns);
  for (const MemorySample& sample : result_.reserved) time = std::min(time, sample.time_ns);
  return time;
}

void Ledger::sort(RecordingCounters& counters) {
  std::int64_t latest = std::numeric_limits<std::int64_t>::min();
  std::int64_t late = 0;
  for (const Entry& entry : entries_) {
    if (entry.event.time_ns < latest) ++late;
    latest = std::max(latest, entry.event.time_ns);
  }
  counters.out_of_order += late;
  if (late > 0) {
    std::stable_sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
      return a.event.time_ns < b.event.time_ns;
    });
  }
  std::stable_sort(
      result_.reserved.begin(), result_.reserved.end(),
      [](const MemorySample& a, const MemorySample& b) { return a.time_ns < b.time_ns; });
}

void Ledger::check_totals(RecordingCounters& counters) {
  if (beginning_ != Beginning::from_totals || entries_.empty()) return;
  const Entry& first = entries_.front();
  result_.base_bytes = std::max(first.total - first.event.bytes, std::int64_t{0});
  std::int64_t before = result_.base_bytes;
  std::int64_t differ = 0;
  for (const Entry& entry : entries_) {
    if (before + entry.event.bytes != entry.total) ++differ;
    before = entry.total;
  }
  counters.total_mismatch += differ;
  totals_hold_ = differ == 0;
}

void Ledger::pair(LiveBlocks& live, RecordingCounters& counters) {
  std::int64_t sum = result_.base_bytes;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const MemoryEvent& event = entries_[i].event;
    if (__builtin_add_overflow(sum, event.bytes, &sum)) {
      throw ImportError("has more than 2^63 bytes on " + result_.device);
    }
    if (event.bytes > 0) {
      counters.double_allocation += live.allocate(event.address, event.bytes);
      continue;
    }
    const LiveBlocks::Release release = live.release(event.address, -event.bytes);
    if (release == LiveBlocks::Release::other_size) ++counters.unmatched_free;
    if (release == LiveBlocks::Release::unknown) {
      untraced_.push_back({range_of(event), position(i)});
    }
  }
}

// What was seen allocated and not released is there at the end, and in the same size.
void Ledger::check_end(const LiveBlocks& live, RecordingCounters& counters) {
  if (beginning_ != Beginning::from_segments) return;
  std::size_t found = 0;
  for (const FinalBlock& block : final_blocks_) {
    const auto traced = live.blocks().find(block.address);
    if (traced == live.blocks().end()) {
      untraced_.push_back(
          {{block.address, static_cast<std::uint64_t>(block.bytes.value_or(block.held_bytes))}});
      continue;
    }
    ++found;
    if (block.bytes && *block.bytes != traced->second) ++counters.total_mismatch;
  }
  const std::size_t live_blocks = live.blocks().size();
  if (live_blocks > found)
    counters.total_mismatch += static_cast<std::int64_t>(live_blocks - found);
}

bool Ledger::in_old_segment(const AddressRange& block) const {
  const auto after = std::upper_bound(
      final_segments_.begin(), final_segments_.end(), block.address,
      [](std::uint64_t address, const AddressRange& segment) { return address < segment.address; });
  if (after == final_segments_.begin()) return false;
  const AddressRange& segment = *std::prev(after);
  const std::uint64_t offset = block.address - segment.address;
  return offset < segment.bytes && block.bytes <= segment.bytes - offset;
}

// A release of an unknown block is good only if the block may have been there from the beginning.
void Ledger::judge_untraced(RecordingCounters& counters) {
  if (untraced_.empty()) return;
  Preexisting existed(untraced_);
  if (beginning_ != Beginning::unknown) {
    std::size_t segment = 0;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      for (; segment < new_segments_.size() && new_segments_[segment].second <= 2 * i; ++segment) {
        existed.taken(new_segments_[segment].first, new_segments_[segment].second);
      }
      const MemoryEvent& event = entries_[i].event;
      if (event.bytes > 0) existed.taken(range_of(event), position(i));
    }
    for (; segment < new_segments_.size(); ++segment) {
      existed.taken(new_segments_[segment].first, new_segments_[segment].second);
    }
  }

  // From here on they are the segments that were there at some time.
  final_segments_.insert(final_segments_.end(), gone_segments_.begin(), gone_segments_.end());
  final_segments_ = joined(std::move(final_segments_));
  std::uint64_t room = beginning_ == Beginning::from_totals && totals_hold_
                           ? static_cast<std::uint64_t>(result_.base_bytes)
                           : 0;
  for (std::size_t i = 0; i < untraced_.size(); ++i) {
    const Untraced& block = untraced_[i];
    const bool freed = block.until != Untraced::kNeverFreed;
    bool good = existed.possible()[i];
    if (beginning_ == Beginning::from_segments) {
      good = good && in_old_segment(block.block);
      if (good) {
        result_.untraced_bytes += static_cast<std::int64_t>(block.block.bytes);
        if (freed) {
          ++result_.untraced_frees;
          entries_[(block.until - 1) / 2].event.bytes = 0;  // left out by move_events()
        }
      }
    } else {
      good = good && block.block.bytes <= room;
      if (good) room -= block.block.bytes;
    }
    if (!good) ++(freed ? counters.unmatched_free : counters.total_mismatch);
  }
}

void Ledger::move_events(std::int64_t zero_ns) {
  result_.events.reserve(entries_.size() - static_cast<std::size_t>(result_.untraced_frees));
  for (; !entries_.empty(); entries_.pop_front()) {
    MemoryEvent event = entries_.front().event;
    if (event.bytes == 0) continue;
    event.time_ns -= zero_ns;
    result_.events.push_back(event);
  }
  for (MemorySample& sample : result_.reserved) sample.time_ns -= zero_ns;
}

DeviceRecording Ledger::finish(std::int64_t zero_ns, RecordingCounters& counters) {
  sort(counters);
  check_totals(counters);
  {
    LiveBlocks live;
    pair(live, counters);
    check_end(live, counters);
  }
  judge_untraced(counters);
  move_events(zero_ns);
  return std::move(result_);
}

}  // namespace kvf::traces
