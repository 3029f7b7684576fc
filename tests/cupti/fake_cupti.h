// A double of CUPTI: its functions, of which the records' iterator can be the real library's.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "profiler/capture/cupti/api.h"
#include "tests/cupti/record_buffer.h"

namespace kvf::test {

// The iterator of the toolkit's library and its version; or why it cannot be had here.
struct RealIterator {
  decltype(&cuptiActivityGetNextRecord) next = nullptr;
  std::uint32_t version = 0;
  std::string why_not;
};
const RealIterator& real_iterator();

// What a test runs over: an iterator and the version of the records.
struct Iterator {
  decltype(&cuptiActivityGetNextRecord) next = nullptr;  // null: the collector's own
  std::uint32_t version = 0;
};
// The own one for versions with all different sizes, and the real one where it can be had.
std::vector<Iterator> iterators();

// One at a time; while it lives, the functions of api() are its. Members may be used by several
// threads, but for what is set before.
class FakeCupti {
 public:
  explicit FakeCupti(Iterator iterator = {nullptr, 130001});
  ~FakeCupti();
  FakeCupti(const FakeCupti&) = delete;
  FakeCupti& operator=(const FakeCupti&) = delete;

  capture::CuptiApi api() const;
  RecordBuffer buffer() const { return RecordBuffer(iterator_.version); }

  // What deliver() does in two steps. No buffer: complains.
  struct Asked {
    std::uint8_t* buffer;
    std::size_t size;
  };
  Asked ask();
  void hand_back(Asked asked, const RecordBuffer& records);
  // As CUPTI does it, in the calling thread: gets a buffer, fills it and hands it back.
  void deliver(const RecordBuffer& records);
  // In a thread of its own, which has ended when this returns.
  void deliver_elsewhere(const RecordBuffer& records);
  // Handed over by the next flush: of any kind, or only by a forced one.
  void keep_for_flush(const RecordBuffer& records, bool forced);
  void drop(std::size_t records) { dropped_ += records; }
  void call_back(CUpti_CallbackDomain domain, CUpti_CallbackId id, const void* data);

  std::map<std::string, CUptiResult> failures;  // by the call as it is logged

  std::vector<std::string> calls() const;       // the log: "enable 49", "flush 1" ...
  std::set<int> enabled() const;                // kinds
  std::vector<std::string> complaints() const;  // of what a client may not do

 private:
  friend struct FakeFunctions;
  CUptiResult log(const std::string& call);
  void complain(const std::string& text);

  Iterator iterator_;
  std::atomic<std::size_t> dropped_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> calls_, complaints_;
  std::set<int> enabled_;
  std::set<std::pair<int, std::uint32_t>> watched_;
  std::vector<RecordBuffer> kept_, kept_for_forced_;
  CUpti_BuffersCallbackRequestFunc requested_ = nullptr;
  CUpti_BuffersCallbackCompleteFunc completed_ = nullptr;
  CUpti_CallbackFunc callback_ = nullptr;
  CUpti_TimestampCallbackFunc clock_ = nullptr;
  void* user_data_ = nullptr;
};

}  // namespace kvf::test
