#include "timeline/replay.h"

#include <algorithm>
#include <iterator>
#include <regex>

#include "models/units.h"

namespace kvf {
namespace {

// The steps of one device, to be asked at any time.
class Curve {
 public:
  explicit Curve(const DeviceRecording& recording)
      : base_(recording.base_bytes), steps_(live_bytes(recording)) {}

  // Without the events at `time`.
  std::int64_t before(std::int64_t time) const { return value_before(first_at(time)); }
  // With them.
  std::int64_t after(std::int64_t time) const { return value_before(first_behind(time)); }

  // The most in [from, to), or [from, to] if it is closed; what is live at `from` counts.
  std::int64_t most(std::int64_t from, std::int64_t to, bool closed) const {
    const auto begin = first_at(from);
    const auto end = std::max(begin, closed ? first_behind(to) : first_at(to));
    std::int64_t most = value_before(begin);
    for (auto step = begin; step != end; ++step) most = std::max(most, step->bytes);
    return most;
  }

 private:
  using Step = std::vector<MemorySample>::const_iterator;
  Step first_at(std::int64_t time) const {
    return std::partition_point(steps_.begin(), steps_.end(),
                                [=](const MemorySample& step) { return step.time_ns < time; });
  }
  Step first_behind(std::int64_t time) const {
    return std::partition_point(steps_.begin(), steps_.end(),
                                [=](const MemorySample& step) { return step.time_ns <= time; });
  }
  std::int64_t value_before(Step step) const {
    return step == steps_.begin() ? base_ : std::prev(step)->bytes;
  }

  std::int64_t base_;
  std::vector<MemorySample> steps_;
};

}  // namespace

std::vector<MemorySample> live_bytes(const DeviceRecording& recording) {
  std::vector<MemorySample> steps;
  steps.reserve(recording.events.size());
  Bytes live(recording.base_bytes);
  for (const MemoryEvent& event : recording.events) {
    live = live + Bytes(event.bytes);
    steps.push_back({event.time_ns, live.count()});
  }
  return steps;
}

LivePeak live_peak(const DeviceRecording& recording) {
  LivePeak peak{recording.base_bytes, 0, recording.base_bytes};
  Bytes live(recording.base_bytes);
  for (const MemoryEvent& event : recording.events) {
    live = live + Bytes(event.bytes);
    if (live.count() > peak.bytes) {
      peak.bytes = live.count();
      peak.time_ns = event.time_ns;
    }
  }
  peak.final_bytes = live.count();
  return peak;
}

std::vector<std::int64_t> live_at_begin(const DeviceRecording& recording,
                                        const std::vector<Span>& spans) {
  const Curve curve(recording);
  std::vector<std::int64_t> result;
  result.reserve(spans.size());
  for (const Span& span : spans) result.push_back(curve.before(span.start_ns));
  return result;
}

std::vector<RecordedPass> passes_of(const Recording& recording, const std::string& names) {
  // The library's matching recurses; a name may be as long as a hostile file wants.
  constexpr std::size_t kMostOfName = 1000;
  const std::regex pattern(names);
  std::vector<RecordedPass> passes;
  for (const Span& span : recording.spans) {
    const auto end =
        span.name.begin() + static_cast<std::ptrdiff_t>(std::min(span.name.size(), kMostOfName));
    if (!std::regex_search(span.name.begin(), end, pattern)) continue;
    const bool inside = !passes.empty() && span.end_ns <= passes.back().span.end_ns;
    if (inside) continue;
    const auto next =
        std::partition_point(recording.spans.begin(), recording.spans.end(),
                             [&](const Span& other) { return other.start_ns < span.end_ns; });
    const bool followed = next != recording.spans.end();
    passes.push_back({span, followed ? next->start_ns : span.end_ns, followed});
  }
  return passes;
}

std::vector<PassMemory> memory_of(const DeviceRecording& recording,
                                  const std::vector<RecordedPass>& passes) {
  const Curve curve(recording);
  std::vector<PassMemory> result;
  result.reserve(passes.size());
  for (const RecordedPass& pass : passes) {
    const auto [span, next, followed] = pass;
    // An event in the nanosecond in which the pass ends is its own, unless the next begins there.
    result.push_back({curve.before(span.start_ns),
                      curve.most(span.start_ns, span.end_ns, span.end_ns < next || !followed),
                      followed ? curve.before(next) : curve.after(next)});
  }
  return result;
}

}  // namespace kvf
