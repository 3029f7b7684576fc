// What every reader fills: the ledgers of the devices, the annotations, the counters.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "profiler/import/ledger.h"
#include "timeline/recording.h"

namespace kvf::traces {

// Amounts that no device has: what is above is taken for a record that cannot be understood. Sums
// of two do not overflow.
inline constexpr std::int64_t kMostBytes = std::int64_t{1} << 60;

class Builder {
 public:
  Builder(std::string format, Beginning beginning);

  Ledger& device(const std::string& name);
  void add_span(Span span) { spans_.push_back(std::move(span)); }
  void add_operator(Span span) { operators_.push_back(std::move(span)); }
  RecordingCounters& counters() { return result_.counters; }

  // `base_ns` is added to all times to have the recorder's clock. Throws what Ledger::finish throws.
  Recording finish(std::int64_t base_ns = 0);

 private:
  Beginning beginning_;
  std::map<std::string, Ledger> devices_;
  std::deque<Span> spans_, operators_;
  Recording result_;
};

}  // namespace kvf::traces
