#include "profiler/capture/cupti/session.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <ctime>

#include "profiler/capture/cupti/vmm.h"

namespace kvf::capture {
namespace {

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

constexpr std::uint32_t kHasStateDomain = 22;

std::uint64_t read_clock(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000u +
         static_cast<std::uint64_t>(time.tv_nsec);
}

// CUPTI's own clock is CLOCK_REALTIME, which jumps when somebody sets it.
std::uint64_t CUPTIAPI monotonic_time() { return read_clock(CLOCK_MONOTONIC); }

}  // namespace

void Session::check(const char* call, CUptiResult status) const {
  if (status == CUPTI_SUCCESS) return;
  const std::string advice = status_advice(status);
  throw CuptiError(fmt::format("{}: {}{}{}", call, status_name(api_, status),
                               advice.empty() ? "" : "; ", advice));
}

void Session::begin(const Callbacks& callbacks) {
  check("cuptiGetVersion", api_.get_version(&version_));
  // Before all else: this is where another tool shows.
  check("cuptiSubscribe", api_.subscribe(&subscriber_, callbacks.called, nullptr));
  subscribed_ = true;
  // Else CUPTI zeroes each buffer, in the thread of the program.
  set("cuptiActivitySetAttribute(ZEROED_OUT_ACTIVITY_BUFFER)",
      CUPTI_ACTIVITY_ATTR_ZEROED_OUT_ACTIVITY_BUFFER);
  // Else CUPTI's own buffers are in the memory that is to be measured.
  set("cuptiActivitySetAttribute(MEM_ALLOCATION_TYPE_HOST_PINNED)",
      CUPTI_ACTIVITY_ATTR_MEM_ALLOCATION_TYPE_HOST_PINNED);
  note_("cuptiSetThreadIdType", api_.set_thread_id_type(CUPTI_ACTIVITY_THREAD_ID_TYPE_SYSTEM));
  choose_clock();
  check("cuptiActivityRegisterCallbacks",
        api_.register_callbacks(callbacks.requested, callbacks.completed));
}

void Session::set(const char* name, CUpti_ActivityAttribute attribute) {
  std::uint8_t yes = 1;
  std::size_t size = sizeof yes;
  note_(name, api_.set_attribute(attribute, &size, &yes));
}

void Session::choose_clock() {
  if (api_.register_timestamp_callback != nullptr) {
    const CUptiResult status = api_.register_timestamp_callback(monotonic_time);
    note_("cuptiActivityRegisterTimestampCallback", status);
    monotonic_ = status == CUPTI_SUCCESS;
  }
  origin_monotonic_ = read_clock(CLOCK_MONOTONIC);
  origin_realtime_ = read_clock(CLOCK_REALTIME);
  if (monotonic_) {
    origin_ = origin_monotonic_;
  } else {
    check("cuptiGetTimestamp", api_.get_timestamp(&origin_));
  }
}

void Session::enable() {
  for (const CUpti_ActivityKind kind : kKinds) {
    const std::string call = fmt::format("cuptiActivityEnable({})", static_cast<int>(kind));
    check(call.c_str(), api_.enable(kind));
    enabled_.push_back(kind);
  }
  for (const CUpti_CallbackId id : kVmmCalls) {
    const CUptiResult status = api_.enable_callback(1, subscriber_, CUPTI_CB_DOMAIN_DRIVER_API, id);
    note_("cuptiEnableCallback(DRIVER_API)", status);
    if (status == CUPTI_SUCCESS) watched_.push_back(id);
  }
  if (version_ >= kHasStateDomain) {
    note_("cuptiEnableCallback(STATE)",
          api_.enable_callback(1, subscriber_, kStateDomain, kFatalError));
  }
  // After the kinds, which would switch all calls on again.
  if (api_.enable_runtime_api == nullptr || api_.enable_driver_api == nullptr) return;
  for (const CUpti_CallbackId id : kSilentRuntimeCalls) {
    note_("cuptiActivityEnableRuntimeApi", api_.enable_runtime_api(id, 0));
  }
  for (const CUpti_CallbackId id : kSilentDriverCalls) {
    note_("cuptiActivityEnableDriverApi", api_.enable_driver_api(id, 0));
  }
}

void Session::disable() {
  for (; !enabled_.empty(); enabled_.pop_back()) {
    note_("cuptiActivityDisable", api_.disable(enabled_.back()));
  }
  for (; !watched_.empty(); watched_.pop_back()) {
    note_("cuptiEnableCallback(DRIVER_API)",
          api_.enable_callback(0, subscriber_, CUPTI_CB_DOMAIN_DRIVER_API, watched_.back()));
  }
}

void Session::leave() {
  if (subscribed_) note_("cuptiUnsubscribe", api_.unsubscribe(subscriber_));
  subscribed_ = false;
}

std::map<std::string, std::string> Session::facts() const {
  return {{"source", "cuda"},
          {"process", std::to_string(getpid())},
          {"cupti_runtime_version", std::to_string(version_)},
          {"cupti_compile_version", std::to_string(CUPTI_API_VERSION)},
          {"kinds", kKindNames},
          {"clock", monotonic_ ? "CLOCK_MONOTONIC" : "CUPTI's (CLOCK_REALTIME)"},
          {"origin_ns", std::to_string(origin_)},
          {"origin_monotonic_ns", std::to_string(origin_monotonic_)},
          {"origin_realtime_ns", std::to_string(origin_realtime_)}};
}

std::map<std::string, std::string> Session::end_facts() const {
  return {{"end_ns", std::to_string(static_cast<std::uint64_t>(now()) + origin_)},
          {"end_monotonic_ns", std::to_string(read_clock(CLOCK_MONOTONIC))},
          {"end_realtime_ns", std::to_string(read_clock(CLOCK_REALTIME))}};
}

std::int64_t Session::now() const {
  std::uint64_t time = 0;
  if (monotonic_) {
    time = monotonic_time();
  } else if (api_.get_timestamp(&time) != CUPTI_SUCCESS) {
    return 0;
  }
  return static_cast<std::int64_t>(time - origin_);
}

}  // namespace kvf::capture
