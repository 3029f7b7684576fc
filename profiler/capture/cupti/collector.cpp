// The Collector that callers hold; its work is in collector_state.cpp.
#include <unistd.h>

#include "profiler/capture/cupti/collector_state.h"

namespace kvf::capture {

struct Collector::Range::Open {
  std::shared_ptr<Collector::State> state;
  std::uint64_t id = 0;
  records::Range row;
};

Collector::Range::Range(std::unique_ptr<Open> open) : open_(std::move(open)) {}

Collector::Range::Range(Range&&) noexcept = default;

Collector::Range::~Range() {
  if (open_) open_->state->end_range(open_->id, std::move(open_->row));
}

Collector CollectorMaker::make(const CuptiApi& api, Sink sink, const CollectorOptions& options) {
  const auto state = std::make_shared<Collector::State>(api, std::move(sink), options);
  state->start(state);
  return Collector(state);
}

Collector::Collector(std::shared_ptr<State> state) : state_(std::move(state)) {}

Collector::Collector(const CuptiReport& found, Sink sink, const CollectorOptions& options) {
  if (!found.usable()) throw CuptiError(found.problem + "; " + found.advice);
  std::string problem;
  const auto loaded = load_cupti({found.file}, problem);
  if (!loaded) throw CuptiError(problem);
  CollectorOptions more = options;
  more.facts.insert({{"cupti_library", found.file}, {"driver", found.driver}});
  state_ = CollectorMaker::make(loaded->api, std::move(sink), more).state_;
}

Collector::~Collector() {
  if (!state_) return;
  try {
    state_->end({});
  } catch (...) {  // of the sink; who wants to know calls stop()
  }
}

Collector::Collector(Collector&&) noexcept = default;

Collector::Range Collector::range(std::string text) {
  auto open = std::make_unique<Range::Open>();
  open->state = state_;
  open->row.text = std::move(text);
  open->row.global_tid = records::global_tid(getpid(), gettid());
  open->id = state_->begin_range();
  open->row.start = state_->now();
  return Range(std::move(open));
}

void Collector::add(records::Batch rows) { state_->add(std::move(rows)); }
std::int64_t Collector::now() const { return state_->now(); }
void Collector::flush() { state_->flush(); }

CollectorCounters Collector::stop(const std::function<void()>& synchronise) {
  state_->end(synchronise);
  return state_->counters();
}

CollectorCounters Collector::counters() const { return state_->counters(); }

}  // namespace kvf::capture
