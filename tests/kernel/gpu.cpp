// On a GPU: the kernel against its own body on the CPU, and every backend. Exit status 77, with words,
// where there is none.
#include <cmath>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "profiler/capture/attention/block_layout.h"
#include "profiler/capture/attention/host.h"
#include "profiler/capture/backends/device.h"
#include "profiler/capture/backends/measure.h"
#include "profiler/capture/driver/driver_probe.h"
#include "tests/kernel/attention_case.h"

namespace kvf::capture::test {
namespace {

int failures = 0;

void expect(bool holds, const std::string& what) {
  if (holds) return;
  std::printf("FAILED: %s\n", what.c_str());
  ++failures;
}

Bytes bytes(std::size_t count) { return Bytes(static_cast<std::int64_t>(count)); }

// A pass of the host, computed on the device: every block is one of `allocator`.
std::vector<std::byte> computed(Device& device, DeviceAllocator& allocator, Case& one,
                                std::int64_t block_bytes) {
  const auto put = [&](const void* from, std::size_t count) {
    std::byte* const to = allocator.allocate(bytes(count)).address;
    device.upload(to, from, bytes(count));
    return to;
  };
  std::map<const std::byte*, std::byte*> blocks;
  std::vector<HeadTable> tables;
  for (const Case::Head& head : one.heads()) {
    std::vector<std::byte*> there;
    for (const std::byte* block : head.blocks) {
      std::byte*& copy = blocks[block];
      if (copy == nullptr) copy = put(block, static_cast<std::size_t>(block_bytes));
      there.push_back(copy);
    }
    HeadTable table;
    table.slots = static_cast<std::int32_t>(head.positions.size());
    table.mask = head.mask;
    table.blocks = reinterpret_cast<std::byte**>(put(there.data(), there.size() * sizeof(void*)));
    table.positions = reinterpret_cast<std::int32_t*>(
        put(head.positions.data(), head.positions.size() * sizeof(std::int32_t)));
    tables.push_back(table);
  }
  AttentionPass pass = one.pass();
  pass.query = put(one.query().data(), one.query().size());
  pass.heads = reinterpret_cast<HeadTable*>(put(tables.data(), tables.size() * sizeof(HeadTable)));
  std::vector<std::byte> output(one.output_bytes());
  const Block result = allocator.allocate(bytes(output.size()));
  device.fill(result.address, 0xff, result.bytes);
  pass.output = result.address;
  device.attend(pass);
  device.download(output.data(), result.address, result.bytes);
  return output;
}

void kernel(Device& device, DeviceAllocator& allocator) {
  const std::string where = std::string(allocator.name()) + ": ";
  unsigned seed = 0;
  for (const Number number : {Number::fp32, Number::fp16, Number::bf16}) {
    const double rounding = number == Number::fp32 ? 0 : number == Number::fp16 ? 0x1p-11 : 0x1p-8;
    for (const int head_dim : {16, 80, 128, 256}) {
      for (const int rows : {1, 7}) {
        for (const int past : {0, 1, 130, 4000}) {
          Shape shape;
          shape.number = number;
          shape.seed = ++seed;
          shape.head_dim = head_dim;
          shape.rows = rows;
          shape.past = past;
          shape.query_heads = 8;
          shape.kv_heads = seed % 2 == 0 ? 2 : 8;
          shape.block_tokens = seed % 3 == 0 ? 1 : 16;
          shape.kept = seed % 2 == 0 ? 0.5 : 1;
          shape.empty = seed % 4 == 0 ? 0.25 : 0;
          if (seed % 5 == 0) shape.mask = {4, 100};
          Case one(shape);
          const BlockLayout layout{shape.block_tokens, head_dim, number};
          const auto output = computed(device, allocator, one, layout.block_bytes().count());
          attend_on_host(one.pass());
          const std::vector<double> host = one.output();
          one.set_output(output);
          const double error = one.error();
          expect(error <= rounding + 1e-6 * (1 + rounding),
                 where + "seed " + std::to_string(seed) + ", error " + std::to_string(error));
          // Host and device round a result each.
          double off = 0, largest = 0;
          const std::vector<double> there = one.output();
          for (std::size_t i = 0; i < host.size(); ++i) {
            off = std::max(off, std::abs(host[i] - there[i]));
            largest = std::max(largest, std::abs(host[i]));
          }
          expect(off <= (2 * rounding + 2e-6) * largest, where + "host and device differ");
        }
      }
    }
  }
}

void blocks(Device& device, DeviceAllocator& allocator) {
  const std::string where = std::string(allocator.name()) + ": ";
  const Block a = allocator.allocate(Bytes(1'000'003)), b = allocator.allocate(a.bytes);
  device.fill(a.address, 7, a.bytes);
  device.copy(b.address, a.address, a.bytes);
  std::vector<unsigned char> got(static_cast<std::size_t>(a.bytes.count()));
  device.download(got.data(), b.address, b.bytes);
  bool right = true;
  for (const unsigned char x : got) right = right && x == 7;
  expect(right, where + "fill, copy, download");
  expect(allocator.reserved() >= a.bytes.times(2), where + "reserves less than it gave out");
  allocator.free(a.address);
  allocator.free(b.address);
  expect(allocator.allocated() == Bytes{}, where + "bytes left");
  bool refused = false;
  try {
    allocator.allocate(device.memory().total.times(2));
  } catch (const OutOfMemory& error) {
    refused = true;
    std::printf("%srefuses twice the GPU's memory: %s\n", where.c_str(), error.what());
  }
  expect(refused, where + "gives out more than there is");
  allocator.free(allocator.allocate(Bytes(4096)).address);  // and works as before

  const Granularity found = measure_granularity(allocator, [&] { return device.memory().used; });
  std::printf("%s%ld blocks of %ld bytes grew the device's figure by %ld, in steps of %ld\n",
              where.c_str(), static_cast<long>(found.blocks),
              static_cast<long>(found.block.count()), static_cast<long>(found.grown.count()),
              static_cast<long>(found.step.count()));
}

int run() {
  const DriverProbe driver = probe_driver(cuda_runtime_version());
  if (cuda_runtime_version() == 0) {
    std::printf("skipped: built without CUDA\n");
    return 77;
  }
  if (!driver.usable()) {
    std::printf("skipped: %s; %s\n", driver.problem.c_str(), driver.advice.c_str());
    return 77;
  }
  const std::unique_ptr<Device> device = open_gpu();
  std::printf("on %s\n", device->name().c_str());
  for (const std::string_view name : device->backends()) {
    const auto allocator = device->allocator(name);
    blocks(*device, *allocator);
    kernel(*device, *allocator);
  }
  std::printf("%d failures\n", failures);
  return failures == 0 ? 0 : 1;
}

}  // namespace
}  // namespace kvf::capture::test

int main() {
  try {
    return kvf::capture::test::run();
  } catch (const std::exception& error) {
    std::printf("FAILED: %s\n", error.what());
    return 1;
  }
}
