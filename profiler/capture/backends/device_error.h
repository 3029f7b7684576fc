// What a device or its memory refused: which call, in whose words, and what to do about it.
#pragma once

#include <stdexcept>
#include <string>

namespace kvf::capture {

class DeviceError : public std::runtime_error {
 public:
  // "cudaMalloc of 4096 bytes", "out of memory (cudaErrorMemoryAllocation)", a sentence or nothing.
  DeviceError(const std::string& call, const std::string& reason, const std::string& advice = "")
      : std::runtime_error(call + ": " + reason + (advice.empty() ? "" : "; " + advice)),
        call_(call),
        reason_(reason),
        advice_(advice) {}

  const std::string& call() const { return call_; }
  const std::string& reason() const { return reason_; }
  const std::string& advice() const { return advice_; }

 private:
  std::string call_, reason_, advice_;
};

// The memory is full: what was allocated before is unharmed.
class OutOfMemory : public DeviceError {
  using DeviceError::DeviceError;
};

}  // namespace kvf::capture
