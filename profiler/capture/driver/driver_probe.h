// The NVIDIA driver and its GPUs, asked without CUDA: its library is opened by name, and no context is
// made. Works in a build without CUDA, too.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/units.h"

namespace kvf::capture {

enum class DriverState {
  ok,
  absent,   // no library of the driver
  stub,     // the toolkit's library for linking, which answers no call
  no_gpu,   // the driver runs, and finds none
  too_old,  // for the runtime that this program has in
  failed,   // anything else that it says
};
std::string_view to_string(DriverState state);

struct Gpu {
  int ordinal = 0;
  std::string name;
  Bytes memory;
  int major = 0, minor = 0;  // compute capability
  int sm_count = 0;
  std::optional<double> bandwidth;  // bytes/s, where the driver says clock and width
};

struct DriverProbe {
  DriverState state = DriverState::absent;
  std::string file;      // of its library, which was opened
  int cuda_version = 0;  // the newest that it can run, 13000 for 13.0
  std::string release;   // "580.65.06", of the kernel's module; empty if it is not loaded
  std::string problem;   // why there is no GPU to use; empty if there is
  std::string advice;
  std::vector<Gpu> gpus;

  bool usable() const { return state == DriverState::ok; }
};

// Where to look; others than these in tests.
struct ProbePlaces {
  std::string driver_file = "libcuda.so.1";
  std::string root;  // before /proc, /dev, /sys
};

// `runtime`: the version of CUDA that this program has in, 0 for none.
DriverProbe probe_driver(int runtime, const ProbePlaces& places = {});

// Memory of a GPU that is in use, by all processes, as the management library (NVML) says, which
// needs no context. Nothing where it cannot be asked.
std::optional<Bytes> used_without_context(int ordinal);

}  // namespace kvf::capture
