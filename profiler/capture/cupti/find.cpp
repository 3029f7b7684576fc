// Whether CUPTI can be used, and if not, what to do.
#include <fmt/format.h>

#include "profiler/capture/cupti/api.h"

namespace kvf::capture {

CuptiReport find_cupti(const DriverProbe& driver, const std::vector<std::string>& libraries) {
  CuptiReport report;
  report.built = version_name(CUPTI_API_VERSION);
  std::string tried;
  const auto loaded = load_cupti(libraries, tried);
  if (loaded) report.file = loaded->file;
  if (!driver.usable()) {
    report.problem = fmt::format("no GPU can be used: {}", driver.problem);
    report.advice = driver.advice;
    return report;
  }
  report.driver = fmt::format("{}{}CUDA {}.{}", driver.release, driver.release.empty() ? "" : ", ",
                              driver.cuda_version / 1000, driver.cuda_version % 1000 / 10);
  if (!loaded) {
    report.problem = fmt::format("CUPTI is not found:\n{}", tried);
    report.advice =
        "install the CUDA toolkit (CUPTI is in extras/CUPTI), and name its folder in CUDA_HOME";
    return report;
  }
  std::uint32_t version = 0;
  if (const CUptiResult status = loaded->api.get_version(&version); status != CUPTI_SUCCESS) {
    report.problem = fmt::format("cuptiGetVersion: {}", status_name(loaded->api, status));
    report.advice = status_advice(status);
    return report;
  }
  report.version = version_name(version);
  report.problem = version_problem(version);
  if (!report.usable()) report.advice = "install a CUDA toolkit of version 11.8 or later";
  return report;
}

CuptiReport find_cupti(const DriverProbe& driver) { return find_cupti(driver, cupti_libraries()); }

}  // namespace kvf::capture
