#include "profiler/capture/cupti/collector_state.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "profiler/capture/cupti/vmm.h"
#include "timeline/records_columns.h"

namespace kvf::capture {
namespace {

constexpr std::size_t kPendingRows = 4096;

constexpr std::array kKinds{
    CUPTI_ACTIVITY_KIND_EXTERNAL_CORRELATION,
    CUPTI_ACTIVITY_KIND_MEMORY2,  // not MEMORY too: that would count everything twice
    CUPTI_ACTIVITY_KIND_MEMORY_POOL,
    CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL,  // not KERNEL, which has kernels wait for each other
    CUPTI_ACTIVITY_KIND_MEMCPY,
    CUPTI_ACTIVITY_KIND_MEMSET,
    CUPTI_ACTIVITY_KIND_RUNTIME,
    CUPTI_ACTIVITY_KIND_DRIVER,
};
constexpr const char* kKindNames =
    "EXTERNAL_CORRELATION MEMORY2 MEMORY_POOL CONCURRENT_KERNEL MEMCPY MEMSET RUNTIME DRIVER";

// Calls that are made all the time and say nothing of memory.
constexpr std::array kSilentRuntimeCalls{
    CUPTI_RUNTIME_TRACE_CBID_cudaGetDevice_v3020,
    CUPTI_RUNTIME_TRACE_CBID_cudaSetDevice_v3020,
    CUPTI_RUNTIME_TRACE_CBID_cudaGetLastError_v3020,
    CUPTI_RUNTIME_TRACE_CBID_cudaPeekAtLastError_v3020,
    CUPTI_RUNTIME_TRACE_CBID_cudaEventQuery_v3020,
    CUPTI_RUNTIME_TRACE_CBID_cudaStreamQuery_v3020,
};
constexpr std::array kSilentDriverCalls{
    CUPTI_DRIVER_TRACE_CBID_cuCtxGetCurrent,
    CUPTI_DRIVER_TRACE_CBID_cuCtxSetCurrent,
    CUPTI_DRIVER_TRACE_CBID_cuCtxGetDevice,
};

// CUPTI 12.4 and later tell of fatal errors.
constexpr auto kStateDomain = static_cast<CUpti_CallbackDomain>(6);
constexpr CUpti_CallbackId kFatalError = 1;
constexpr std::uint32_t kHasStateDomain = 22;

struct NamedCounter {
  const char* name;
  std::int64_t CollectorCounters::*member;
};
constexpr std::array kCounters{
    NamedCounter{"dropped", &CollectorCounters::dropped},
    NamedCounter{"discarded", &CollectorCounters::discarded},
    NamedCounter{"unwritten", &CollectorCounters::unwritten},
    NamedCounter{"refused", &CollectorCounters::refused},
    NamedCounter{"unknown_kinds", &CollectorCounters::unknown_kinds},
    NamedCounter{"unknown_values", &CollectorCounters::unknown_values},
    NamedCounter{"invalid", &CollectorCounters::invalid},
    NamedCounter{"iterator_errors", &CollectorCounters::iterator_errors},
    NamedCounter{"zero_times", &CollectorCounters::zero_times},
    NamedCounter{"reversed_times", &CollectorCounters::reversed_times},
    NamedCounter{"failed_calls", &CollectorCounters::failed_calls},
    NamedCounter{"fatal_errors", &CollectorCounters::fatal_errors},
};
static_assert(sizeof(CollectorCounters) == kCounters.size() * sizeof(std::int64_t));

std::uint64_t read_clock(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000u +
         static_cast<std::uint64_t>(time.tv_nsec);
}

// CUPTI's own clock is CLOCK_REALTIME, which jumps when somebody sets it.
std::uint64_t CUPTIAPI monotonic_time() { return read_clock(CLOCK_MONOTONIC); }

// Never destroyed: CUPTI's threads may call when the program ends.
struct Slot {
  std::mutex mutex;
  std::shared_ptr<Collector::State> state;
};
Slot& slot() {
  static Slot* const the_slot = new Slot;
  return *the_slot;
}

void CUPTIAPI on_requested(std::uint8_t** buffer, std::size_t* size, std::size_t* most_records) {
  if (const auto state = active_collector()) return state->requested(buffer, size, most_records);
  *size = 64u << 10;
  *most_records = 0;
  *buffer = static_cast<std::uint8_t*>(std::calloc(*size, 1));
}

void CUPTIAPI on_completed(CUcontext, std::uint32_t, std::uint8_t* buffer, std::size_t,
                           std::size_t valid) {
  if (buffer == nullptr) return;
  if (const auto state = active_collector()) return state->completed(buffer, valid);
  std::free(buffer);
}

void CUPTIAPI on_called(void*, CUpti_CallbackDomain domain, CUpti_CallbackId id, const void* data) {
  if (const auto state = active_collector()) state->called(domain, id, data);
}

void end_at_exit() {
  const auto state = active_collector();
  if (!state) return;
  try {
    state->end({});
  } catch (...) {  // there is nobody left to tell
  }
}

std::int64_t count_rows(const records::Batch& rows) {
  std::int64_t count = 0;
  records::each_table(rows, [&](const auto& table) { count += std::ssize(table); });
  return count;
}

template <class Row>
void move_to(std::vector<Row>& to, std::vector<Row>& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  from.clear();
}

}  // namespace

std::shared_ptr<Collector::State> active_collector() {
  const std::lock_guard lock(slot().mutex);
  return slot().state;
}

Collector::State::State(const CuptiApi& api, Sink sink, const CollectorOptions& options)
    : api_(api), sink_(std::move(sink)), options_(options), pool_(options.buffer_bytes) {}

Collector::State::~State() {
  if (reader_.joinable()) reader_.join();  // leave() was called, or nothing was started
}

void Collector::State::check(const char* call, CUptiResult status) const {
  if (status == CUPTI_SUCCESS) return;
  const std::string advice = status_advice(status);
  throw CuptiError(fmt::format("{}: {}{}{}", call, status_name(api_, status),
                               advice.empty() ? "" : "; ", advice));
}

void Collector::State::note(const char* call, CUptiResult status) {
  if (status == CUPTI_SUCCESS) return;
  const std::string text = fmt::format("failed: {}: {}", call, status_name(api_, status));
  const std::lock_guard lock(mutex_);
  ++counters_.failed_calls;
  ++failures_[text];
}

void Collector::State::start(const std::shared_ptr<State>& self) {
  check("cuptiGetVersion", api_.get_version(&version_));
  {
    const std::lock_guard lock(slot().mutex);
    if (slot().state) throw std::logic_error("capture: there is a collector already");
    slot().state = self;
    static const int registered = std::atexit(end_at_exit);
    static_cast<void>(registered);
  }
  try {
    // Before all else: this is where another tool shows.
    check("cuptiSubscribe", api_.subscribe(&subscriber_, on_called, nullptr));
    subscribed_ = true;
    configure();
    parser_ = std::make_unique<Parser>(api_, version_, origin_);
    check("cuptiActivityRegisterCallbacks", api_.register_callbacks(on_requested, on_completed));
    enable_kinds();
    reader_ = std::thread([this] { read_jobs(); });
  } catch (...) {
    disable_kinds();
    leave();
    throw;
  }
}

void Collector::State::configure() {
  std::uint8_t yes = 1;
  std::size_t size = sizeof yes;
  // Else CUPTI zeroes each buffer, in the thread of the program.
  note("cuptiActivitySetAttribute(ZEROED_OUT_ACTIVITY_BUFFER)",
       api_.set_attribute(CUPTI_ACTIVITY_ATTR_ZEROED_OUT_ACTIVITY_BUFFER, &size, &yes));
  // Else CUPTI's own buffers are in the memory that is to be measured.
  size = sizeof yes;
  note("cuptiActivitySetAttribute(MEM_ALLOCATION_TYPE_HOST_PINNED)",
       api_.set_attribute(CUPTI_ACTIVITY_ATTR_MEM_ALLOCATION_TYPE_HOST_PINNED, &size, &yes));
  note("cuptiSetThreadIdType", api_.set_thread_id_type(CUPTI_ACTIVITY_THREAD_ID_TYPE_SYSTEM));

  if (api_.register_timestamp_callback != nullptr) {
    const CUptiResult status = api_.register_timestamp_callback(monotonic_time);
    note("cuptiActivityRegisterTimestampCallback", status);
    monotonic_ = status == CUPTI_SUCCESS;
  }
  const std::uint64_t realtime = read_clock(CLOCK_REALTIME);
  if (monotonic_) {
    origin_ = monotonic_time();
  } else {
    check("cuptiGetTimestamp", api_.get_timestamp(&origin_));
  }

  first_facts_ = options_.facts;
  first_facts_.insert({{"source", "cuda"},
                       {"process", std::to_string(getpid())},
                       {"cupti_runtime_version", std::to_string(version_)},
                       {"cupti_compile_version", std::to_string(CUPTI_API_VERSION)},
                       {"kinds", kKindNames},
                       {"buffer_bytes", std::to_string(options_.buffer_bytes)},
                       {"queued_bytes", std::to_string(options_.queued_bytes)},
                       {"clock", monotonic_ ? "CLOCK_MONOTONIC" : "CUPTI's (CLOCK_REALTIME)"},
                       {"origin_ns", std::to_string(origin_)},
                       {"origin_realtime_ns", std::to_string(realtime)}});
}

void Collector::State::enable_kinds() {
  for (const CUpti_ActivityKind kind : kKinds) {
    const std::string call = fmt::format("cuptiActivityEnable({})", static_cast<int>(kind));
    check(call.c_str(), api_.enable(kind));
    enabled_.push_back(kind);
  }
  for (const CUpti_CallbackId id : kVmmCalls) {
    const CUptiResult status = api_.enable_callback(1, subscriber_, CUPTI_CB_DOMAIN_DRIVER_API, id);
    note("cuptiEnableCallback(DRIVER_API)", status);
    if (status == CUPTI_SUCCESS) watched_.push_back(id);
  }
  if (version_ >= kHasStateDomain) {
    note("cuptiEnableCallback(STATE)",
         api_.enable_callback(1, subscriber_, kStateDomain, kFatalError));
  }
  // After the kinds, which would switch all calls on again.
  if (api_.enable_runtime_api != nullptr && api_.enable_driver_api != nullptr) {
    for (const CUpti_CallbackId id : kSilentRuntimeCalls) {
      note("cuptiActivityEnableRuntimeApi", api_.enable_runtime_api(id, 0));
    }
    for (const CUpti_CallbackId id : kSilentDriverCalls) {
      note("cuptiActivityEnableDriverApi", api_.enable_driver_api(id, 0));
    }
  }
}

void Collector::State::disable_kinds() {
  for (; !enabled_.empty(); enabled_.pop_back()) {
    note("cuptiActivityDisable", api_.disable(enabled_.back()));
  }
  for (; !watched_.empty(); watched_.pop_back()) {
    note("cuptiEnableCallback(DRIVER_API)",
         api_.enable_callback(0, subscriber_, CUPTI_CB_DOMAIN_DRIVER_API, watched_.back()));
  }
}

void Collector::State::leave() {
  if (subscribed_) note("cuptiUnsubscribe", api_.unsubscribe(subscriber_));
  subscribed_ = false;
  {
    const std::lock_guard lock(slot().mutex);
    slot().state.reset();
  }
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  work_.notify_one();
  if (reader_.joinable()) reader_.join();
}

void Collector::State::end(const std::function<void()>& synchronise) {
  {
    const std::lock_guard lock(mutex_);
    if (ended_) return;
    ended_ = true;
  }
  std::exception_ptr error;
  try {
    if (synchronise) synchronise();
  } catch (...) {
    error = std::current_exception();
  }
  note("cuptiActivityFlushAll", api_.flush_all(0));
  disable_kinds();
  note("cuptiActivityFlushAll(FORCED)", api_.flush_all(CUPTI_ACTIVITY_FLAG_FLUSH_FORCED));
  wait_until_read();
  ask_for_dropped();
  note("cuptiGetLastError", api_.get_last_error());
  leave();
  if (!error) error = sink_error_;  // the reader is gone
  if (error) std::rethrow_exception(error);
}

void Collector::State::requested(std::uint8_t** buffer, std::size_t* size,
                                 std::size_t* most_records) {
  *most_records = 0;  // as many as fit
  *buffer = pool_.take().release();
  *size = *buffer != nullptr ? pool_.bytes() : 0;
  if (*buffer != nullptr) return;
  const std::lock_guard lock(mutex_);
  ++counters_.refused;
}

void Collector::State::completed(std::uint8_t* raw, std::size_t valid) {
  Buffer buffer(raw);
  {
    const std::lock_guard lock(mutex_);
    ++buffers_;
    if (queued_bytes_ + pool_.bytes() <= options_.queued_bytes) {
      queued_bytes_ += pool_.bytes();
      jobs_.emplace_back(Filled{std::move(buffer), valid});
    }
  }
  if (!buffer) return work_.notify_one();
  // Older libraries crash if they get no buffer when they ask, so that it is full ones that go.
  const std::int64_t lost = count_records(api_, version_, raw, valid);
  pool_.give_back(std::move(buffer));
  const std::lock_guard lock(mutex_);
  counters_.discarded += lost;
}

void Collector::State::called(CUpti_CallbackDomain domain, CUpti_CallbackId id, const void* data) {
#if CUPTI_API_VERSION >= 22
  if (domain == kStateDomain && id == kFatalError) {
    const auto& notice = static_cast<const CUpti_StateData*>(data)->notification;
    const std::string text =
        fmt::format("failed: CUPTI: {}: {}", status_name(api_, notice.result),
                    notice.message != nullptr ? notice.message : "a fatal error");
    const std::lock_guard lock(mutex_);
    ++counters_.fatal_errors;
    ++failures_[text];
    return;
  }
#endif
  if (domain != CUPTI_CB_DOMAIN_DRIVER_API) return;
  const auto& call = *static_cast<const CUpti_CallbackData*>(data);
  if (call.callbackSite != CUPTI_API_EXIT) return;
  auto row = vmm_call(id, call);
  if (!row) return;
  row->start = now();
  row->global_tid = records::global_tid(getpid(), gettid());
  const std::lock_guard lock(mutex_);
  pending_.vmm.push_back(*row);
  if (++pending_rows_ >= kPendingRows) queue({});
}

void Collector::State::add(records::Batch rows) {
  const std::lock_guard lock(mutex_);
  queue(std::move(rows));
}

void Collector::State::queue(records::Batch rows) {
  move_to(rows.vmm, pending_.vmm);
  move_to(rows.ranges, pending_.ranges);
  pending_rows_ = 0;
  jobs_.emplace_back(std::move(rows));
  work_.notify_one();
}

void Collector::State::flush() {
  note("cuptiActivityFlushAll", api_.flush_all(0));
  wait_until_read();
  const std::lock_guard lock(mutex_);
  if (sink_error_) std::rethrow_exception(sink_error_);
}

void Collector::State::wait_until_read() {
  std::unique_lock lock(mutex_);
  if (pending_rows_ > 0) queue({});
  idle_.wait(lock, [this] { return jobs_.empty() && !reading_; });
}

std::uint64_t Collector::State::begin_range() {
  std::uint64_t id = 0;
  {
    const std::lock_guard lock(mutex_);
    id = next_range_++;
  }
  note("cuptiActivityPushExternalCorrelationId",
       api_.push_external_id(CUPTI_EXTERNAL_CORRELATION_KIND_CUSTOM0, id));
  return id;
}

void Collector::State::end_range(std::uint64_t id, records::Range row) {
  std::uint64_t last = 0;
  const CUptiResult status = api_.pop_external_id(CUPTI_EXTERNAL_CORRELATION_KIND_CUSTOM0, &last);
  // Another id on top: ranges of this thread did not end in the reverse order.
  note("cuptiActivityPopExternalCorrelationId",
       status == CUPTI_SUCCESS && last != id ? CUPTI_ERROR_INVALID_OPERATION : status);
  row.end = now();
  row.range_id = static_cast<records::Number>(id);
  const std::lock_guard lock(mutex_);
  pending_.ranges.push_back(std::move(row));
  if (++pending_rows_ >= kPendingRows) queue({});
}

std::int64_t Collector::State::now() const {
  std::uint64_t time = 0;
  if (monotonic_) {
    time = monotonic_time();
  } else if (api_.get_timestamp(&time) != CUPTI_SUCCESS) {
    return 0;
  }
  return static_cast<std::int64_t>(time - origin_);
}

CollectorCounters Collector::State::counters() const {
  const std::lock_guard lock(mutex_);
  return all_counters();
}

CollectorCounters Collector::State::all_counters() const {
  CollectorCounters sum = counters_;
  for (const NamedCounter& counter : kCounters) {
    sum.*counter.member += parser_counters_.*counter.member;
  }
  return sum;
}

void Collector::State::read_jobs() {
  for (;;) {
    std::unique_lock lock(mutex_);
    reading_ = false;
    if (jobs_.empty()) idle_.notify_all();
    work_.wait(lock, [this] { return !jobs_.empty() || closing_; });
    if (jobs_.empty()) break;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    reading_ = true;
    lock.unlock();

    if (auto* rows = std::get_if<records::Batch>(&job)) {
      write(*rows);
      continue;
    }
    auto& [buffer, valid] = std::get<Filled>(job);
    records::Batch rows;
    parser_->parse(buffer.get(), valid, rows);
    pool_.give_back(std::move(buffer));
    ask_for_dropped();
    lock.lock();
    queued_bytes_ -= pool_.bytes();
    parser_counters_ = parser_->counters;
    records_ = parser_->records;
    unknown_kinds_ = parser_->unknown_kinds;
    lock.unlock();
    write(rows);
  }
  records::Batch last;
  write(last);
}

void Collector::State::write(records::Batch& rows) {
  {
    const std::lock_guard lock(mutex_);
    move_to(rows.vmm, pending_.vmm);
    move_to(rows.ranges, pending_.ranges);
    pending_rows_ = 0;
    add_facts(rows);
    if (sink_error_) {
      counters_.unwritten += count_rows(rows);
      return;
    }
  }
  try {
    sink_(rows);
  } catch (...) {
    const std::lock_guard lock(mutex_);
    sink_error_ = std::current_exception();
    counters_.unwritten += count_rows(rows);
  }
}

// CUPTI counts from its last answer on.
void Collector::State::ask_for_dropped() {
  std::size_t count = 0;
  note("cuptiActivityGetNumDroppedRecords", api_.get_dropped(nullptr, 0, &count));
  const std::lock_guard lock(mutex_);
  counters_.dropped += static_cast<std::int64_t>(count);
}

std::map<std::string, std::string> Collector::State::facts_now() const {
  std::map<std::string, std::string> facts = first_facts_;
  const CollectorCounters now = all_counters();
  for (const NamedCounter& counter : kCounters) {
    facts[counter.name] = std::to_string(now.*counter.member);
  }
  for (const auto& [kind, count] : unknown_kinds_) {
    facts[fmt::format("unknown_kind_{}", kind)] = std::to_string(count);
  }
  for (const auto& [call, count] : failures_) facts[call] = std::to_string(count);
  facts["buffers"] = std::to_string(buffers_);
  facts["records"] = std::to_string(records_);
  facts["complete"] = closing_ && jobs_.empty() ? "yes" : "no";
  return facts;
}

void Collector::State::add_facts(records::Batch& rows) {
  std::map<std::string, std::string> facts = facts_now();
  for (const auto& [key, value] : facts) {
    const auto written = written_facts_.find(key);
    if (written == written_facts_.end() || written->second != value) {
      rows.facts.push_back({key, value});
    }
  }
  written_facts_ = std::move(facts);
}

}  // namespace kvf::capture
