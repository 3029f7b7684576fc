// kvfootprint devices: the GPUs that are known.
#include <fmt/format.h>

#include "cli/command.h"
#include "models/devices.h"
#include "models/engines/estimate.h"
#include "sim/input/bind.h"
#include "sim/input/problems.h"
#include "timeline/json_text.h"

namespace kvf::cli {
namespace {

std::string json_of(const Device& d) {
  return fmt::format(
      R"({{"name":"{}","title":{},"memory_bytes":{},"bandwidth_bytes_per_s":{},"fp32_flops":{},)"
      R"("fp16_flops":{},"fp8_flops":{},"sm_count":{},"compute_capability":"{}.{}","source":{}}})",
      d.name, json_string(d.title), d.memory.count(), d.bandwidth, d.fp32_rate, d.fp16_rate,
      d.fp8_rate, d.sm_count, d.compute_major, d.compute_minor, json_string(d.source));
}

void print_table() {
  fmt::print("{:<20} {:>10} {:>9} {:>12} {:>11} {:>4} {:>4}\n", "name", "GiB", "GB/s",
             "fp16 TFLOP/s", "fp8 TFLOP/s", "SMs", "cc");
  for (const Device& d : devices()) {
    fmt::print("{:<20} {:>10.2f} {:>9.0f} {:>12.1f} {:>11} {:>4} {:>4}\n", d.name, in_gib(d.memory),
               d.bandwidth / 1e9, d.fp16_rate / 1e12,
               d.fp8_rate > 0 ? fmt::format("{:.1f}", d.fp8_rate / 1e12) : "-", d.sm_count,
               fmt::format("{}.{}", d.compute_major, d.compute_minor));
  }
  fmt::print("next: kvfootprint devices NAME says where its figures come from\n");
}

int show(const std::string& name, bool json) {
  if (name.empty()) {
    if (!json) {
      print_table();
      return 0;
    }
    std::string list;
    for (const Device& d : devices()) list += (list.empty() ? "" : ",\n ") + json_of(d);
    fmt::print("[{}]\n", list);
    return 0;
  }
  const Device* device = find_device(name);
  if (device == nullptr) {
    throw UsageError("unknown GPU " + input::in_quotes(name) +
                     input::suggestion(name, device_names()));
  }
  if (json) {
    fmt::print("{}\n", json_of(*device));
    return 0;
  }
  fmt::print("{}  {}\n", device->name, device->title);
  fmt::print("  memory                 {} bytes, {:.2f} GiB as the driver reports\n",
             device->memory.count(), in_gib(device->memory));
  fmt::print("  bandwidth              {:.0f} GB/s\n", device->bandwidth / 1e9);
  fmt::print("  peak, dense            fp32 {:.1f}, fp16 {:.1f}, fp8 {:.1f} TFLOP/s\n",
             device->fp32_rate / 1e12, device->fp16_rate / 1e12, device->fp8_rate / 1e12);
  fmt::print("  multiprocessors        {}, compute capability {}.{}\n", device->sm_count,
             device->compute_major, device->compute_minor);
  fmt::print("  source                 {}\n", device->source);
  return 0;
}

}  // namespace

void add_devices(CLI::App& app, Action& action) {
  struct Options {
    std::string name;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("devices", "The GPUs that are known, and their sources");
  command->add_option("NAME", options->name, "one of them; absent: all");
  command->add_flag("--json", options->json, "JSON instead of a table");
  command->footer("Example:\n  kvfootprint devices h100-80gb");
  command->callback(
      [options, &action] { action = [options] { return show(options->name, options->json); }; });
}

}  // namespace kvf::cli
