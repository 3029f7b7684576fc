// Whether there is a driver and a CUPTI, and if not, what to do.
#include <cuda.h>
#include <dlfcn.h>
#include <fmt/format.h>

#include "profiler/capture/cupti/api.h"

namespace kvf::capture {
namespace {

// The driver's own words, where it has some for this code.
std::string driver_words(void* library, CUresult code) {
  const auto get =
      reinterpret_cast<decltype(&cuGetErrorString)>(dlsym(library, "cuGetErrorString"));
  const char* text = nullptr;
  const bool known = get != nullptr && get(code, &text) == CUDA_SUCCESS && text != nullptr;
  return fmt::format("{} ({})", known ? text : "error", static_cast<int>(code));
}

// By number: older headers do not have all the names.
std::string driver_advice(CUresult code) {
  switch (static_cast<int>(code)) {
    case 34:
      return "libcuda.so.1 is the toolkit's stub: take its folder out of LD_LIBRARY_PATH and "
             "install the NVIDIA driver";
    case 100:
      return "no GPU is visible: check CUDA_VISIBLE_DEVICES, or start the container with GPUs";
    case 803:
      return "driver and libcuda.so.1 do not fit together: reinstall the driver, or reboot";
    default:
      return "check with nvidia-smi that the driver works";
  }
}

}  // namespace

DriverProbe probe_driver() {
  // Left open: a driver that was initialised cannot be unloaded.
  void* library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    return {"no NVIDIA driver", dlerror(),
            "install the NVIDIA driver; in a container, start it with GPUs"};
  }
  const auto init = reinterpret_cast<decltype(&cuInit)>(dlsym(library, "cuInit"));
  const auto version =
      reinterpret_cast<decltype(&cuDriverGetVersion)>(dlsym(library, "cuDriverGetVersion"));
  if (init == nullptr || version == nullptr) {
    return {"no NVIDIA driver", "libcuda.so.1 has no cuInit", "reinstall the NVIDIA driver"};
  }
  if (const CUresult code = init(0); code != CUDA_SUCCESS) {
    return {"a driver that does not work", fmt::format("cuInit: {}", driver_words(library, code)),
            driver_advice(code)};
  }
  int number = 0;
  if (const CUresult code = version(&number); code != CUDA_SUCCESS) {
    return {"a driver that does not work",
            fmt::format("cuDriverGetVersion: {}", driver_words(library, code)),
            driver_advice(code)};
  }
  return {fmt::format("a driver for CUDA {}.{}", number / 1000, number % 1000 / 10), {}, {}};
}

CuptiReport find_cupti(const DriverProbe& driver, const std::vector<std::string>& libraries) {
  CuptiReport report;
  report.built = version_name(CUPTI_API_VERSION);
  report.driver = driver.words;
  if (!driver.error.empty()) {
    report.problem = fmt::format("no GPU can be used: {}", driver.error);
    report.advice = driver.advice;
    return report;
  }
  std::string tried;
  const auto loaded = load_cupti(libraries, tried);
  if (!loaded) {
    report.problem = fmt::format("CUPTI is not found:\n{}", tried);
    report.advice =
        "install the CUDA toolkit (CUPTI is in extras/CUPTI), and name its folder in CUDA_HOME";
    return report;
  }
  report.file = loaded->file;
  std::uint32_t version = 0;
  if (const CUptiResult status = loaded->api.get_version(&version); status != CUPTI_SUCCESS) {
    report.problem = fmt::format("cuptiGetVersion: {}", status_name(loaded->api, status));
    report.advice = status_advice(status);
    return report;
  }
  report.version = version_name(version);
  report.problem = version_problem(version);
  if (!report.problem.empty()) {
    report.advice = "install a CUDA toolkit of version 11.8 or later";
    return report;
  }
  report.usable = true;
  return report;
}

CuptiReport find_cupti() { return find_cupti(probe_driver(), cupti_libraries()); }

}  // namespace kvf::capture
