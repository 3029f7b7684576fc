#include "profiler/capture/cupti/collector_state.h"

#include <fmt/format.h>
#include <unistd.h>

#include "profiler/capture/cupti/callbacks.h"
#include "profiler/capture/cupti/counters.h"
#include "profiler/capture/cupti/record_iterator.h"
#include "profiler/capture/cupti/vmm.h"
#include "timeline/records_columns.h"

namespace kvf::capture {
namespace {

constexpr std::size_t kPendingRows = 4096;

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

Collector::State::State(const CuptiApi& api, Sink sink, const CollectorOptions& options)
    : api_(api),
      sink_(std::move(sink)),
      options_(options),
      pool_(options.buffer_bytes),
      session_(api_, [this](const char* call, CUptiResult status) { note(call, status); }) {}

Collector::State::~State() {
  if (reader_.joinable()) reader_.join();  // close() was called, or nothing was started
}

void Collector::State::note(const char* call, CUptiResult status) {
  if (status == CUPTI_SUCCESS) return;
  const std::string text = fmt::format("failed: {}: {}", call, status_name(api_, status));
  const std::lock_guard lock(mutex_);
  ++counters_.failed_calls;
  ++failures_[text];
}

void Collector::State::start(const std::shared_ptr<State>& self) {
  activate(self);
  try {
    session_.begin(cupti_callbacks());
    first_facts_ = options_.facts;
    first_facts_.merge(session_.facts());
    first_facts_.insert({{"buffer_bytes", std::to_string(options_.buffer_bytes)},
                         {"queued_bytes", std::to_string(options_.queued_bytes)}});
    parser_ = std::make_unique<Parser>(api_, session_.version(), session_.origin());
    session_.enable();
    reader_ = std::thread([this] { read_jobs(); });
  } catch (...) {
    session_.disable();
    session_.leave();
    close();
    throw;
  }
}

void Collector::State::close() {
  deactivate();
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
  session_.disable();
  note("cuptiActivityFlushAll(FORCED)", api_.flush_all(CUPTI_ACTIVITY_FLAG_FLUSH_FORCED));
  wait_until_read();
  ask_for_dropped();
  note("cuptiGetLastError", api_.get_last_error());
  {
    const std::lock_guard lock(mutex_);
    first_facts_.merge(session_.end_facts());
  }
  session_.leave();
  close();
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

void Collector::State::completed(std::uint8_t* raw, std::size_t size, std::size_t valid) {
  Buffer buffer(raw);
  {
    const std::lock_guard lock(mutex_);
    ++buffers_;
    if (!closing_ && queued_bytes_ + size <= options_.queued_bytes) {
      queued_bytes_ += size;
      jobs_.emplace_back(Filled{std::move(buffer), size, valid});
    }
  }
  if (!buffer) return work_.notify_one();
  // Older libraries crash if they get no buffer when they ask, so that it is full ones that go.
  const std::int64_t lost = count_records(api_, session_.version(), raw, valid);
  pool_.give_back(std::move(buffer), size);
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

std::int64_t Collector::State::now() const { return session_.now(); }

CollectorCounters Collector::State::counters() const {
  const std::lock_guard lock(mutex_);
  return all_counters();
}

CollectorCounters Collector::State::all_counters() const {
  return sum(counters_, parser_counters_);
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
    auto& [buffer, size, valid] = std::get<Filled>(job);
    records::Batch rows;
    parser_->parse(buffer.get(), valid, rows);
    pool_.give_back(std::move(buffer), size);
    ask_for_dropped();
    lock.lock();
    queued_bytes_ -= size;
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
