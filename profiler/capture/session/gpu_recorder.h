// A capture on a GPU, as CUPTI sees it.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "profiler/capture/cupti/cupti.h"
#include "profiler/capture/session/recorder.h"
#include "profiler/capture/session/session.h"

namespace kvf::capture {

// To be made before the first context of the process. `sink` is called by another thread, until
// stop() has returned.
class GpuRecorder : public Recorder {
 public:
  GpuRecorder(const CuptiReport& found, Sink sink) : collector_(found, std::move(sink)) {}
  explicit GpuRecorder(Collector collector) : collector_(std::move(collector)) {}

  std::int64_t now() const override { return collector_.now(); }
  void begin(const std::string& text) override { open_.push_back(collector_.range(text)); }
  void end() override { open_.pop_back(); }
  void add(records::Batch rows) override { collector_.add(std::move(rows)); }
  void flush() override { collector_.flush(); }

  CollectorCounters stop(const std::function<void()>& synchronise) {
    return collector_.stop(synchronise);
  }

 private:
  Collector collector_;
  std::vector<Collector::Range> open_;
};

// The second ledger: device memory as CUPTI saw it.
class CuptiLedger {
 public:
  // Keeps of the rows only when how many bytes came or went. Memory that was mapped counts when it was
  // created, and when it was released. Used by one thread at a time.
  void see(const records::Batch& rows);

  // The track `cupti` in the passes of a capture. What was there when the first pass began is taken off.
  Track track(const Captured& captured) const;

 private:
  struct Change {
    std::int64_t time = 0;
    std::int64_t bytes = 0;
  };
  std::vector<Change> changes_;
  std::map<std::int64_t, std::int64_t> created_;  // bytes, by handle
};

}  // namespace kvf::capture
