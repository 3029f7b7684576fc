// Where a capture says what it does, and what it sees itself.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "timeline/records.h"

namespace kvf::capture {

// Used by one thread.
class Recorder {
 public:
  virtual ~Recorder() = default;

  // Nanoseconds since the start, on the clock of all records.
  virtual std::int64_t now() const = 0;
  // A range of a name, until end() of the innermost.
  virtual void begin(const std::string& text) = 0;
  virtual void end() = 0;
  virtual void add(records::Batch rows) = 0;
  // What was said is on its way to where it is kept.
  virtual void flush() = 0;
};

// Without CUPTI: what the program says is all there is. The sink gets what was said in a range when
// that ends.
class HostRecorder : public Recorder {
 public:
  explicit HostRecorder(std::function<void(const records::Batch&)> sink) : sink_(std::move(sink)) {}

  std::int64_t now() const override {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start_).count();
  }
  void begin(const std::string& text) override { open_.push_back({text, now()}); }
  void end() override {
    records::Range range;
    range.text = std::move(open_.back().text);
    range.start = open_.back().start;
    range.end = now();
    open_.pop_back();
    rows_.ranges.push_back(std::move(range));
    flush();
  }
  void add(records::Batch rows) override { append(rows_, std::move(rows)); }
  void flush() override { sink_(std::exchange(rows_, {})); }

 private:
  using Clock = std::chrono::steady_clock;
  struct Open {
    std::string text;
    std::int64_t start;
  };
  std::function<void(const records::Batch&)> sink_;
  Clock::time_point start_ = Clock::now();
  std::vector<Open> open_;
  records::Batch rows_;  // that the sink has not got yet
};

}  // namespace kvf::capture
