#include "profiler/capture/cupti/api.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <type_traits>

#include "profiler/capture/driver/library.h"

namespace kvf::capture {
namespace {

// Fills one entry; false if the library has no such function.
template <class Function>
bool fill(const Library& library, const char* name, Function& function) {
  function = library.function<std::remove_pointer_t<Function>>(name);
  return function != nullptr;
}

// The name of a function that is needed and not there, or null.
const char* fill_all(const Library& library, CuptiApi& api) {
  const char* missing = nullptr;
  const auto need = [&](const char* name, auto& function) {
    if (!fill(library, name, function) && missing == nullptr) missing = name;
  };
  need("cuptiGetVersion", api.get_version);
  need("cuptiGetResultString", api.get_result_string);
  need("cuptiGetCallbackName", api.get_callback_name);
  need("cuptiGetTimestamp", api.get_timestamp);
  need("cuptiGetLastError", api.get_last_error);
  need("cuptiSubscribe", api.subscribe);
  need("cuptiUnsubscribe", api.unsubscribe);
  need("cuptiEnableCallback", api.enable_callback);
  need("cuptiSetThreadIdType", api.set_thread_id_type);
  need("cuptiActivitySetAttribute", api.set_attribute);
  need("cuptiActivityRegisterCallbacks", api.register_callbacks);
  need("cuptiActivityEnable", api.enable);
  need("cuptiActivityDisable", api.disable);
  need("cuptiActivityFlushAll", api.flush_all);
  need("cuptiActivityGetNumDroppedRecords", api.get_dropped);
  need("cuptiActivityPushExternalCorrelationId", api.push_external_id);
  need("cuptiActivityPopExternalCorrelationId", api.pop_external_id);
  fill(library, "cuptiActivityGetNextRecord", api.get_next_record);
  fill(library, "cuptiActivityRegisterTimestampCallback", api.register_timestamp_callback);
  fill(library, "cuptiActivityEnableRuntimeApi", api.enable_runtime_api);
  fill(library, "cuptiActivityEnableDriverApi", api.enable_driver_api);
  return missing;
}

}  // namespace

std::vector<std::string> cupti_libraries() {
  std::vector<std::string> libraries;
  for (const char* variable : {"CUDA_HOME", "CUDA_PATH"}) {
    const char* home = std::getenv(variable);
    if (home == nullptr || *home == '\0') continue;
    for (const char* place : {"extras/CUPTI/lib64", "lib64"}) {
      libraries.push_back(fmt::format("{}/{}/libcupti.so", home, place));
    }
  }
  libraries.insert(
      libraries.end(),
      {"libcupti.so.13", "libcupti.so.12", "libcupti.so.11.8", "libcupti.so",
       "/usr/local/cuda/extras/CUPTI/lib64/libcupti.so", "/usr/local/cuda/lib64/libcupti.so"});
  return libraries;
}

std::optional<LoadedCupti> load_cupti(const std::vector<std::string>& libraries,
                                      std::string& problem) {
  for (const std::string& name : libraries) {
    const Library library(name);
    if (!library) {
      problem += fmt::format("{}\n", library.error());
      continue;
    }
    std::error_code error;
    const auto file = std::filesystem::canonical(library.path(), error);
    LoadedCupti loaded{{}, error ? library.path() : file.string()};
    const char* missing = fill_all(library, loaded.api);
    if (missing == nullptr) return loaded;
    problem += fmt::format("{}: has no {}\n", name, missing);
  }
  return {};
}

std::string status_name(const CuptiApi& api, CUptiResult status) {
  const char* text = nullptr;
  const bool known = api.get_result_string != nullptr &&
                     api.get_result_string(status, &text) == CUPTI_SUCCESS && text != nullptr;
  return fmt::format("{} ({})", known ? text : "CUPTI status", static_cast<int>(status));
}

// By number: older headers do not have all the names.
std::string status_advice(CUptiResult status) {
  switch (static_cast<int>(status)) {
    case 14:
      return "the driver is older than this CUPTI: update it, or use an older CUDA toolkit";
    case 15:
      return "CUPTI could not begin: is the driver older than this CUPTI?";
    case 27:
      return "this GPU or platform cannot be traced";
    case 35:
      return "the driver keeps tracing to administrators: see NVIDIA's ERR_NVGPUCTRPERM page, or "
             "ask who administers this machine";
    case 39:
      return "another tool is attached to this process (nsys, ncu, a debugger, another profiler): "
             "run without it";
    case 40:
      return "the virtual GPU's licence does not allow tracing";
    case 41:
      return "confidential computing is on: this GPU cannot be traced";
    case 42:
      return "mining GPUs (CMP) cannot be traced";
    case 43:
      return "a MIG slice cannot be traced: use the whole GPU";
    case 44:
      return "SLI is on: turn it off";
    case 45:
      return "WSL cannot trace this GPU";
    case 999:
      return "CUPTI gives no reason; without a working driver it always says this";
    default:
      return {};
  }
}

std::string version_name(std::uint32_t version) {
  // CUPTI_API_VERSION of the headers of each toolkit; from 13.0 on it is major, minor, update.
  constexpr std::array kNames{"11.8 to 12.1", "12.0",          "12.2", "12.3", "12.4",  "12.5",
                              "12.6",         "12.6 or later", "12.8", "12.9", "12.9.1"};
  if (version >= 130000) {
    return fmt::format("{}.{}.{} ({})", version / 10000, version / 100 % 100, version % 100,
                       version);
  }
  if (version >= 18 && version - 18 < kNames.size()) {
    return fmt::format("{} ({})", kNames[version - 18], version);
  }
  return fmt::format("{} ({})", version < 18 ? "before 11.8" : "unknown", version);
}

std::string version_problem(std::uint32_t version) {
  if (version >= 18) return {};
  return fmt::format("CUPTI {} is too old: records of CUDA 11.8 and later are read",
                     version_name(version));
}

}  // namespace kvf::capture
