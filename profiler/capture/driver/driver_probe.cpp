#include "profiler/capture/driver/driver_probe.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>

#include "profiler/capture/driver/library.h"

namespace kvf::capture {
namespace {

namespace fs = std::filesystem;

// Of cuda.h, which is not there in a build without CUDA. Results and attributes never change.
constexpr int kStubLibrary = 34;
constexpr int kNoDevice = 100;
constexpr int kSystemNotReady = 802;
constexpr int kDriverMismatch = 803;
constexpr int kMultiprocessors = 16, kMemoryClock = 36, kBusWidth = 37, kMajor = 75, kMinor = 76;

bool in_container(const ProbePlaces& places) {
  return fs::exists(places.root + "/.dockerenv") || fs::exists(places.root + "/run/.containerenv");
}

bool nvidia_hardware(const ProbePlaces& places) {
  std::error_code none;
  for (const auto& device : fs::directory_iterator(places.root + "/sys/bus/pci/devices", none)) {
    std::string vendor, kind;
    std::ifstream(device.path() / "vendor") >> vendor;
    std::ifstream(device.path() / "class") >> kind;
    if (vendor == "0x10de" && kind.rfind("0x03", 0) == 0) return true;  // a display controller
  }
  return false;
}

// "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build ..."
std::string release(const ProbePlaces& places) {
  std::ifstream file(places.root + "/proc/driver/nvidia/version");
  std::string line;
  std::getline(file, line);
  std::smatch match;
  const std::regex number(R"(\s(\d+\.\d+(\.\d+)?)\s)");
  return std::regex_search(line, match, number) ? match[1].str() : "";
}

void explain_absence(DriverProbe& probe, const ProbePlaces& places) {
  const bool container = in_container(places);
  if (!probe.release.empty()) {
    probe.problem =
        fmt::format("the kernel has the NVIDIA driver {}, but its library {} is not here",
                    probe.release, places.driver_file);
    probe.advice = container ? "start the container with --gpus all (NVIDIA Container Toolkit)"
                             : "install the driver's library (Debian: libcuda1)";
  } else if (nvidia_hardware(places)) {
    probe.problem = "there is an NVIDIA GPU, but no driver for it";
    probe.advice = "install the NVIDIA driver (Debian: nvidia-driver) and start the machine again";
  } else {
    probe.problem = "no NVIDIA driver and no NVIDIA GPU";
    probe.advice =
        container ? "if the machine has one, start the container with --gpus all; without, the "
                    "host backends work"
                  : "capture on a machine that has one; the host backends work here";
  }
}

void explain_no_gpu(DriverProbe& probe, const ProbePlaces& places) {
  const char* visible = std::getenv("CUDA_VISIBLE_DEVICES");
  if (visible != nullptr) {
    probe.advice = fmt::format("CUDA_VISIBLE_DEVICES is '{}': unset it", visible);
  } else if (in_container(places)) {
    probe.advice = "start the container with --gpus all";
  } else if (!fs::exists(places.root + "/dev/nvidiactl")) {
    probe.advice =
        "/dev/nvidiactl is not there: load the kernel's module (nvidia-modprobe -u -c=0)";
  } else {
    probe.advice = "nvidia-smi says which GPUs the driver sees";
  }
}

std::string advice_for(int result) {
  switch (result) {
    case kDriverMismatch:
      return "the driver was updated while it ran: start the machine again";
    case kSystemNotReady:
      return "the GPUs are still being set up: is nvidia-fabricmanager running?";
    default:
      return "nvidia-smi and the kernel's log (dmesg | grep NVRM) say more";
  }
}

std::string version_text(int version) {
  return fmt::format("{}.{}", version / 1000, version % 1000 / 10);
}

std::vector<Gpu> gpus_of(const Library& driver, int count) {
  auto* const get = driver.function<int(int*, int)>("cuDeviceGet");
  auto* const name = driver.function<int(char*, int, int)>("cuDeviceGetName");
  auto* const memory = driver.function<int(std::size_t*, int)>("cuDeviceTotalMem_v2");
  auto* const attribute = driver.function<int(int*, int, int)>("cuDeviceGetAttribute");
  std::vector<Gpu> gpus;
  if (get == nullptr || name == nullptr || memory == nullptr || attribute == nullptr) return gpus;
  for (int i = 0; i < count; ++i) {
    int device = 0;
    if (get(&device, i) != 0) continue;
    const auto ask = [&](int which) {
      int value = 0;
      return attribute(&value, which, device) == 0 ? value : 0;
    };
    Gpu gpu;
    gpu.ordinal = i;
    std::array<char, 256> text{};
    if (name(text.data(), static_cast<int>(text.size() - 1), device) == 0) gpu.name = text.data();
    std::size_t bytes = 0;
    if (memory(&bytes, device) == 0) gpu.memory = Bytes(static_cast<std::int64_t>(bytes));
    gpu.major = ask(kMajor);
    gpu.minor = ask(kMinor);
    gpu.sm_count = ask(kMultiprocessors);
    // kHz and bits; two transfers a clock.
    const double rate = 2e3 * ask(kMemoryClock) * ask(kBusWidth) / 8;
    if (rate > 0) gpu.bandwidth = rate;
    gpus.push_back(gpu);
  }
  return gpus;
}

}  // namespace

std::string_view to_string(DriverState state) {
  switch (state) {
    case DriverState::ok:
      return "ok";
    case DriverState::absent:
      return "absent";
    case DriverState::stub:
      return "stub";
    case DriverState::no_gpu:
      return "no_gpu";
    case DriverState::too_old:
      return "too_old";
    case DriverState::failed:
      return "failed";
  }
  return "?";
}

DriverProbe probe_driver(int runtime, const ProbePlaces& places) {
  DriverProbe probe;
  probe.release = release(places);
  const Library driver(places.driver_file);
  if (!driver) {
    explain_absence(probe, places);
    return probe;
  }
  probe.file = driver.path();
  auto* const init = driver.function<int(unsigned)>("cuInit");
  auto* const version = driver.function<int(int*)>("cuDriverGetVersion");
  auto* const count = driver.function<int(int*)>("cuDeviceGetCount");
  auto* const words = driver.function<int(int, const char**)>("cuGetErrorString");
  const auto fail = [&](const char* call, int result) {
    const char* text = nullptr;
    if (words != nullptr) words(result, &text);
    probe.state = DriverState::failed;
    probe.problem =
        fmt::format("{}: {} ({})", call, text == nullptr ? "unknown error" : text, result);
    probe.advice = advice_for(result);
    if (result == kStubLibrary) {
      probe.state = DriverState::stub;
      probe.problem =
          fmt::format("{} is the toolkit's stub, which is there for linking only", probe.file);
      probe.advice = "take its folder out of LD_LIBRARY_PATH, and install the NVIDIA driver";
    } else if (result == kNoDevice) {
      probe.state = DriverState::no_gpu;
      probe.problem = "the driver finds no GPU";
      explain_no_gpu(probe, places);
    }
    return probe;
  };
  if (init == nullptr || version == nullptr || count == nullptr) {
    probe.state = DriverState::failed;
    probe.problem = fmt::format(
        "{} is no NVIDIA driver: it lacks cuInit, cuDriverGetVersion or "
        "cuDeviceGetCount",
        probe.file);
    probe.advice = "install the NVIDIA driver again";
    return probe;
  }
  if (const int result = init(0); result != 0) return fail("cuInit", result);
  if (const int result = version(&probe.cuda_version); result != 0) {
    return fail("cuDriverGetVersion", result);
  }
  int gpus = 0;
  if (const int result = count(&gpus); result != 0) return fail("cuDeviceGetCount", result);
  if (gpus == 0) return fail("cuDeviceGetCount", kNoDevice);
  probe.gpus = gpus_of(driver, gpus);
  // Within a major version an older driver runs newer programs.
  if (probe.cuda_version / 1000 < runtime / 1000) {
    probe.state = DriverState::too_old;
    probe.problem = fmt::format("the driver can run CUDA up to {}, this program has {} in",
                                version_text(probe.cuda_version), version_text(runtime));
    probe.advice = fmt::format("update the driver, or build with a CUDA toolkit {}.x",
                               probe.cuda_version / 1000);
    return probe;
  }
  probe.state = DriverState::ok;
  return probe;
}

std::optional<Bytes> used_without_context(int ordinal) {
  const Library nvml("libnvidia-ml.so.1");
  if (!nvml) return std::nullopt;
  struct Memory {
    unsigned long long total, free, used;
  };
  auto* const init = nvml.function<int()>("nvmlInit_v2");
  auto* const handle = nvml.function<int(unsigned, void**)>("nvmlDeviceGetHandleByIndex_v2");
  auto* const memory = nvml.function<int(void*, Memory*)>("nvmlDeviceGetMemoryInfo");
  void* device = nullptr;
  Memory found{};
  if (init == nullptr || handle == nullptr || memory == nullptr || init() != 0 ||
      handle(static_cast<unsigned>(ordinal), &device) != 0 || memory(device, &found) != 0) {
    return std::nullopt;
  }
  return Bytes(static_cast<std::int64_t>(found.used));
}

}  // namespace kvf::capture
