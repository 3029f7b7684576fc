#include "profiler/import/kineto/kineto.h"

#include <fmt/format.h>

#include "profiler/import/builder.h"
#include "profiler/import/kineto/event.h"
#include "profiler/import/kineto/json_text.h"
#include "profiler/import/kineto/number.h"

namespace kvf::traces {
namespace {

constexpr std::string_view kFormat = "kineto";
constexpr std::int64_t kMostBase = std::int64_t{1} << 62;

class Reader {
 public:
  Reader(ByteSource& source, const ReadOptions& options)
      : source_(source), options_(options), text_(source) {}

  Recording read() {
    try {
      read_top();
    } catch (const JsonText::End&) {
      counters().truncated = 1;
    }
    if (source_.cut_short()) counters().truncated = 1;
    if (!has_events_ && counters().truncated == 0) {
      throw ImportError("is JSON, but not a trace: it has no traceEvents");
    }
    if (old_form_ > 0 && memory_events_ == 0) refuse_old_form();
    counters().unknown += old_form_;
    return builder_.finish(base_ns_);
  }

 private:
  RecordingCounters& counters() { return builder_.counters(); }

  void read_top() {
    if (text_.peek() == '[') {
      read_events();
    } else {
      text_.expect('{');
      for (bool begin = true; text_.another('}', begin); begin = false) read_member();
    }
    if (text_.peek() != '\0') text_.fail("text behind the end of the trace");
  }

  void read_member() {
    const std::string key = text_.string();
    text_.expect(':');
    const char first = text_.peek();
    if (key == "traceEvents" && first == '[') {
      read_events();
    } else if (key == "baseTimeNanoseconds") {
      const std::optional<std::int64_t> base = scaled(text_.value());
      if (!base || *base < 0 || *base > kMostBase) text_.fail("a baseTimeNanoseconds that is none");
      base_ns_ = *base;
    } else {
      text_.skip();
    }
  }

  void read_events() {
    has_events_ = true;
    text_.expect('[');
    for (bool begin = true; text_.another(']', begin); begin = false) {
      if (text_.peek() != '{') {
        text_.skip();
        continue;
      }
      const std::string_view event = text_.value();
      try {
        take(read_event(event, options_.operators));
      } catch (const JsonError& error) {
        text_.fail(error.what());
      }
    }
  }

  void take(EventContent content) {
    if (const auto* found = std::get_if<AllocatorEvent>(&content)) {
      ++memory_events_;
      Ledger& ledger = ledger_of(found->device);
      ledger.add(found->event, found->total);
      ledger.add_reserved({found->event.time_ns, found->reserved});
    } else if (auto* annotation = std::get_if<Annotation>(&content)) {
      builder_.add_span(std::move(annotation->span));
    } else if (auto* called = std::get_if<Operator>(&content)) {
      builder_.add_operator(std::move(called->span));
    } else if (const auto* why = std::get_if<Unusable>(&content)) {
      ++(*why == Unusable::old_form ? old_form_ : counters().unknown);
    }
  }

  // Most events are of the device of the one before.
  Ledger& ledger_of(DeviceNumber device) {
    if (ledger_ == nullptr || device != device_) {
      device_ = device;
      ledger_ = &builder_.device(device_name(device));
    }
    return *ledger_;
  }

  void refuse_old_form() {
    counters().old_schema = 1;
    throw ImportError(
        fmt::format(
            "is in an old form (PyTorch of 2021): its {} memory events have no address "
            "(Addr) and no running total (Total Allocated), so that releases cannot be told "
            "apart. Record it anew with PyTorch 2: "
            "torch.profiler.profile(profile_memory=True), then export_chrome_trace()",
            old_form_),
        std::string(kFormat), counters());
  }

  ByteSource& source_;
  const ReadOptions& options_;
  JsonText text_;
  Builder builder_{std::string(kFormat), Beginning::from_totals};
  DeviceNumber device_;
  Ledger* ledger_ = nullptr;  // of this device
  bool has_events_ = false;
  std::int64_t base_ns_ = 0;
  std::int64_t memory_events_ = 0;
  std::int64_t old_form_ = 0;
};

}  // namespace

Recording read_kineto(ByteSource& source, const ReadOptions& options) {
  return Reader(source, options).read();
}

}  // namespace kvf::traces
