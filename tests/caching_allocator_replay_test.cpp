// The caching allocator against recorded ones: PyTorch's memory snapshots of real GPU runs.
//
// Fed with what a program asked for, the model must ask the driver for the same segments, and put
// every block where the recording has it. Addresses of segments are the driver's choice, so they
// are taken from the recording; where blocks go in them is not. Two kinds of recordings:
//   from the start      the allocator was empty; nothing is given but the requests
//   in the middle       segments existed. Where their blocks were is worked out backwards from the
//                       recorded end: free space is what no block covers
#include <algorithm>
#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/alloc/caching_allocator.h"
#include "tests/catch.h"
#include "tests/kineto_trace.h"

using namespace kvf;
namespace fs = std::filesystem;

namespace {

struct Event {
  std::string action;
  Address address = 0;
  Bytes bytes;
  std::int64_t stream = 0;
};

std::vector<Event> read_events(const fs::path& path) {
  std::ifstream file(path);
  std::vector<Event> events;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::string index, time, action, address, bytes, stream;
    std::getline(fields, index, ',');
    std::getline(fields, time, ',');
    std::getline(fields, action, ',');
    std::getline(fields, address, ',');
    std::getline(fields, bytes, ',');
    std::getline(fields, stream, ',');
    events.push_back({action, std::stoll(address), Bytes(std::stoll(bytes)), std::stoll(stream)});
  }
  return events;
}

struct Block {
  Bytes bytes;
  Bytes requested;
};

struct Segment {
  Address address = 0;
  Bytes bytes;
  std::int64_t stream = 0;
  CachingAllocator::Pool pool = CachingAllocator::Pool::small;
  std::map<Address, Block> used;

  bool covers(Address at) const { return at >= address && at < address + bytes.count(); }
  // With the free space between them.
  std::vector<CachingAllocator::KnownBlock> blocks() const {
    std::vector<CachingAllocator::KnownBlock> all;
    Address at = address;
    for (const auto& [start, block] : used) {
      if (start > at) all.push_back({Bytes(start - at), {}});
      all.push_back({block.bytes, block.requested});
      at = start + block.bytes.count();
    }
    if (at < address + bytes.count()) all.push_back({Bytes(address + bytes.count() - at), {}});
    return all;
  }
};

std::vector<Segment> read_segments(const fs::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  std::vector<Segment> segments;
  const boost::json::value parsed = boost::json::parse(text.str());
  for (const auto& value : parsed.as_array()) {
    const auto number = [](const boost::json::value& of, const char* key) {
      return of.at(key).to_number<std::int64_t>();
    };
    Segment segment{number(value, "address"),
                    Bytes(number(value, "total_size")),
                    number(value, "stream"),
                    value.at("segment_type").as_string() == "small" ? CachingAllocator::Pool::small
                                                                    : CachingAllocator::Pool::large,
                    {}};
    for (const auto& block : value.at("blocks").as_array()) {
      if (block.at("state").as_string() == "inactive") continue;
      segment.used[number(block, "address")] = {Bytes(number(block, "size")),
                                                Bytes(number(block, "requested_size"))};
    }
    segments.push_back(std::move(segment));
  }
  return segments;
}

// Undoes the events, last first: what was in use when the recording began.
void rewind(std::vector<Segment>& segments, const std::vector<Event>& events) {
  for (auto event = events.rbegin(); event != events.rend(); ++event) {
    for (Segment& segment : segments) {
      if (!segment.covers(event->address)) continue;
      if (event->action == "alloc") segment.used.erase(event->address);
      if (event->action == "free_completed") {
        segment.used[event->address] = {CachingAllocator::rounded(event->bytes), event->bytes};
      }
    }
  }
}

struct Replay {
  std::int64_t allocations = 0;
  std::int64_t misplaced = 0;  // of them, not where they were recorded
  std::vector<Bytes> want_segments, got_segments;
  Bytes peak_requested;
  Bytes reserved_at_end;
  Bytes recorded_reserved;
  std::int64_t wrong_blocks_at_end = 0;  // in use: another size than recorded
  Bytes allocated_at_end, recorded_allocated;
};

Replay replay(const fs::path& folder, const std::string& name) {
  const std::vector<Event> events = read_events(folder / (name + ".dev0.events.csv"));
  const std::vector<Segment> at_end = read_segments(folder / (name + ".segments.json"));
  Replay result;
  std::vector<Address> places;
  for (const Event& event : events) {
    if (event.action != "segment_alloc") continue;
    result.want_segments.push_back(event.bytes);
    places.push_back(event.address);
  }
  std::vector<Segment> at_start = at_end;
  std::erase_if(at_start, [&](const Segment& segment) {
    return std::find(places.begin(), places.end(), segment.address) != places.end();
  });
  rewind(at_start, events);

  std::size_t next_place = 0;
  DeviceMemory memory({Bytes(2 << 20), {}, [&](Bytes) {
                         // A segment too many lies where no recorded one is.
                         return next_place < places.size()
                                    ? places[next_place++]
                                    : static_cast<Address>(next_place++) << 40;
                       }});
  CachingAllocator allocator(memory, {}, [&](const CachingAllocator::SegmentEvent& event) {
    if (event.kind == CachingAllocator::SegmentEvent::Kind::alloc) {
      result.got_segments.push_back(event.bytes);
    }
  });
  std::map<Address, CachingAllocator::Handle> live;  // by recorded address
  for (const Segment& segment : at_start) {
    const auto blocks = segment.blocks();
    const auto handles =
        allocator.adopt(segment.pool, segment.stream, segment.address, segment.bytes, blocks);
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      if (blocks[i].requested > Bytes{}) live[allocator.address(handles[i])] = handles[i];
    }
  }
  const Bytes before = allocator.now().requested;
  for (const Event& event : events) {
    if (event.action == "alloc") {
      const auto handle = allocator.allocate(event.bytes, event.stream);
      ++result.allocations;
      result.misplaced += allocator.address(*handle) != event.address;
      live[event.address] = *handle;
    } else if (event.action == "free_requested") {
      allocator.request_free(live.at(event.address));
    } else if (event.action == "free_completed") {
      allocator.complete_free(live.at(event.address));
      live.erase(event.address);
    }
  }
  result.peak_requested = allocator.peak().requested - before;
  result.reserved_at_end = allocator.now().reserved;
  result.allocated_at_end = allocator.now().allocated;
  for (const Segment& segment : at_end) {
    result.recorded_reserved += segment.bytes;
    for (const auto& [address, block] : segment.used) {
      result.recorded_allocated += block.bytes;
      const auto found = live.find(address);
      result.wrong_blocks_at_end +=
          found == live.end() || allocator.block_bytes(found->second) != block.bytes;
    }
  }
  return result;
}

// The folder below `root` that holds the events of a recording.
fs::path folder_of(const std::string& name, const fs::path& root) {
  for (const auto& folder : fs::directory_iterator(root)) {
    if (fs::exists(folder.path() / (name + ".dev0.events.csv"))) return folder.path();
  }
  throw std::runtime_error("no recording " + name);
}

const char* reference_folder() { return std::getenv("KVF_REFERENCE_DATA"); }

}  // namespace

TEST_CASE("recorded allocators: the same segments, every block in its place", "[allocator]") {
  const char* folder = reference_folder();
  if (folder == nullptr) KVF_SKIP("KVF_REFERENCE_DATA does not name the reference files");
  struct Recording {
    const char* name;
    std::int64_t allocations;
    std::size_t segments;  // taken from the driver meanwhile
    std::int64_t peak;     // requested, over what was there before
  };
  for (const Recording& recording : {
           Recording{"mem_snapshot", 36, 9, 3'249'143'816},
           Recording{"memory_forward_bf16_128", 937, 0, 256'025'600},
           Recording{"memory_forward_fp32_128", 681, 0, 33'031'168},
           Recording{"medium_128_inference_memory_snapshot", 1280, 0, 35'651'584},
           Recording{"medium_256_inference_memory_snapshot", 1280, 0, 92'407'808},
           Recording{"head32_dmodel1024_mem_f", 22, 0, 2'491'549'700},
           Recording{"head32_dmodel4096_mem_f", 22, 0, 3'498'182'660},
           Recording{"head64_dmodel1024_mem_f", 22, 0, 4'647'421'956},
       }) {
    INFO(recording.name);
    const Replay result =
        replay(folder_of(recording.name, fs::path(folder) / "traces"), recording.name);
    CHECK(result.allocations == recording.allocations);
    CHECK(result.want_segments.size() == recording.segments);
    CHECK(result.got_segments == result.want_segments);
    CHECK(result.misplaced == 0);
    CHECK(result.peak_requested.count() == recording.peak);
    CHECK(result.reserved_at_end == result.recorded_reserved);
    CHECK(result.allocated_at_end == result.recorded_allocated);
    CHECK(result.wrong_blocks_at_end == 0);
  }
}

// A profiler's trace says how much was reserved, but not where; and it begins with a warm cache and
// weights in blocks that are not known. So the model starts empty, which a warm allocator never
// does: it must come close from below.
TEST_CASE("profiled runs: reserved over what was resident", "[allocator]") {
  const char* folder = reference_folder();
  if (folder == nullptr) KVF_SKIP("KVF_REFERENCE_DATA does not name the reference files");
  struct Recording {
    const char* path;
    std::int64_t events;
    std::int64_t predicted;  // reserved
    double of_recorded;      // share of the recorded reserved memory, resident memory included
    std::int64_t over;       // the most that is reserved over it, begun as warm as it was
  };
  for (const Recording& recording : {
           Recording{"qwen15-h100-prefill/Qwen_Qwen1.5-0.5B-Chat__1016005.json.gz", 2250,
                     1'541'406'720, 0.9606, 2'097'152},
           Recording{"bert-small-h100/gaunernst_bert-small-uncased__1016001.json.gz", 218,
                     25'165'824, 0.9580, 4'194'304},
       }) {
    INFO(recording.path);
    const auto trace =
        test::read_kineto_trace((fs::path(folder) / "traces" / recording.path).string(), 1);
    REQUIRE(trace.memory.size() == static_cast<std::size_t>(recording.events));
    DeviceMemory memory;
    CachingAllocator allocator(memory);
    std::map<Address, CachingAllocator::Handle> live;
    for (const test::TraceMemory& event : trace.memory) {
      if (event.bytes > 0) {
        live[event.address] = *allocator.allocate(Bytes(event.bytes));
      } else {
        allocator.free(live.at(event.address));
        live.erase(event.address);
      }
    }
    const test::TraceMemory& first = trace.memory.front();
    const std::int64_t resident = first.allocated - first.bytes;
    CHECK(allocator.now().allocated == Bytes{});
    CHECK(allocator.now().reserved.count() == recording.predicted);
    const double share =
        static_cast<double>(resident + recording.predicted) / static_cast<double>(first.reserved);
    CHECK(share == Approx(recording.of_recorded).margin(0.0001));

    // Begun as warm as the recording: what was reserved and not allocated is there to be reused. Then
    // no less is ever reserved than was recorded, and the gap is what small blocks take anew.
    DeviceMemory warm_memory;
    CachingAllocator warm(warm_memory);
    constexpr Address kBelow = 1;  // of all that the model hands out itself
    warm.adopt(CachingAllocator::Pool::large, 0, kBelow, Bytes(first.reserved),
               {{Bytes(resident), Bytes(resident)}, {Bytes(first.reserved - resident), Bytes{}}});
    std::int64_t most = 0;
    std::int64_t least = 0;
    for (const test::TraceMemory& event : trace.memory) {
      if (event.bytes > 0) {
        live[event.address] = *warm.allocate(Bytes(event.bytes));
      } else {
        warm.free(live.at(event.address));
        live.erase(event.address);
      }
      const std::int64_t over = warm.now().reserved.count() - event.reserved;
      most = std::max(most, over);
      least = std::min(least, over);
    }
    CHECK(least == 0);
    CHECK(most == recording.over);
  }
}
