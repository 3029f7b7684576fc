#include "profiler/capture/backends/cupti_probe.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <vector>

#include "profiler/capture/backends/library.h"

namespace kvf::capture {

CuptiProbe probe_cupti(bool gpu_works) {
  std::vector<std::string> names{"libcupti.so.13", "libcupti.so.12", "libcupti.so.11.8",
                                 "libcupti.so"};
  for (const char* variable : {"CUDA_HOME", "CUDA_PATH"}) {
    if (const char* home = std::getenv(variable); home != nullptr) {
      names.push_back(std::string(home) + "/extras/CUPTI/lib64/libcupti.so");
      names.push_back(std::string(home) + "/lib64/libcupti.so");
    }
  }
  names.emplace_back("/usr/local/cuda/extras/CUPTI/lib64/libcupti.so");

  CuptiProbe probe;
  for (const std::string& name : names) {
    const Library cupti(name);
    if (!cupti) continue;
    std::error_code error;
    const auto file = std::filesystem::canonical(cupti.path(), error);
    probe.file = error ? cupti.path() : file.string();
    if (!gpu_works) {
      probe.problem = "not tried without a GPU that works";
      return probe;
    }
    auto* const version = cupti.function<int(std::uint32_t*)>("cuptiGetVersion");
    const int result = version == nullptr ? -1 : version(&probe.version);
    if (result != 0) {
      probe.problem = fmt::format("cuptiGetVersion: {}", result);
      probe.advice = "take the CUPTI of a toolkit that is not newer than the driver";
    }
    return probe;
  }
  probe.problem = "no libcupti.so is found";
  probe.advice =
      "install the CUDA toolkit's CUPTI, and name its folder in LD_LIBRARY_PATH or CUDA_HOME";
  return probe;
}

}  // namespace kvf::capture
