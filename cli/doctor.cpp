// kvfootprint doctor: what of a capture works on this machine, and what to do about what does not.
#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/output.h"
#include "models/devices.h"
#include "models/engines/estimate.h"
#include "profiler/capture/backends/device.h"
#include "profiler/capture/backends/host_memory.h"
#include "profiler/capture/backends/measure.h"
#include "profiler/capture/cupti/cupti.h"
#include "profiler/capture/driver/driver_probe.h"
#include "timeline/json_text.h"

namespace kvf::cli {
namespace {

using namespace kvf::capture;

struct Backend {
  std::string name;
  std::optional<Bytes> declared;  // what the backend itself says
  Granularity measured;
  std::string problem;  // why it does not work; empty if it does
};

struct Findings {
  DriverProbe driver;
  CuptiReport cupti;
  std::vector<Backend> host, gpu;
  std::optional<Bytes> context;  // what the first context took
  std::string gpu_problem;       // where a driver says yes and the GPU no
  std::vector<std::string> advice;

  bool gpu_capture() const {
    return driver.usable() && cupti.usable() && gpu_problem.empty() && !gpu.empty();
  }
};

std::vector<Backend> try_backends(capture::Device& device) {
  std::vector<Backend> found;
  for (const std::string_view name : device.backends()) {
    Backend backend{std::string(name), {}, {}, {}};
    try {
      const auto allocator = device.allocator(name);
      backend.declared = allocator->granularity();
      backend.measured = measure_granularity(*allocator, [&] {
        device.synchronise();
        return device.memory().used;
      });
    } catch (const std::exception& error) {
      backend.problem = error.what();
    }
    found.push_back(std::move(backend));
  }
  return found;
}

void look_at_gpu(Findings& found) {
  const int first = found.driver.gpus.front().ordinal;
  try {
    const std::optional<Bytes> before = used_without_context(first);
    const auto device = open_gpu(first);
    const std::optional<Bytes> after = used_without_context(first);
    if (before && after) found.context = *after - *before;
    found.gpu = try_backends(*device);
  } catch (const DeviceError& error) {
    found.gpu_problem = error.call() + ": " + error.reason();
    if (!error.advice().empty()) found.advice.push_back(error.advice());
  }
}

Findings look() {
  Findings found;
  found.driver = probe_driver(cuda_runtime_version());
  found.host = try_backends(*open_host());
  if (cuda_runtime_version() == 0) {
    found.advice.emplace_back(
        "this program was built without CUDA: install the CUDA toolkit (11.8 or later) and build "
        "it "
        "again with -DKVF_CUDA=ON");
  } else if (found.driver.usable()) {
    look_at_gpu(found);
  }
  DriverProbe driver = found.driver;
  if (driver.usable() && found.gpu.empty()) {  // a driver's word alone is no reason to call CUPTI
    driver.state = DriverState::failed;
    driver.problem = "none was opened";
  }
  found.cupti = find_cupti(driver);
  if (!found.driver.advice.empty()) found.advice.push_back(found.driver.advice);
  if (!found.gpu.empty() && !found.cupti.usable()) found.advice.push_back(found.cupti.advice);
  return found;
}

std::string version_text(int version) {
  return fmt::format("{}.{}", version / 1000, version % 1000 / 10);
}

// bytes/s, and who says so. The table knows GPUs by name, newer drivers do not say.
std::optional<std::pair<double, std::string_view>> bandwidth(const Gpu& gpu) {
  if (gpu.bandwidth) return std::pair(*gpu.bandwidth, std::string_view("driver"));
  if (const kvf::Device* known = find_device(gpu.name)) {
    return std::pair(known->bandwidth, std::string_view("table"));
  }
  return std::nullopt;
}

std::string text_of(const Backend& backend) {
  if (!backend.problem.empty())
    return fmt::format("  {:<14} does not work: {}", backend.name, shown(backend.problem));
  const Granularity& m = backend.measured;
  return fmt::format(
      "  {:<14} works; {}; {}", backend.name,
      m.steps > 0
          ? fmt::format("memory grows in steps of {} bytes ({} blocks of {}: {})", m.step.count(),
                        m.blocks, m.block.count(), m.grown.count())
          : fmt::format("no growth seen in {} blocks of {} bytes", m.blocks, m.block.count()),
      backend.declared ? fmt::format("rounds blocks up to {}", backend.declared->count())
                       : std::string("does not say what it rounds up to"));
}

void print_text(const Findings& found) {
  const auto line = [](std::string_view name, const std::string& text) {
    fmt::print("{:<16} {}\n", name, text);
  };
  line("capture", found.gpu_capture() ? "on a GPU, and on the host" : "on the host only");
  const int runtime = cuda_runtime_version();
  line("built with", runtime > 0 ? "CUDA " + version_text(runtime) : "no CUDA");
  const DriverProbe& driver = found.driver;
  std::string answer = driver.usable() ? "works" : shown(driver.problem);
  if (!driver.release.empty()) answer += fmt::format("; release {}", driver.release);
  if (driver.cuda_version > 0)
    answer += fmt::format("; CUDA up to {}", version_text(driver.cuda_version));
  if (!driver.file.empty()) answer += fmt::format("; {}", shown(driver.file));
  line("driver", answer);
  for (const Gpu& gpu : driver.gpus) {
    std::string text =
        fmt::format("{}: {}, {:.2f} GiB, compute capability {}.{}, {} multiprocessors", gpu.ordinal,
                    shown(gpu.name), in_gib(gpu.memory), gpu.major, gpu.minor, gpu.sm_count);
    if (const auto rate = bandwidth(gpu)) {
      text += fmt::format(", {:.0f} GB/s ({})", rate->first / 1e9, rate->second);
    }
    line("GPU", text);
  }
  if (!found.gpu_problem.empty()) line("", shown(found.gpu_problem));
  if (found.context)
    line("context", fmt::format("the first one took {} bytes", found.context->count()));
  for (const Backend& backend : found.gpu) fmt::print("{}\n", text_of(backend));
  const CuptiReport& cupti = found.cupti;
  answer = cupti.file.empty() ? "" : shown(cupti.file) + "; ";
  answer += cupti.usable() ? "version " + cupti.version : shown(cupti.problem);
  line("CUPTI", answer);
  line("permissions",
       "records of memory and kernels need none (since CUDA 10.2); MPS, vGPU, MIG and "
       "confidential computing may still refuse, which only a capture shows");
  line("host", fmt::format("pages of {} bytes, {} bytes of memory left", page_size().count(),
                           available_memory().count()));
  for (const Backend& backend : found.host) fmt::print("{}\n", text_of(backend));
  for (const std::string& advice : found.advice) line("to do", shown(advice));
}

std::string json_of(const std::vector<Backend>& backends) {
  std::string list;
  for (const Backend& backend : backends) {
    const Granularity& m = backend.measured;
    list += fmt::format(
        R"({}{{"name":{},"works":{},"problem":{},"declared_granularity_bytes":{},"block_bytes":{},)"
        R"("blocks":{},"grown_bytes":{},"step_bytes":{},"steps":{}}})",
        list.empty() ? "" : ",\n  ", json_string(backend.name), backend.problem.empty(),
        json_string(backend.problem),
        backend.declared ? std::to_string(backend.declared->count()) : "null", m.block.count(),
        m.blocks, m.grown.count(), m.steps > 0 ? std::to_string(m.step.count()) : "null", m.steps);
  }
  return "[" + list + "]";
}

void print_json(const Findings& found) {
  const DriverProbe& driver = found.driver;
  std::string gpus, advice;
  for (const Gpu& gpu : driver.gpus) {
    const auto rate = bandwidth(gpu);
    gpus += fmt::format(
        R"({}{{"device":"cuda:{}","name":{},"memory_bytes":{},"compute_capability":"{}.{}",)"
        R"("sm_count":{},"bandwidth_bytes_per_s":{},"bandwidth_source":{}}})",
        gpus.empty() ? "" : ",\n  ", gpu.ordinal, json_string(gpu.name), gpu.memory.count(),
        gpu.major, gpu.minor, gpu.sm_count, rate ? fmt::format("{}", rate->first) : "null",
        rate ? json_string(rate->second) : "null");
  }
  for (const std::string& text : found.advice) {
    advice += (advice.empty() ? "" : ",\n  ") + json_string(text);
  }
  fmt::print("{{\"capture\":\"{}\",\n", found.gpu_capture() ? "gpu" : "host");
  fmt::print(" \"cuda_runtime\":{},\n", cuda_runtime_version());
  fmt::print(
      " \"driver\":{{\"state\":\"{}\",\"cuda_version\":{},\"release\":{},\"library\":{},"
      "\"problem\":{}}},\n",
      to_string(driver.state), driver.cuda_version, json_string(driver.release),
      json_string(driver.file), json_string(driver.problem));
  fmt::print(" \"gpus\":[{}],\n \"gpu_problem\":{},\n \"gpu_backends\":{},\n", gpus,
             json_string(found.gpu_problem), json_of(found.gpu));
  fmt::print(" \"context_bytes\":{},\n",
             found.context ? std::to_string(found.context->count()) : "null");
  fmt::print(" \"cupti\":{{\"library\":{},\"version\":{},\"problem\":{}}},\n",
             json_string(found.cupti.file), json_string(found.cupti.version),
             json_string(found.cupti.problem));
  fmt::print(" \"host\":{{\"page_bytes\":{},\"available_bytes\":{},\"total_bytes\":{}}},\n",
             page_size().count(), available_memory().count(), total_memory().count());
  fmt::print(" \"host_backends\":{},\n \"advice\":[{}]}}\n", json_of(found.host), advice);
}

}  // namespace

void add_doctor(CLI::App& app, Action& action) {
  auto json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand(
      "doctor", "What of a capture works on this machine, and what to do about the rest");
  command->add_flag("--json", *json, "JSON instead of text");
  command->footer(
      "Exit status 0: a GPU can be recorded; 1: only the host can.\n\n"
      "Example:\n  kvfootprint doctor");
  command->callback([json, &action] {
    action = [json] {
      const Findings found = look();
      if (*json) {
        print_json(found);
      } else {
        print_text(found);
      }
      return found.gpu_capture() ? 0 : 1;
    };
  });
}

}  // namespace kvf::cli
