// What is said of the driver, in every state that it can be in.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "profiler/capture/backends/device.h"
#include "profiler/capture/driver/driver_probe.h"
#include "tests/catch.h"

namespace kvf::capture {
namespace {

using kvf::test::contains;
namespace fs = std::filesystem;

// A machine: files below a folder of its own, and a driver.
class Machine {
 public:
  Machine() : places_{KVF_FAKE_DRIVER_LIBRARY, folder()} {
    fs::remove_all(places_.root);
    fs::create_directories(places_.root);
    for (const char* name : {"KVF_FAKE_INIT", "KVF_FAKE_VERSION", "KVF_FAKE_GPUS"}) unsetenv(name);
    unsetenv("CUDA_VISIBLE_DEVICES");
  }
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;
  ~Machine() { fs::remove_all(places_.root); }

  Machine& without_library() {
    places_.driver_file = "libno-such-driver.so.1";
    return *this;
  }
  Machine& file(const std::string& path, const std::string& text) {
    const fs::path full = places_.root + path;
    fs::create_directories(full.parent_path());
    std::ofstream(full) << text;
    return *this;
  }
  Machine& module() {
    return file("/proc/driver/nvidia/version",
                "NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.65.06  Sun Jul 20 2025\n"
                "GCC version:  gcc version 12.2.0\n");
  }
  Machine& says(const char* name, const char* value) {
    setenv(name, value, 1);
    return *this;
  }
  DriverProbe probe(int runtime = 13000) const { return probe_driver(runtime, places_); }

 private:
  static std::string folder() {
    return (fs::temp_directory_path() / ("kvf-probe-" + std::to_string(getpid()))).string();
  }
  ProbePlaces places_;
};

void check(const DriverProbe& probe, DriverState state, const char* problem, const char* advice) {
  CHECK(to_string(probe.state) == to_string(state));
  CHECK_FALSE(probe.usable());
  CHECK_THAT(probe.problem, contains(problem));
  CHECK_THAT(probe.advice, contains(advice));
}

TEST_CASE("driver: one that works, and its GPUs") {
  Machine machine;
  const DriverProbe probe = machine.module().probe();
  CHECK(probe.usable());
  CHECK(probe.problem.empty());
  CHECK(probe.cuda_version == 13000);
  CHECK(probe.release == "580.65.06");
  CHECK(fs::equivalent(probe.file, KVF_FAKE_DRIVER_LIBRARY));
  REQUIRE(probe.gpus.size() == 1);
  const Gpu& gpu = probe.gpus[0];
  CHECK(gpu.name == "NVIDIA H100 80GB HBM3");
  CHECK(gpu.memory == Bytes(85'045'346'304));
  CHECK((gpu.major == 9 && gpu.minor == 0 && gpu.sm_count == 132));
  CHECK(gpu.bandwidth.value_or(0) == Approx(3.352e12).epsilon(1e-3));  // 2 x 2.619 GHz x 640 bytes
}

TEST_CASE("driver: its library is missing, for each reason") {
  check(Machine().without_library().probe(), DriverState::absent,
        "no NVIDIA driver and no NVIDIA GPU", "the host backends work here");
  check(Machine().without_library().file("/.dockerenv", "").probe(), DriverState::absent,
        "no NVIDIA driver and no NVIDIA GPU", "--gpus all");
  check(Machine().without_library().module().probe(), DriverState::absent,
        "the kernel has the NVIDIA driver 580.65.06, but its library",
        "install the driver's library");
  check(Machine().without_library().module().file("/run/.containerenv", "").probe(),
        DriverState::absent, "but its library", "--gpus all");
  Machine card;
  card.without_library().file("/sys/bus/pci/devices/0000:01:00.0/vendor", "0x10de\n");
  card.file("/sys/bus/pci/devices/0000:01:00.0/class", "0x030200\n");
  check(card.probe(), DriverState::absent, "there is an NVIDIA GPU, but no driver",
        "install the NVIDIA driver");
}

TEST_CASE("driver: sound of the same maker is no GPU") {
  Machine sound;
  sound.without_library().file("/sys/bus/pci/devices/0000:01:00.1/vendor", "0x10de\n");
  sound.file("/sys/bus/pci/devices/0000:01:00.1/class", "0x040300\n");
  CHECK_THAT(sound.probe().problem, contains("no NVIDIA GPU"));
}

TEST_CASE("driver: what its library answers") {
  check(Machine().says("KVF_FAKE_INIT", "34").probe(), DriverState::stub, "is the toolkit's stub",
        "LD_LIBRARY_PATH");
  check(Machine().says("KVF_FAKE_INIT", "803").probe(), DriverState::failed,
        "cuInit: words of the driver (803)", "start the machine again");
  check(Machine().says("KVF_FAKE_INIT", "802").probe(), DriverState::failed, "(802)",
        "nvidia-fabricmanager");
  check(Machine().says("KVF_FAKE_INIT", "999").probe(), DriverState::failed, "(999)", "dmesg");
}

TEST_CASE("driver: it finds no GPU, for each reason") {
  check(Machine().says("KVF_FAKE_INIT", "100").probe(), DriverState::no_gpu, "finds no GPU",
        "/dev/nvidiactl is not there");
  check(Machine().says("KVF_FAKE_GPUS", "0").file("/dev/nvidiactl", "").probe(),
        DriverState::no_gpu, "finds no GPU", "nvidia-smi");
  check(Machine().says("KVF_FAKE_INIT", "100").file("/.dockerenv", "").probe(), DriverState::no_gpu,
        "finds no GPU", "--gpus all");
  Machine hidden;
  check(hidden.says("KVF_FAKE_INIT", "100").says("CUDA_VISIBLE_DEVICES", "-1").probe(),
        DriverState::no_gpu, "finds no GPU", "CUDA_VISIBLE_DEVICES is '-1'");
  unsetenv("CUDA_VISIBLE_DEVICES");
}

TEST_CASE("driver: too old is a matter of the major version") {
  Machine machine;
  machine.says("KVF_FAKE_VERSION", "12080");
  const DriverProbe old = machine.probe(13000);
  check(old, DriverState::too_old, "can run CUDA up to 12.8, this program has 13.0 in",
        "build with a CUDA toolkit 12.x");
  CHECK(old.gpus.size() == 1);
  CHECK(machine.probe(12090).usable());
  CHECK(machine.probe(0).usable());  // a build without CUDA asks nothing of it
}

TEST_CASE("driver: a library that is no driver") {
  const DriverProbe probe = probe_driver(0, {"libm.so.6", "/nowhere"});
  check(probe, DriverState::failed, "is no NVIDIA driver", "install the NVIDIA driver again");
}

TEST_CASE("a GPU is opened, or it is said why not and what to do") {
  std::unique_ptr<Device> gpu;
  try {
    gpu = open_gpu();
  } catch (const DeviceError& error) {
    CHECK(error.call() == "opening a GPU");
    CHECK_FALSE(error.reason().empty());
    CHECK_FALSE(error.advice().empty());
  }
  if (gpu) CHECK_FALSE(gpu->name().empty());
}

}  // namespace
}  // namespace kvf::capture
