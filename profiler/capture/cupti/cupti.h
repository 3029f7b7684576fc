// Records what a process does to the memory of its GPUs, as CUPTI tells it: allocations, pools,
// kernels, copies, calls, and the phase and pass of each. docs/cupti.md says what it does not tell.
//
// Nothing here needs the CUDA toolkit to be compiled. Built without it, find_cupti() says so and a
// Collector cannot be made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>

#include "profiler/capture/driver/driver_probe.h"
#include "timeline/records.h"

namespace kvf::capture {

// A call of CUPTI failed: which, its status by name, and what to do about it.
struct CuptiError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Whether a Collector can work here, in words.
struct CuptiReport {
  std::string driver;   // "580.65.06, CUDA 13.0"
  std::string file;     // of the library, links followed; empty if none was found
  std::string version;  // "13.0.1 (130001)", of the library; empty if it was not asked
  std::string built;    // of the headers: "13.0.1 (130001)", or "built without CUPTI"
  std::string problem;  // why records cannot be taken; empty if they can, as far as is known
  std::string advice;   // what to do about the problem

  bool usable() const { return problem.empty(); }
};
// Calls CUPTI only where the driver has a GPU: without, some libraries crash (docs/cupti.md).
CuptiReport find_cupti(const DriverProbe& driver);

struct CollectorOptions {
  std::size_t buffer_bytes = 4u << 20;       // of each buffer that CUPTI fills
  std::size_t queued_bytes = 128u << 20;     // filled and not yet read; more is discarded, counted
  std::map<std::string, std::string> facts;  // of the GPU and the driver, for KVF_CAPTURE
};

// All that can be wrong with a capture; each is 0 in a good one, and a key of KVF_CAPTURE.
struct CollectorCounters {
  std::int64_t dropped = 0;          // records that CUPTI says it lost
  std::int64_t discarded = 0;        // records in buffers that came faster than they were read
  std::int64_t unwritten = 0;        // rows that the sink did not take
  std::int64_t refused = 0;          // buffers asked for when no memory was left
  std::int64_t unknown_kinds = 0;    // records of kinds that were not asked for
  std::int64_t unknown_values = 0;   // records with a value that has no name
  std::int64_t invalid = 0;          // buffers that end in what is no record
  std::int64_t iterator_errors = 0;  // buffers that CUPTI itself could not read
  std::int64_t zero_times = 0;       // records without a time
  std::int64_t reversed_times = 0;   // records that end before they start
  std::int64_t failed_calls = 0;     // of CUPTI, after the start; "failed: NAME" says which
  std::int64_t fatal_errors = 0;     // CUPTI says that it cannot go on
  friend bool operator==(const CollectorCounters&, const CollectorCounters&) = default;
};

// Takes batches one after another, on a thread of the collector. What it throws comes out of
// flush() or stop(); batches after that are counted as unwritten.
using Sink = std::function<void(const records::Batch&)>;

// Begin before the process makes its first CUDA context, or early allocations are lost. One at a
// time in a process. Names of kernels are read after the fact: modules must stay loaded until
// flush(). Members may be called by any thread.
class Collector {
 public:
  // Throws CuptiError, also for what was not found; then nothing stays enabled. std::logic_error:
  // there is one already.
  Collector(const CuptiReport& found, Sink sink, const CollectorOptions& options = {});
  // Ends the capture if stop() did not, without a synchronisation, and drops errors.
  ~Collector();
  Collector(Collector&&) noexcept;

  // What the calling thread does until the range ends: a phase, and within it a pass. CUDA calls
  // meanwhile belong to the innermost. End ranges in the thread and in the reverse order of their
  // beginnings.
  class Range {
   public:
    Range(Range&&) noexcept;
    Range& operator=(Range&&) = delete;
    ~Range();

   private:
    friend class Collector;
    struct Open;
    explicit Range(std::unique_ptr<Open> open);
    std::unique_ptr<Open> open_;
  };
  [[nodiscard]] Range range(std::string text);

  // Rows that the program itself makes: samples, application events, facts.
  void add(records::Batch rows);

  // Nanoseconds since the start, on the clock of all records.
  std::int64_t now() const;

  // Waits until the sink has all that CUPTI has ready. Buffers of unfinished kernels stay. Not to be
  // called by the sink.
  void flush();

  // Ends: `synchronise` waits for the device, then all is collected and CUPTI is left. Throws what
  // `synchronise` or the sink threw, after the end. A second call only gives the counters.
  CollectorCounters stop(const std::function<void()>& synchronise);

  CollectorCounters counters() const;  // so far

  struct State;  // opaque

 private:
  friend struct CollectorMaker;
  explicit Collector(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace kvf::capture
