#include "tests/cupti/fake_cupti.h"

#include <dlfcn.h>

#include <algorithm>
#include <stdexcept>
#include <thread>

namespace kvf::test {
namespace {

std::atomic<FakeCupti*> current = nullptr;
thread_local std::vector<std::uint64_t> external_ids;

// From CUDA 13.2 on CUPTI does nothing, or crashes, where there is no driver.
constexpr std::uint32_t kNeedsDriver = 130200;

RealIterator load_iterator() {
  const std::string path = KVF_CUPTI_LIBRARY;
  if (CUPTI_API_VERSION >= kNeedsDriver && !capture::probe_driver(0).usable()) {
    return {nullptr, 0, "this CUPTI does nothing without a driver"};
  }
  std::string problem;
  const auto loaded = capture::load_cupti({path}, problem);
  if (!loaded) return {nullptr, 0, "no CUPTI: " + problem};
  RealIterator real{loaded->api.get_next_record, 0, {}};
  if (real.next == nullptr || loaded->api.get_version(&real.version) != CUPTI_SUCCESS) {
    return {nullptr, 0, path + " does not answer"};
  }
  return real;
}

}  // namespace

const RealIterator& real_iterator() {
  static const RealIterator real = load_iterator();
  return real;
}

std::vector<Iterator> iterators() {
  std::vector<Iterator> all{{nullptr, 20},     {nullptr, 24},     {nullptr, 26},
                            {nullptr, 130001}, {nullptr, 130101}, {nullptr, 130301},
                            {nullptr, 130401}};
  if (real_iterator().next != nullptr) {
    all.push_back({real_iterator().next, real_iterator().version});
  }
  return all;
}

// The functions, for those of the fake that lives.
struct FakeFunctions {
  static FakeCupti& fake() { return *current.load(); }

  static CUptiResult get_version(std::uint32_t* version) {
    *version = fake().iterator_.version;
    return fake().log("get_version");
  }
  static CUptiResult get_result_string(CUptiResult status, const char** text) {
    *text = status == CUPTI_ERROR_MULTIPLE_SUBSCRIBERS_NOT_SUPPORTED
                ? "CUPTI_ERROR_MULTIPLE_SUBSCRIBERS_NOT_SUPPORTED"
            : status == CUPTI_ERROR_INSUFFICIENT_PRIVILEGES ? "CUPTI_ERROR_INSUFFICIENT_PRIVILEGES"
                                                            : "CUPTI_ERROR_OTHER";
    return CUPTI_SUCCESS;
  }
  static CUptiResult get_callback_name(CUpti_CallbackDomain domain, std::uint32_t id,
                                       const char** name) {
    if (id == 999) return CUPTI_ERROR_INVALID_PARAMETER;
    *name = domain == CUPTI_CB_DOMAIN_DRIVER_API ? "cuMemAlloc_v2" : "cudaMalloc_v3020";
    return CUPTI_SUCCESS;
  }
  static CUptiResult get_timestamp(std::uint64_t* time) {
    *time = 5'000'000;
    return fake().log("get_timestamp");
  }
  static CUptiResult get_last_error() { return fake().log("get_last_error"); }
  static CUptiResult subscribe(CUpti_SubscriberHandle* handle, CUpti_CallbackFunc function,
                               void* data) {
    FakeCupti& f = fake();
    const CUptiResult status = f.log("subscribe");
    if (status != CUPTI_SUCCESS) return status;
    *handle = reinterpret_cast<CUpti_SubscriberHandle>(&f);
    const std::lock_guard lock(f.mutex_);
    f.callback_ = function;
    f.user_data_ = data;
    return status;
  }
  static CUptiResult unsubscribe(CUpti_SubscriberHandle) {
    FakeCupti& f = fake();
    const std::lock_guard lock(f.mutex_);
    f.callback_ = nullptr;
    f.calls_.emplace_back("unsubscribe");
    return CUPTI_SUCCESS;
  }
  static CUptiResult enable_callback(std::uint32_t on, CUpti_SubscriberHandle,
                                     CUpti_CallbackDomain domain, CUpti_CallbackId id) {
    FakeCupti& f = fake();
    const CUptiResult status = f.log((on != 0 ? "watch " : "unwatch ") + std::to_string(domain) +
                                     " " + std::to_string(id));
    const std::lock_guard lock(f.mutex_);
    const std::pair<int, std::uint32_t> key{static_cast<int>(domain), id};
    if (status == CUPTI_SUCCESS && on != 0) f.watched_.insert(key);
    if (on == 0) f.watched_.erase(key);
    return status;
  }
  static CUptiResult set_thread_id_type(CUpti_ActivityThreadIdType type) {
    return fake().log("thread_id_type " + std::to_string(type));
  }
  static CUptiResult set_attribute(CUpti_ActivityAttribute attribute, std::size_t* size,
                                   void* value) {
    const int given = *size == 1 ? *static_cast<std::uint8_t*>(value) : -1;
    return fake().log("attribute " + std::to_string(attribute) + " " + std::to_string(given));
  }
  static CUptiResult register_callbacks(CUpti_BuffersCallbackRequestFunc requested,
                                        CUpti_BuffersCallbackCompleteFunc completed) {
    FakeCupti& f = fake();
    const CUptiResult status = f.log("register_callbacks");
    const std::lock_guard lock(f.mutex_);
    f.requested_ = requested;
    f.completed_ = completed;
    return status;
  }
  static CUptiResult enable(CUpti_ActivityKind kind) {
    FakeCupti& f = fake();
    const CUptiResult status = f.log("enable " + std::to_string(kind));
    const std::lock_guard lock(f.mutex_);
    if (status == CUPTI_SUCCESS) f.enabled_.insert(kind);
    return status;
  }
  static CUptiResult disable(CUpti_ActivityKind kind) {
    FakeCupti& f = fake();
    const CUptiResult status = f.log("disable " + std::to_string(kind));
    const std::lock_guard lock(f.mutex_);
    f.enabled_.erase(kind);
    return status;
  }
  static CUptiResult flush_all(std::uint32_t flag) {
    FakeCupti& f = fake();
    const CUptiResult status = f.log("flush " + std::to_string(flag));
    if (status != CUPTI_SUCCESS) return status;
    std::vector<RecordBuffer> due;
    {
      const std::lock_guard lock(f.mutex_);
      due.swap(f.kept_);
      if (flag == CUPTI_ACTIVITY_FLAG_FLUSH_FORCED) {
        due.insert(due.end(), f.kept_for_forced_.begin(), f.kept_for_forced_.end());
        f.kept_for_forced_.clear();
      }
    }
    // In the thread of the caller, as the documentation warns.
    for (const RecordBuffer& records : due) f.deliver(records);
    return status;
  }
  static CUptiResult get_dropped(CUcontext, std::uint32_t, std::size_t* count) {
    *count = fake().dropped_.exchange(0);
    return fake().log("get_dropped");
  }
  static CUptiResult push(CUpti_ExternalCorrelationKind, std::uint64_t id) {
    external_ids.push_back(id);
    return fake().log("push " + std::to_string(id));
  }
  static CUptiResult pop(CUpti_ExternalCorrelationKind, std::uint64_t* last) {
    if (external_ids.empty()) return CUPTI_ERROR_QUEUE_EMPTY;
    *last = external_ids.back();
    external_ids.pop_back();
    return fake().log("pop " + std::to_string(*last));
  }
  static CUptiResult register_clock(CUpti_TimestampCallbackFunc clock) {
    FakeCupti& f = fake();
    const CUptiResult status = f.log("register_clock");
    const std::lock_guard lock(f.mutex_);
    f.clock_ = clock;
    return status;
  }
  static CUptiResult enable_runtime_api(CUpti_CallbackId id, std::uint8_t on) {
    return fake().log("runtime_api " + std::to_string(id) + " " + std::to_string(on));
  }
  static CUptiResult enable_driver_api(CUpti_CallbackId id, std::uint8_t on) {
    return fake().log("driver_api " + std::to_string(id) + " " + std::to_string(on));
  }
};

FakeCupti::FakeCupti(Iterator iterator) : iterator_(iterator) { current = this; }
FakeCupti::~FakeCupti() { current = nullptr; }

capture::CuptiApi FakeCupti::api() const {
  using F = FakeFunctions;
  capture::CuptiApi api;
  api.get_version = F::get_version;
  api.get_result_string = F::get_result_string;
  api.get_callback_name = F::get_callback_name;
  api.get_timestamp = F::get_timestamp;
  api.get_last_error = F::get_last_error;
  api.subscribe = F::subscribe;
  api.unsubscribe = F::unsubscribe;
  api.enable_callback = F::enable_callback;
  api.set_thread_id_type = F::set_thread_id_type;
  api.set_attribute = F::set_attribute;
  api.register_callbacks = F::register_callbacks;
  api.enable = F::enable;
  api.disable = F::disable;
  api.flush_all = F::flush_all;
  api.get_dropped = F::get_dropped;
  api.push_external_id = F::push;
  api.pop_external_id = F::pop;
  api.get_next_record = iterator_.next;
  api.register_timestamp_callback = F::register_clock;
  api.enable_runtime_api = F::enable_runtime_api;
  api.enable_driver_api = F::enable_driver_api;
  return api;
}

CUptiResult FakeCupti::log(const std::string& call) {
  const std::lock_guard lock(mutex_);
  calls_.push_back(call);
  const auto failure = failures.find(call);
  return failure == failures.end() ? CUPTI_SUCCESS : failure->second;
}

void FakeCupti::complain(const std::string& text) {
  const std::lock_guard lock(mutex_);
  complaints_.push_back(text);
}

FakeCupti::Asked FakeCupti::ask() {
  Asked asked{nullptr, 0};
  std::size_t most = 1;
  requested_(&asked.buffer, &asked.size, &most);
  if (asked.buffer == nullptr) complain("no buffer");
  if (most != 0) complain("a limit of records");
  if (reinterpret_cast<std::uintptr_t>(asked.buffer) % 8 != 0) complain("an odd place");
  if (!std::all_of(asked.buffer, asked.buffer + asked.size, [](auto byte) { return byte == 0; })) {
    complain("a buffer that is not zeroed");
  }
  return asked;
}

void FakeCupti::hand_back(Asked asked, const RecordBuffer& records) {
  if (asked.buffer == nullptr) return;
  if (asked.size < records.bytes.size()) throw std::logic_error("test: a buffer is too short");
  std::copy(records.bytes.begin(), records.bytes.end(), asked.buffer);
  completed_(nullptr, 0, asked.buffer, asked.size, records.bytes.size());
}

void FakeCupti::deliver(const RecordBuffer& records) { hand_back(ask(), records); }

void FakeCupti::deliver_elsewhere(const RecordBuffer& records) {
  std::thread([&] { deliver(records); }).join();
}

void FakeCupti::keep_for_flush(const RecordBuffer& records, bool forced) {
  const std::lock_guard lock(mutex_);
  (forced ? kept_for_forced_ : kept_).push_back(records);
}

void FakeCupti::call_back(CUpti_CallbackDomain domain, CUpti_CallbackId id, const void* data) {
  CUpti_CallbackFunc function = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (watched_.contains({static_cast<int>(domain), id})) function = callback_;
  }
  if (function != nullptr) function(user_data_, domain, id, data);
}

std::vector<std::string> FakeCupti::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}
std::set<int> FakeCupti::enabled() const {
  const std::lock_guard lock(mutex_);
  return enabled_;
}
std::vector<std::string> FakeCupti::complaints() const {
  const std::lock_guard lock(mutex_);
  return complaints_;
}

}  // namespace kvf::test
