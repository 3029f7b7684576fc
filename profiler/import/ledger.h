// The book of one device: every check that a recording must pass is here, for all formats.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory_resource>
#include <optional>
#include <string>
#include <vector>

#include "profiler/import/preexisting.h"
#include "timeline/recording.h"

namespace kvf::traces {

// What is allocated now, by address.
class LiveBlocks {
 public:
  // How many blocks were there already. They are taken for released.
  std::int64_t allocate(std::uint64_t address, std::int64_t bytes);

  enum class Release { matched, other_size, unknown };
  Release release(std::uint64_t address, std::int64_t bytes);

  const auto& blocks() const { return blocks_; }

 private:
  // Nodes side by side: a recording may have millions of blocks.
  std::pmr::unsynchronized_pool_resource memory_;
  std::pmr::map<std::uint64_t, std::int64_t> blocks_{&memory_};
};

// A block that the format says is there when the recording ends.
struct FinalBlock {
  std::uint64_t address = 0;
  std::optional<std::int64_t> bytes;  // as events count them, where the format tells
  std::int64_t held_bytes = 0;        // what it takes
};

// How a format tells what was there when the recording began.
enum class Beginning {
  unknown,        // it does not: a release of an unknown block has lost its allocation
  from_totals,    // by the running total of each event
  from_segments,  // by the segments, and by the blocks that are there at the end
};

class Ledger {
 public:
  Ledger(std::string device, Beginning beginning);

  // In the order of the recording. `total` is what the recording says is allocated afterwards; only
  // for Beginning::from_totals. No event has 0 bytes.
  void add(const MemoryEvent& event, std::int64_t total = 0);
  void add_reserved(const MemorySample& sample);  // those that repeat the last one are left out

  // For Beginning::from_segments. A segment that is made or goes, where the events are now; and
  // what is there at the end.
  void add_segment(const AddressRange& segment);
  void remove_segment(const AddressRange& segment);
  void set_end(std::vector<AddressRange> segments, std::vector<FinalBlock> blocks);

  std::int64_t earliest() const;  // time; the highest number if there is nothing

  // Sorts, checks, counts what is wrong, and moves times by -zero. Throws ImportError if more than
  // 2^63 bytes would be allocated. To be called once.
  DeviceRecording finish(std::int64_t zero_ns, RecordingCounters& counters);

 private:
  struct Entry {
    MemoryEvent event;
    std::int64_t total;
  };

  void sort(RecordingCounters& counters);
  void check_totals(RecordingCounters& counters);
  void pair(LiveBlocks& live, RecordingCounters& counters);
  void check_end(const LiveBlocks& live, RecordingCounters& counters);
  void judge_untraced(RecordingCounters& counters);
  bool in_old_segment(const AddressRange& block) const;
  void move_events(std::int64_t zero_ns);

  Beginning beginning_;
  std::deque<Entry> entries_;  // no copies of it while it grows, and none when it is emptied
  bool totals_hold_ = true;
  std::vector<Untraced> untraced_;
  std::vector<std::pair<AddressRange, std::size_t>> new_segments_;
  std::vector<AddressRange> gone_segments_;
  std::vector<AddressRange> final_segments_;
  std::vector<FinalBlock> final_blocks_;
  DeviceRecording result_;
};

}  // namespace kvf::traces
