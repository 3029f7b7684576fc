// The inside of a Collector: what CUPTI's callbacks, the reading thread and the caller share.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "profiler/capture/cupti/api.h"
#include "profiler/capture/cupti/buffer_pool.h"
#include "profiler/capture/cupti/parser.h"
#include "profiler/capture/cupti/session.h"

namespace kvf::capture {

// Three kinds of threads meet here. CUPTI's (and, in a flush, the caller's) call requested() and
// completed(), which only queue; the reading thread parses, calls the sink and asks CUPTI for
// dropped records; the caller starts, adds, waits and ends. No CUPTI call is made while `mutex_` is
// held, for CUPTI holds locks of its own when it calls back.
struct Collector::State {
  State(const CuptiApi& api, Sink sink, const CollectorOptions& options);
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State();

  // Throws CuptiError, with all undone.
  void start(const std::shared_ptr<State>& self);
  void end(const std::function<void()>& synchronise);

  // From CUPTI.
  void requested(std::uint8_t** buffer, std::size_t* size, std::size_t* most_records);
  void completed(std::uint8_t* buffer, std::size_t size, std::size_t valid);
  void called(CUpti_CallbackDomain domain, CUpti_CallbackId id, const void* data);

  // From the caller.
  void add(records::Batch rows);
  void flush();
  std::uint64_t begin_range();
  void end_range(std::uint64_t id, records::Range row);
  std::int64_t now() const;
  CollectorCounters counters() const;

 private:
  struct Filled {
    Buffer buffer;
    std::size_t size, valid;
  };
  using Job = std::variant<Filled, records::Batch>;

  void note(const char* call, CUptiResult status);  // counts what failed
  void close();  // no more callbacks; the reader comes to its end
  void read_jobs();
  void write(records::Batch& rows);
  void ask_for_dropped();
  void wait_until_read();
  void add_facts(records::Batch& rows);                  // of mutex_'s holder
  void queue(records::Batch rows);                       // of mutex_'s holder
  CollectorCounters all_counters() const;                // of mutex_'s holder
  std::map<std::string, std::string> facts_now() const;  // of mutex_'s holder

  const CuptiApi api_;
  const Sink sink_;
  const CollectorOptions options_;
  BufferPool pool_;
  Session session_;
  std::unique_ptr<Parser> parser_;  // of the reading thread

  mutable std::mutex mutex_;  // of all that follows
  std::condition_variable work_, idle_;
  std::deque<Job> jobs_;
  std::size_t queued_bytes_ = 0;
  bool reading_ = false, closing_ = false;
  records::Batch pending_;  // rows of callbacks and ranges, for the next batch
  std::size_t pending_rows_ = 0;
  CollectorCounters counters_, parser_counters_;
  std::int64_t buffers_ = 0, records_ = 0;
  std::map<std::string, std::string> first_facts_, written_facts_;
  std::map<std::string, std::int64_t> failures_;
  std::map<std::uint32_t, std::int64_t> unknown_kinds_;
  std::uint64_t next_range_ = 1;
  std::exception_ptr sink_error_;
  bool ended_ = false;
  std::thread reader_;
};

}  // namespace kvf::capture
