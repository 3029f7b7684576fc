// The device that every machine has.
#include <cstring>

#include "profiler/capture/attention/host.h"
#include "profiler/capture/backends/device.h"
#include "profiler/capture/backends/host_allocators.h"
#include "profiler/capture/backends/host_memory.h"

namespace kvf::capture {
namespace {

std::size_t size(Bytes bytes) { return static_cast<std::size_t>(bytes.count()); }

class HostDevice final : public Device {
 public:
  std::string name() const override { return "host"; }
  bool is_host() const override { return true; }
  std::vector<std::string_view> backends() const override { return host_backends(); }
  std::unique_ptr<DeviceAllocator> allocator(std::string_view backend,
                                             std::optional<Bytes> capacity) override {
    return host_allocator(backend, capacity);
  }
  void attend(const AttentionPass& pass) override { attend_on_host(pass); }
  void copy(void* to, const void* from, Bytes bytes) override {
    std::memcpy(to, from, size(bytes));
  }
  void upload(void* to, const void* from, Bytes bytes) override { copy(to, from, bytes); }
  void download(void* to, const void* from, Bytes bytes) override { copy(to, from, bytes); }
  void fill(void* to, unsigned char value, Bytes bytes) override {
    std::memset(to, value, size(bytes));
  }
  void synchronise() override {}
  MemoryInfo memory() override { return {resident_blocks(), total_memory()}; }
};

}  // namespace

std::unique_ptr<Device> open_host() { return std::make_unique<HostDevice>(); }

}  // namespace kvf::capture
