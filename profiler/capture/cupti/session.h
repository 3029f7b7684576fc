// What a collector says to CUPTI to begin and to end, in the order that CUPTI wants.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "profiler/capture/cupti/api.h"

namespace kvf::capture {

// CUPTI 12.4 and later tell of fatal errors, in a domain that older headers do not name.
inline constexpr auto kStateDomain = static_cast<CUpti_CallbackDomain>(6);
inline constexpr CUpti_CallbackId kFatalError = 1;

class Session {
 public:
  // Is told of each status that does not end the capture.
  using Note = std::function<void(const char* call, CUptiResult status)>;
  struct Callbacks {
    CUpti_CallbackFunc called;
    CUpti_BuffersCallbackRequestFunc requested;
    CUpti_BuffersCallbackCompleteFunc completed;
  };

  Session(const CuptiApi& api, Note note) : api_(api), note_(std::move(note)) {}

  // Up to the registration of the callbacks; then the kinds, from where on buffers come. They throw
  // CuptiError for what no capture can do without: call disable() and leave().
  void begin(const Callbacks& callbacks);
  void enable();

  void disable();
  void leave();

  // Known after begin().
  std::uint32_t version() const { return version_; }
  std::uint64_t origin() const { return origin_; }
  std::map<std::string, std::string> facts() const;
  // The moment on all clocks: whoever compares it with the beginning sees whether one jumped.
  std::map<std::string, std::string> end_facts() const;
  std::int64_t now() const;  // nanoseconds since the origin, on the clock of the records

 private:
  void check(const char* call, CUptiResult status) const;
  void set(const char* name, CUpti_ActivityAttribute attribute);
  void choose_clock();

  const CuptiApi& api_;
  const Note note_;
  std::uint32_t version_ = 0;
  bool monotonic_ = false;  // CUPTI takes our clock; else we take its
  std::uint64_t origin_ = 0, origin_monotonic_ = 0, origin_realtime_ = 0;
  CUpti_SubscriberHandle subscriber_ = nullptr;
  bool subscribed_ = false;
  std::vector<CUpti_ActivityKind> enabled_;
  std::vector<CUpti_CallbackId> watched_;
};

}  // namespace kvf::capture
