// One object of traceEvents: is it of use, and what does it say?
//
// The fields are those that PyTorch's profiler writes (torch/csrc/profiler/collection.cpp and
// kineto's output_json.cpp): "[memory]" is an instant event with its figures in args; what the user
// named is complete ("X") and of category user_annotation; an operator is of cpu_op. Times are
// microseconds with decimals.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "profiler/import/kineto/json_value.h"
#include "timeline/recording.h"

namespace kvf::traces {

// A device as PyTorch numbers it.
struct DeviceNumber {
  std::int64_t type = 0;
  std::int64_t index = 0;  // below 0: none
  friend bool operator==(const DeviceNumber&, const DeviceNumber&) = default;
};

struct AllocatorEvent {
  DeviceNumber device;
  MemoryEvent event;
  std::int64_t total = 0;     // allocated afterwards
  std::int64_t reserved = 0;  // afterwards
};

// A "[memory]" event that cannot be used.
enum class Unusable {
  old_form,  // it has no address or no running total
  unknown,   // a device, a size or a time that means nothing
};

struct Annotation {
  Span span;
};
struct Operator {
  Span span;
};
using EventContent = std::variant<std::monostate, AllocatorEvent, Unusable, Annotation, Operator>;

// `text` is the whole object, with ValueEnd::kBlock bytes behind it that can be read. Times are as
// in the file, in nanoseconds. `operators` are the names of those that are wanted. Throws JsonError.
EventContent read_event(std::string_view text, const std::vector<std::string>& operators);

// "cpu", "cuda:0"; empty for a number that has no name.
std::string device_name(DeviceNumber device);

}  // namespace kvf::traces
