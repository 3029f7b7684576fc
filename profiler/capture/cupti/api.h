// The functions of CUPTI that are called, as a table: filled from a library at run time, or by a
// test. And how a collector is made over such a table.
#pragma once

#include <cupti.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "profiler/capture/cupti/cupti.h"

namespace kvf::capture {

struct CuptiApi {
  decltype(&cuptiGetVersion) get_version = nullptr;
  decltype(&cuptiGetResultString) get_result_string = nullptr;
  decltype(&cuptiGetCallbackName) get_callback_name = nullptr;
  decltype(&cuptiGetTimestamp) get_timestamp = nullptr;
  decltype(&cuptiGetLastError) get_last_error = nullptr;
  decltype(&cuptiSubscribe) subscribe = nullptr;
  decltype(&cuptiUnsubscribe) unsubscribe = nullptr;
  decltype(&cuptiEnableCallback) enable_callback = nullptr;
  decltype(&cuptiSetThreadIdType) set_thread_id_type = nullptr;
  decltype(&cuptiActivitySetAttribute) set_attribute = nullptr;
  decltype(&cuptiActivityRegisterCallbacks) register_callbacks = nullptr;
  decltype(&cuptiActivityEnable) enable = nullptr;
  decltype(&cuptiActivityDisable) disable = nullptr;
  decltype(&cuptiActivityFlushAll) flush_all = nullptr;
  decltype(&cuptiActivityGetNumDroppedRecords) get_dropped = nullptr;
  decltype(&cuptiActivityPushExternalCorrelationId) push_external_id = nullptr;
  decltype(&cuptiActivityPopExternalCorrelationId) pop_external_id = nullptr;

  // Null where a library has none: the collector does without.
  decltype(&cuptiActivityGetNextRecord) get_next_record = nullptr;  // then record_size.h
  decltype(&cuptiActivityRegisterTimestampCallback) register_timestamp_callback = nullptr;
  // CUDA 12.5 and later; declared here, for older headers do not.
  CUptiResult (*enable_runtime_api)(CUpti_CallbackId, std::uint8_t) = nullptr;
  CUptiResult (*enable_driver_api)(CUpti_CallbackId, std::uint8_t) = nullptr;
};

struct LoadedCupti {
  CuptiApi api;
  std::string file;  // links followed
};

// The first of these libraries that can be loaded and has all that is needed. It stays loaded for
// ever: CUPTI's threads cannot be ended. `problem` gets one line for each that failed.
std::optional<LoadedCupti> load_cupti(const std::vector<std::string>& libraries,
                                      std::string& problem);
// Where CUPTI may be, best first.
std::vector<std::string> cupti_libraries();

// A status of the library by its own name, "CUPTI_ERROR_MULTIPLE_SUBSCRIBERS_NOT_SUPPORTED (39)",
// and what a user can do about it; empty where nothing is known.
std::string status_name(const CuptiApi& api, CUptiResult status);
std::string status_advice(CUptiResult status);

// "12.4 (22)": the toolkit whose CUPTI_API_VERSION this is.
std::string version_name(std::uint32_t version);
// Why records of this version cannot be read; empty if they can.
std::string version_problem(std::uint32_t version);

// find_cupti() with the places to look at.
CuptiReport find_cupti(const DriverProbe& driver, const std::vector<std::string>& libraries);

// Like the collector's own constructor, over a given table.
struct CollectorMaker {
  static Collector make(const CuptiApi& api, Sink sink, const CollectorOptions& options);
};

}  // namespace kvf::capture
