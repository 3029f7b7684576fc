#include "profiler/capture/backends/host_allocators.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "models/numeric.h"
#include "profiler/capture/backends/address_ranges.h"
#include "profiler/capture/backends/host_memory.h"

namespace kvf::capture {
namespace {

constexpr Bytes kPoolStep{2 << 20};  // cudaMallocAsync's pools grow so, or by more
constexpr Bytes kPoolRounding{512};
// Left to others, and looked at again after so much: the kernel would rather end a process than
// refuse it a page.
constexpr Bytes kSpare{128 << 20};
constexpr Bytes kLookAgain{32 << 20};

std::size_t size(Bytes bytes) { return static_cast<std::size_t>(bytes.count()); }

[[noreturn]] void fail(std::string_view call, Bytes bytes) {
  const int error = errno;
  const std::string what = fmt::format("{} of {} bytes", call, bytes.count());
  const std::string why = std::generic_category().message(error);
  if (error != ENOMEM) throw DeviceError(what, why);
  throw OutOfMemory(what, why,
                    "memory, address space (ulimit -v) or the number of mappings "
                    "(vm.max_map_count) is used up");
}

std::byte* map(Bytes bytes, int flags) {
  void* const memory = mmap(nullptr, size(bytes), PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
  if (memory == MAP_FAILED) fail("mmap", bytes);
  // Large pages would bring in the neighbours. A kernel without them refuses, which is as good.
  madvise(memory, size(bytes), MADV_NOHUGEPAGE);
  madvise(memory, size(bytes), MADV_DONTFORK);  // tells them from others: resident_blocks()
  return static_cast<std::byte*>(memory);
}

class HostAllocator : public DeviceAllocator {
 public:
  using DeviceAllocator::DeviceAllocator;
  Bytes reserved() const override { return reserved_; }

 protected:
  // Before pages are touched. Throws OutOfMemory.
  void require_pages(Bytes bytes) {
    if (bytes > allowed_) {
      const Bytes available = available_memory();
      if (available < kSpare || bytes > available - kSpare) {
        throw OutOfMemory(fmt::format("{}: touching {} bytes", name(), bytes.count()),
                          fmt::format("the machine has {} left, of which {} are spared",
                                      available.count(), kSpare.count()),
                          "take a smaller case, or a machine with more memory");
      }
      allowed_ = bytes + std::min(kLookAgain, available - kSpare - bytes);
    }
    allowed_ -= bytes;
  }
  void touch(std::byte* memory, Bytes bytes) {
    for (Bytes at; at < bytes; at += page_) {
      *const_cast<volatile std::byte*>(memory + at.count()) = std::byte{0};
    }
    reserved_ += bytes;
  }
  Bytes whole_pages(Bytes bytes) const { return round_up(bytes, page_); }

  const Bytes page_ = page_size();
  Bytes reserved_;

 private:
  Bytes allowed_;
};

class HostMmap final : public HostAllocator {
 public:
  using HostAllocator::HostAllocator;
  ~HostMmap() override {
    for (const auto& [address, bytes] : live()) munmap(address, size(whole_pages(bytes)));
  }
  std::string_view name() const override { return "host-mmap"; }
  std::optional<Bytes> granularity() const override { return page_; }

 private:
  std::byte* take(Bytes bytes) override {
    const Bytes pages = whole_pages(bytes);
    require_pages(pages);
    std::byte* const memory = map(pages, 0);
    touch(memory, pages);
    return memory;
  }
  void give_back(std::byte* address, Bytes bytes) override {
    const Bytes pages = whole_pages(bytes);
    if (munmap(address, size(pages)) != 0) fail("munmap", pages);
    reserved_ -= pages;
  }
};

class HostReserve final : public HostAllocator {
 public:
  explicit HostReserve(std::optional<Bytes> capacity)
      : HostAllocator(capacity),
        // Twice what could be used: free ranges may lie between blocks.
        length_(whole_pages(total_memory()).times(2)),
        base_(map(length_, MAP_NORESERVE)) {
    ranges_.add(base_, length_);
  }
  ~HostReserve() override { munmap(base_, size(length_)); }
  std::string_view name() const override { return "host-reserve"; }
  std::optional<Bytes> granularity() const override { return page_; }

 private:
  std::byte* take(Bytes bytes) override {
    const Bytes pages = whole_pages(bytes);
    require_pages(pages);
    std::byte* const memory = ranges_.take(pages);
    if (memory == nullptr) {
      throw OutOfMemory(fmt::format("host-reserve: {} bytes", pages.count()),
                        "no free range of addresses is long enough");
    }
    touch(memory, pages);
    return memory;
  }
  void give_back(std::byte* address, Bytes bytes) override {
    const Bytes pages = whole_pages(bytes);
    if (madvise(address, size(pages), MADV_DONTNEED) != 0) fail("madvise(MADV_DONTNEED)", pages);
    ranges_.add(address, pages);
    reserved_ -= pages;
  }

  Bytes length_;
  std::byte* base_;
  AddressRanges ranges_;
};

class HostPool final : public HostAllocator {
 public:
  using HostAllocator::HostAllocator;
  ~HostPool() override {
    for (const Block& chunk : chunks_) munmap(chunk.address, size(chunk.bytes));
  }
  std::string_view name() const override { return "host-pool"; }
  std::optional<Bytes> granularity() const override { return kPoolRounding; }

 private:
  std::byte* take(Bytes bytes) override {
    const Bytes rounded = round_up(bytes, kPoolRounding);
    if (std::byte* const memory = ranges_.take(rounded)) return memory;
    const Bytes chunk = round_up(whole_pages(rounded), kPoolStep);
    require_pages(chunk);
    chunks_.push_back({map(chunk, 0), chunk});
    touch(chunks_.back().address, chunk);
    ranges_.add(chunks_.back().address, chunk);
    return ranges_.take(rounded);
  }
  void give_back(std::byte* address, Bytes bytes) override {
    ranges_.add(address, round_up(bytes, kPoolRounding));
  }

  std::vector<Block> chunks_;
  AddressRanges ranges_;
};

}  // namespace

std::vector<std::string_view> host_backends() { return {"host-mmap", "host-reserve", "host-pool"}; }

std::unique_ptr<DeviceAllocator> host_allocator(std::string_view backend,
                                                std::optional<Bytes> capacity) {
  if (backend == "host-mmap") return std::make_unique<HostMmap>(capacity);
  if (backend == "host-reserve") return std::make_unique<HostReserve>(capacity);
  if (backend == "host-pool") return std::make_unique<HostPool>(capacity);
  throw std::invalid_argument(fmt::format("the host has no backend '{}', but {}", backend,
                                          fmt::join(host_backends(), ", ")));
}

}  // namespace kvf::capture
