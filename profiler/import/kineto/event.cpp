#include "profiler/import/kineto/event.h"

#include <algorithm>
#include <array>
#include <optional>

#include "profiler/import/builder.h"
#include "profiler/import/kineto/number.h"

namespace kvf::traces {
namespace {

// c10/core/DeviceType.h, by number.
constexpr std::array<std::string_view, 21> kDeviceTypes{
    "cpu",  "cuda", "mkldnn", "opengl", "opencl", "ideep", "hip",
    "fpga", "maia", "xla",    "vulkan", "metal",  "xpu",   "mps",
    "meta", "hpu",  "ve",     "lazy",   "ipu",    "mtia",  "privateuseone"};

bool has_name(DeviceNumber device) {
  return device.type >= 0 && device.type < std::ssize(kDeviceTypes);
}

constexpr std::int64_t kMostTime = std::int64_t{1} << 61;  // differences of two must fit

struct Fields {
  std::string_view ph, cat, name, ts, dur, args;  // strings without quotes
};

std::string_view text_of(std::string_view value, std::string& storage) {
  if (!value.starts_with('"')) return {};
  return unescaped(value.substr(1, value.size() - 2), storage);
}

std::optional<std::int64_t> nanoseconds(std::string_view microseconds) {
  const std::optional<std::int64_t> time = scaled(microseconds, 3);
  if (!time || *time > kMostTime || *time < -kMostTime) return {};
  return time;
}

struct MemoryFields {
  std::string_view address, bytes, total, reserved, type, index;
};

MemoryFields memory_fields(std::string_view args) {
  MemoryFields fields;
  if (!args.starts_with('{')) return fields;
  JsonCursor cursor(args);
  cursor.expect('{');
  std::string storage;
  for (bool begin = true; cursor.another('}', begin); begin = false) {
    const std::string_view key = cursor.string(storage);
    std::string_view* const field = key == "Addr"              ? &fields.address
                                    : key == "Bytes"           ? &fields.bytes
                                    : key == "Total Allocated" ? &fields.total
                                    : key == "Total Reserved"  ? &fields.reserved
                                    : key == "Device Type"     ? &fields.type
                                    : key == "Device Id"       ? &fields.index
                                                               : nullptr;
    cursor.expect(':');
    const std::string_view value = cursor.value();
    if (field != nullptr) *field = value;
  }
  return fields;
}

std::optional<std::int64_t> bytes_of(std::string_view number) {
  const std::optional<std::int64_t> bytes = scaled(number);
  if (!bytes || *bytes > kMostBytes || *bytes < -kMostBytes) return {};
  return bytes;
}

EventContent memory_event(const Fields& fields) {
  const MemoryFields memory = memory_fields(fields.args);
  if (!memory.bytes.empty() && (memory.address.empty() || memory.total.empty())) {
    return Unusable::old_form;
  }
  const auto time = nanoseconds(fields.ts);
  const auto address = unsigned_number(memory.address);
  const auto bytes = bytes_of(memory.bytes);
  const auto total = bytes_of(memory.total);
  const auto reserved = memory.reserved.empty() ? 0 : bytes_of(memory.reserved);
  const auto type = scaled(memory.type);
  const auto index = memory.index.empty() ? -1 : scaled(memory.index);
  if (!time || !address || !bytes || !total || !reserved || !type || !index) {
    return Unusable::unknown;
  }
  if (!has_name({*type, *index})) return Unusable::unknown;
  if (*bytes == 0) return {};
  return AllocatorEvent{{*type, *index}, {*time, *address, *bytes}, *total, *reserved};
}

// Nothing if it has no times.
std::optional<Span> span_of(const Fields& fields) {
  const auto start = nanoseconds(fields.ts);
  const auto duration = nanoseconds(fields.dur);
  if (fields.ph != "X" || !start || !duration || *duration < 0) return {};
  return Span{std::string(fields.name), *start, *start + *duration};
}

}  // namespace

std::string device_name(DeviceNumber device) {
  if (!has_name(device)) return "";
  const std::string name(kDeviceTypes[static_cast<std::size_t>(device.type)]);
  const bool one = device.type == 0 || device.index < 0;
  return one ? name : name + ":" + std::to_string(device.index);
}

EventContent read_event(std::string_view text, const std::vector<std::string>& operators) {
  Fields fields;
  std::array<std::string, 3> storage;  // of ph, cat and name
  std::string key_storage;
  const auto wanted_operator = [&] {
    return fields.cat == "cpu_op" &&
           std::find(operators.begin(), operators.end(), fields.name) != operators.end();
  };
  JsonCursor cursor(text);
  cursor.expect('{');
  for (bool begin = true; cursor.another('}', begin); begin = false) {
    const std::string_view key = cursor.string(key_storage);
    cursor.expect(':');
    const std::string_view value = cursor.value();
    if (key == "ph") fields.ph = text_of(value, storage[0]);
    if (key == "cat") fields.cat = text_of(value, storage[1]);
    if (key == "name") fields.name = text_of(value, storage[2]);
    if (key == "ts") fields.ts = value;
    if (key == "dur") fields.dur = value;
    if (key == "args") fields.args = value;
    // Most events are neither, and say so at their beginning.
    if (!fields.cat.empty() && !fields.name.empty() && fields.name != "[memory]" &&
        fields.cat != "user_annotation" && !wanted_operator()) {
      return {};
    }
  }
  if (fields.cat == "user_annotation") {
    std::optional<Span> span = span_of(fields);
    if (span) return Annotation{std::move(*span)};
  } else if (fields.name == "[memory]") {
    return memory_event(fields);
  } else if (wanted_operator()) {
    std::optional<Span> span = span_of(fields);
    if (span) return Operator{std::move(*span)};
  }
  return {};
}

}  // namespace kvf::traces
