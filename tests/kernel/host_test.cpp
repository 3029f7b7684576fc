// Backends of the host against the system's own figures, and the device that they belong to.
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>

#include "models/numeric.h"
#include "profiler/capture/attention/host.h"
#include "profiler/capture/backends/device.h"
#include "profiler/capture/backends/host_allocators.h"
#include "profiler/capture/backends/host_memory.h"
#include "profiler/capture/backends/measure.h"
#include "tests/catch.h"
#include "tests/kernel/attention_case.h"

namespace kvf::capture {
namespace {

using kvf::test::contains;

// Sanitizers keep memory of their own for each page, and take most addresses.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
#define KVF_NEEDS_OWN_MEMORY \
  if (kSanitized) KVF_SKIP("a sanitizer's memory grows beside that of the test")

std::size_t size(Bytes bytes) { return static_cast<std::size_t>(bytes.count()); }

// Pages of [address, address + bytes) that are in memory.
Bytes resident(const std::byte* address, Bytes bytes) {
  const auto page = static_cast<std::uintptr_t>(page_size().count());
  const std::uintptr_t first = reinterpret_cast<std::uintptr_t>(address) / page * page;
  const std::uintptr_t last = reinterpret_cast<std::uintptr_t>(address) + size(bytes);
  std::vector<unsigned char> pages((last - first + page - 1) / page);
  if (mincore(reinterpret_cast<void*>(first), last - first, pages.data()) != 0) return Bytes{};
  return page_size().times(std::count_if(pages.begin(), pages.end(), [](auto p) { return p & 1; }));
}

bool is_mapped(const std::byte* address) {
  unsigned char page = 0;
  const auto start =
      reinterpret_cast<std::uintptr_t>(address) & ~std::uintptr_t(page_size().count() - 1);
  return mincore(reinterpret_cast<void*>(start), 1, &page) == 0;
}

TEST_CASE("host: blocks are in memory when given out, and do not overlap") {
  for (const std::string_view name : host_backends()) {
    INFO(name);
    const auto allocator = host_allocator(name);
    CHECK(allocator->name() == name);
    CHECK(allocator->reserved() == Bytes{});
    std::vector<Block> blocks;
    std::mt19937 random(2);
    Bytes sum;
    for (int i = 0; i < 100; ++i) {
      blocks.push_back(allocator->allocate(Bytes(1 + static_cast<std::int64_t>(random() % 50000))));
      const Block& block = blocks.back();
      sum += block.bytes;
      CHECK(reinterpret_cast<std::uintptr_t>(block.address) % 256 == 0);
      CHECK(resident(block.address, block.bytes) >= block.bytes);
      std::memset(block.address, i, size(block.bytes));
    }
    CHECK(allocator->allocated() == sum);
    CHECK(allocator->blocks() == 100);
    CHECK(allocator->reserved() >= sum);
    int wrong = 0;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      const auto value = static_cast<std::byte>(i);
      wrong += std::any_of(blocks[i].address, blocks[i].address + blocks[i].bytes.count(),
                           [&](std::byte b) { return b != value; });
    }
    CHECK(wrong == 0);
    for (const Block& block : blocks) allocator->free(block.address);
    CHECK(allocator->allocated() == Bytes{});
    CHECK(allocator->blocks() == 0);
  }
}

TEST_CASE("host: what each backend gives back, and what it keeps") {
  const Bytes page = page_size();
  const auto mapped = host_allocator("host-mmap");
  Block block = mapped->allocate(page + Bytes(1));
  CHECK(mapped->reserved() == page.times(2));
  CHECK(mapped->granularity() == page);
  mapped->free(block.address);
  CHECK(mapped->reserved() == Bytes{});
  CHECK_FALSE(is_mapped(block.address));

  const auto reserve = host_allocator("host-reserve");
  block = reserve->allocate(page + Bytes(1));
  CHECK(reserve->reserved() == page.times(2));
  reserve->free(block.address);
  CHECK(reserve->reserved() == Bytes{});
  CHECK(is_mapped(block.address));
  CHECK(resident(block.address, page) == Bytes{});
  CHECK(reserve->allocate(page).address == block.address);  // the lowest range that is free

  const auto pool = host_allocator("host-pool");
  block = pool->allocate(Bytes(1));
  CHECK(pool->reserved() == Bytes(2 << 20));
  pool->free(block.address);
  CHECK(pool->reserved() == Bytes(2 << 20));
  CHECK(resident(block.address, page) == page);
  CHECK(pool->allocate(Bytes(513)).address == block.address);
  CHECK(pool->allocate(Bytes(512)).address == block.address + 1024);
  pool->allocate(Bytes((2 << 20) + 1));
  CHECK(pool->reserved() == Bytes(6 << 20));  // of its own, in whole steps
}

TEST_CASE("host: pages are small: those behind a block are not in memory") {
  const auto reserve = host_allocator("host-reserve");
  const Block block =
      reserve->allocate(Bytes(5 << 20));  // more than a large page, wherever it begins
  CHECK(resident(block.address, block.bytes) == block.bytes);
  CHECK(resident(block.address + block.bytes.count(), Bytes(4 << 20)) == Bytes{});
}

TEST_CASE("host: an allocator that goes gives all back") {
  for (const std::string_view name : host_backends()) {
    std::byte* address = nullptr;
    {
      const auto allocator = host_allocator(name);
      address = allocator->allocate(Bytes(3 << 20)).address;
      CHECK(is_mapped(address));
    }
    INFO(name);
    CHECK_FALSE(is_mapped(address));
  }
}

// The system's figure of the whole process: within a page a block, whatever the process does else.
TEST_CASE("host: smaps agrees within a page per block") {
  KVF_NEEDS_OWN_MEMORY;
  for (const std::string_view name : host_backends()) {
    INFO(name);
    const auto allocator = host_allocator(name);
    std::vector<Block> blocks;
    blocks.reserve(400);
    resident_memory();
    const Bytes before = resident_memory();
    for (int i = 0; i < 400; ++i) blocks.push_back(allocator->allocate(Bytes(10'000)));
    const Bytes grown = resident_memory() - before;
    CHECK(grown >= allocator->reserved());
    CHECK(grown - allocator->reserved() <= page_size().times(400));
    for (const Block& block : blocks) allocator->free(block.address);
    const Bytes left = resident_memory() - before;
    CHECK(left >= allocator->reserved());
    CHECK(left - allocator->reserved() <= page_size().times(400));
  }
}

TEST_CASE("host: what is refused, and in which words") {
  for (const std::string_view name : host_backends()) {
    INFO(name);
    const auto allocator = host_allocator(name, Bytes(10'000));
    CHECK_THROWS_WITH(allocator->allocate(Bytes{}), contains("a block of 0 bytes"));
    const Block block = allocator->allocate(Bytes(10'000));
    CHECK_THROWS_AS(allocator->allocate(Bytes(1)), OutOfMemory);
    CHECK_THROWS_WITH(allocator->allocate(Bytes(1)),
                      contains("10000 of the 10000 bytes that it was given are allocated"));
    allocator->free(block.address);
    CHECK_THROWS_WITH(allocator->free(block.address), contains("freed before or never given out"));
    CHECK_THROWS_WITH(allocator->free(block.address + 1), contains("never given out"));
    CHECK(allocator->allocate(Bytes(10'000)).bytes == Bytes(10'000));  // as if nothing had been
    // More than the machine has: an error, and not its end.
    CHECK_THROWS_AS(host_allocator(name)->allocate(total_memory()), OutOfMemory);
  }
  CHECK_THROWS_WITH(host_allocator("vmm"),
                    contains("no backend 'vmm', but host-mmap, host-reserve"));
}

TEST_CASE("host: addresses run out, in the system's words") {
  KVF_NEEDS_OWN_MEMORY;
  // In a process of its own, for the limit stays.
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const rlimit limit{256 << 20, 256 << 20};
    setrlimit(RLIMIT_AS, &limit);
    int status = 1;
    try {
      const auto allocator = host_allocator("host-mmap");
      for (int i = 0; i < 300; ++i) allocator->allocate(Bytes(1 << 20));
    } catch (const OutOfMemory& error) {
      status = error.reason() == "Cannot allocate memory" ? 0 : 2;
    } catch (...) {
      status = 3;
    }
    _exit(status);
  }
  int status = -1;
  waitpid(child, &status, 0);
  CHECK(status == 0);
}

TEST_CASE("host: granularity and growth are measured") {
  KVF_NEEDS_OWN_MEMORY;
  const auto step = [](std::string_view name, Bytes block, std::int64_t most) {
    return measure_granularity(*host_allocator(name), resident_memory, block, most);
  };
  for (const char* name : {"host-mmap", "host-reserve"}) {
    const Granularity found = step(name, Bytes(1), 64);
    CHECK(found.step == page_size());
    CHECK(found.blocks < 64);
    CHECK(step(name, Bytes(page_size().count() + 1), 64).step == page_size().times(2));
  }
  const Granularity pool = step("host-pool", Bytes(64 << 10), 200);
  CHECK(pool.step == Bytes(2 << 20));
  CHECK(pool.blocks == 65);  // 32 fill a step; the third begins with the 65th
  const auto allocator = host_allocator("host-mmap");
  const Bytes grown = measure_growth(resident_memory, [&] { allocator->allocate(Bytes(8 << 20)); });
  CHECK(grown >= Bytes(8 << 20));
  CHECK(grown < Bytes(9 << 20));
}

TEST_CASE("granularity: what else happens is no step") {
  // 4 blocks a step of 1000; a little noise in between, and once much.
  const auto allocator = host_allocator("host-pool");
  const auto used = [&] {
    const auto n = static_cast<std::int64_t>(allocator->blocks());
    return Bytes(1000 * ((n + 3) / 4) + 10 * (n / 2) + (n >= 3 ? 1500 : 0));
  };
  const Granularity found = measure_granularity(*allocator, used, Bytes(1), 100);
  CHECK(found.step == Bytes(1000));
  CHECK(found.steps == 3);
  CHECK(found.blocks == 9);
  CHECK(found.grown == Bytes(4540));
}

TEST_CASE("measuring leaves the allocator as it was, and finds no step where there is none") {
  const auto allocator = host_allocator("host-pool");
  const Granularity found = measure_granularity(
      *allocator, [] { return Bytes(5); }, Bytes(1), 10);
  CHECK(found.step == Bytes{});
  CHECK(found.steps == 0);
  CHECK(found.blocks == 10);
  CHECK(allocator->blocks() == 0);
}

TEST_CASE("host: the device computes, copies and says what it uses") {
  const auto device = open_host();
  CHECK(device->is_host());
  CHECK(device->name() == "host");
  CHECK(device->backends() == host_backends());
  for (const std::string_view backend : device->backends()) {
    const auto allocator = device->allocator(backend);
    const Block a = allocator->allocate(Bytes(1000)), b = allocator->allocate(Bytes(1000));
    device->fill(a.address, 7, a.bytes);
    device->copy(b.address, a.address, a.bytes);
    std::vector<unsigned char> got(1000);
    device->download(got.data(), b.address, b.bytes);
    device->synchronise();
    CHECK(std::all_of(got.begin(), got.end(), [](auto x) { return x == 7; }));
    got[3] = 9;
    device->upload(a.address, got.data(), a.bytes);
    CHECK(a.address[3] == std::byte{9});
  }
  const auto pages = device->allocator("host-mmap");
  const Bytes before = device->memory().used;
  pages->allocate(Bytes(1 << 20));
  const MemoryInfo memory = device->memory();
  CHECK(memory.used - before == Bytes(1 << 20));
  CHECK(memory.used < memory.total);
  CHECK(available_memory() < memory.total);
  const test::Case one({.past = 100, .head_dim = 32});
  device->attend(one.pass());
  CHECK(one.error() <= 1e-6);
}

TEST_CASE("host: the least of what the kernel and control groups leave") {
  namespace fs = std::filesystem;
  const fs::path root = fs::temp_directory_path() / ("kvf-memory-" + std::to_string(getpid()));
  const auto file = [&](const std::string& path, const std::string& text) {
    fs::create_directories((root / path).parent_path());
    std::ofstream(root / path) << text;
  };
  const auto available = [&] { return available_memory(root.string()).count(); };
  CHECK_THROWS_WITH(available(), contains("MemAvailable"));
  file("proc/meminfo", "MemTotal:  2000 kB\nMemAvailable:  1000 kB\n");
  CHECK(available() == 1000 << 10);
  file("proc/self/cgroup", "0::/a/b\n");
  CHECK(available() == 1000 << 10);  // no limits there
  file("sys/fs/cgroup/a/b/memory.max", "max\n");
  file("sys/fs/cgroup/a/b/memory.current", "4096\n");
  CHECK(available() == 1000 << 10);
  file("sys/fs/cgroup/a/memory.max", "500000\n");
  file("sys/fs/cgroup/a/memory.current", "100000\n");
  CHECK(available() == 400000);
  file("sys/fs/cgroup/a/b/memory.max", "900000\n");
  CHECK(available() == 400000);
  file("sys/fs/cgroup/a/b/memory.max", "5000\n");
  CHECK(available() == 904);
  file("sys/fs/cgroup/a/b/memory.current", "6000\n");  // a limit that was lowered
  CHECK(available() == 0);
  file("proc/self/cgroup", "0::/\n");  // as in a container
  CHECK(available() == 1000 << 10);
  file("sys/fs/cgroup/memory.max", "70000\n");
  file("sys/fs/cgroup/memory.current", "1\n");
  CHECK(available() == 69999);
  fs::remove_all(root);
}

}  // namespace
}  // namespace kvf::capture
