#include "profiler/import/snapshot/snapshot.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "profiler/import/builder.h"
#include "profiler/import/import_error.h"
#include "profiler/import/snapshot/pickle.h"

// The names are those of torch/csrc/cuda/memory_snapshot.cpp.
namespace kvf::traces {
namespace {

constexpr std::string_view kFormat = "pytorch-snapshot";
constexpr std::size_t kMostFileBytes = std::size_t{1} << 30;
constexpr std::size_t kMostKeys = 64;  // of one dict that is looked into
constexpr std::int64_t kMostMicroseconds = (std::int64_t{1} << 61) / 1000;

std::string read_all(ByteSource& source) {
  std::string bytes;
  for (std::size_t had = 0;; had = bytes.size()) {
    bytes.resize(had + std::max<std::size_t>(had, 1 << 20));
    bytes.resize(had + source.read(bytes.data() + had, bytes.size() - had));
    if (bytes.size() == had) return bytes;
    if (bytes.size() > kMostFileBytes) {
      throw ImportError(fmt::format("is a snapshot of more than {} bytes", kMostFileBytes));
    }
  }
}

// A dict with texts for keys.
class Fields {
 public:
  Fields(const Pickle& pickle, const Pickle::Value& value) : members_(pickle.members(value)) {
    if (members_.size() > kMostKeys) {
      throw PickleError(fmt::format("has a record of {} keys", members_.size()));
    }
  }

  const Pickle::Value* find(std::string_view name) const {
    for (auto member = members_.rbegin(); member != members_.rend(); ++member) {
      const auto* key = std::get_if<std::string_view>(&member->first);
      if (key != nullptr && *key == name) return &member->second;
    }
    return nullptr;
  }
  std::optional<std::int64_t> number(std::string_view name) const {
    return get<std::int64_t>(name);
  }
  // Not negative, and no more than a sum of two can bear.
  std::optional<std::int64_t> amount(std::string_view name) const {
    const auto value = number(name);
    return value && *value >= 0 && *value <= kMostBytes ? value : std::nullopt;
  }
  std::string_view text(std::string_view name) const {
    return get<std::string_view>(name).value_or("");
  }
  std::optional<bool> flag(std::string_view name) const { return get<bool>(name); }

 private:
  template <class T>
  std::optional<T> get(std::string_view name) const {
    const Pickle::Value* value = find(name);
    const T* found = value == nullptr ? nullptr : std::get_if<T>(value);
    return found == nullptr ? std::nullopt : std::optional<T>(*found);
  }
  const Pickle::Members& members_;
};

// What is there at the end of the history, on one device.
struct FinalState {
  std::vector<AddressRange> segments;
  std::vector<FinalBlock> blocks;
  std::int64_t reserved = 0;
};

class Reader {
 public:
  Reader(const Pickle& pickle, std::size_t file_bytes) : pickle_(pickle), most_(file_bytes) {}

  Recording read() {
    const Fields top(pickle_, pickle_.top());
    const Pickle::Value* segments = top.find("segments");
    const Pickle::Value* traces = top.find("device_traces");
    if (segments == nullptr || traces == nullptr || !pickle_.is_list(*segments) ||
        !pickle_.is_list(*traces)) {
      throw PickleError(
          "is a pickle, but no memory snapshot: it has no segments and device_traces");
    }
    for (const Pickle::Value& segment : pickle_.items(*segments)) read_segment(segment);
    std::int64_t device = 0;
    for (const Pickle::Value& trace : pickle_.items(*traces)) read_trace(device++, trace);
    if (const Pickle::Value* annotations = top.find("external_annotations")) {
      read_annotations(*annotations);
    }
    for (auto& [number, end] : ends_) {
      ledger(number).set_end(std::move(end.segments), std::move(end.blocks));
    }
    return builder_.finish();
  }

 private:
  Ledger& ledger(std::int64_t device) { return builder_.device(fmt::format("cuda:{}", device)); }
  RecordingCounters& counters() { return builder_.counters(); }

  // A file that lets one record stand in many places could be long to read.
  void visit() {
    if (++visited_ > most_) throw PickleError("has more records than bytes");
  }

  void read_segment(const Pickle::Value& value) {
    visit();
    const Fields segment(pickle_, value);
    const auto device = segment.amount("device"), address = segment.amount("address");
    const auto total = segment.amount("total_size");
    const Pickle::Value* blocks = segment.find("blocks");
    if (!device || !address || !total || blocks == nullptr) {
      ++counters().unknown;
      return;
    }
    FinalState& end = ends_[*device];
    end.segments.push_back(
        {static_cast<std::uint64_t>(*address), static_cast<std::uint64_t>(*total)});
    add(end.reserved, *total);

    std::int64_t sum = 0, allocated = 0, active = 0, requested = 0;
    for (const Pickle::Value& item : pickle_.items(*blocks)) {
      visit();
      const Fields block(pickle_, item);
      const auto size = block.amount("size");
      if (!size) {
        ++counters().unknown;
        return;
      }
      const std::string_view state = block.text("state");
      if (state != "inactive") {
        // Old snapshots do not say where blocks are: one behind the other.
        const auto at = block.amount("address").value_or(*address + sum);
        const auto wanted = block.amount("requested_size");
        end.blocks.push_back({static_cast<std::uint64_t>(at), wanted, *size});
        add(active, *size);
        add(requested, wanted.value_or(0));
        if (state == "active_allocated") add(allocated, *size);
      }
      add(sum, *size);
    }
    const auto check = [&](std::string_view name, std::int64_t found) {
      const auto written = segment.number(name);
      if (written && *written != found) ++counters().total_mismatch;
    };
    if (!segment.flag("is_expandable").value_or(false)) check("total_size", sum);
    check("allocated_size", allocated);
    check("active_size", active);
    check("requested_size", requested);
  }

  static void add(std::int64_t& to, std::int64_t amount) {
    if (to > kMostBytes) throw PickleError("has segments of more than 2^60 bytes");
    to += amount;
  }

  struct Event {
    std::string_view action;
    std::uint64_t address = 0;
    std::int64_t bytes = 0;
    std::int64_t time_ns = 0;

    // +1 or -1 for what makes or takes away a segment, or part of one that can grow.
    int segment() const {
      if (action == "segment_alloc" || action == "segment_map") return 1;
      return action == "segment_free" || action == "segment_unmap" ? -1 : 0;
    }
  };

  // Nothing for a record that changes nothing, or that cannot be understood, which is counted.
  std::optional<Event> read_event(const Pickle::Value& value) {
    visit();
    const Fields fields(pickle_, value);
    const std::string_view action = fields.text("action");
    // A release that was asked for may have to wait for other streams.
    if (action == "free_requested" || action == "snapshot" || action == "oom") return {};
    const auto address = fields.amount("addr"), size = fields.amount("size");
    const auto time = fields.find("time_us") == nullptr ? 0 : fields.number("time_us");
    Event event{action, 0, 0, 0};
    const bool known = action == "alloc" || action == "free_completed" || event.segment() != 0;
    if (!known || !address || !size || *size == 0 || !time || *time < 0 ||
        *time > kMostMicroseconds) {
      ++counters().unknown;
      return {};
    }
    return Event{action, static_cast<std::uint64_t>(*address), *size, *time * 1000};
  }

  void read_trace(std::int64_t device, const Pickle::Value& trace) {
    std::vector<Event> events;
    std::int64_t grown = 0;  // of the segments, over the whole history
    for (const Pickle::Value& value : pickle_.items(trace)) {
      const std::optional<Event> event = read_event(value);
      if (!event) continue;
      if (grown > kMostBytes || grown < -kMostBytes) throw PickleError("has impossible segments");
      grown += event->segment() * event->bytes;
      events.push_back(*event);
    }
    if (events.empty()) return;
    std::int64_t reserved = ends_[device].reserved - grown;
    if (reserved < 0) {
      ++counters().total_mismatch;
      reserved = 0;
    }
    Ledger& to = ledger(device);
    to.add_reserved({events.front().time_ns, reserved});
    for (const Event& event : events) {
      const AddressRange range{event.address, static_cast<std::uint64_t>(event.bytes)};
      if (const int sign = event.segment(); sign != 0) {
        sign > 0 ? to.add_segment(range) : to.remove_segment(range);
        to.add_reserved({event.time_ns, reserved += sign * event.bytes});
      } else {
        const std::int64_t change = event.action == "alloc" ? event.bytes : -event.bytes;
        to.add({event.time_ns, event.address, change});
      }
    }
  }

  // A START and the END of the same name and device make a span. One that is open is left out.
  void read_annotations(const Pickle::Value& annotations) {
    std::map<std::pair<std::int64_t, std::string_view>, std::vector<std::int64_t>> open;
    for (const Pickle::Value& value : pickle_.items(annotations)) {
      visit();
      const Fields fields(pickle_, value);
      const auto time = fields.amount("time_us");
      if (!time || *time > kMostMicroseconds) continue;
      const std::string_view name = fields.text("name");
      auto& starts = open[{fields.number("device").value_or(0), name}];
      if (fields.text("stage") == "START") {
        starts.push_back(*time * 1000);
      } else if (fields.text("stage") == "END" && !starts.empty()) {
        builder_.add_span({std::string(name), starts.back(), *time * 1000});
        starts.pop_back();
      }
    }
  }

  const Pickle& pickle_;
  std::size_t most_;
  std::size_t visited_ = 0;
  std::map<std::int64_t, FinalState> ends_;
  Builder builder_{std::string(kFormat), Beginning::from_segments};
};

}  // namespace

Recording read_snapshot(ByteSource& source) {
  const std::string bytes = read_all(source);
  RecordingCounters counters;
  counters.truncated = source.cut_short() ? 1 : 0;
  const auto refuse = [&](const PickleError& error) {
    throw ImportError(error.what(), std::string(kFormat), counters);
  };
  try {
    const Pickle pickle(bytes, {.unwanted = "frames"});
    Recording recording = Reader(pickle, bytes.size()).read();
    recording.counters.truncated += counters.truncated;
    return recording;
  } catch (const PickleEnd& error) {
    counters.truncated = 1;
    refuse(error);
  } catch (const PickleError& error) {
    refuse(error);
  }
  return {};
}

}  // namespace kvf::traces
