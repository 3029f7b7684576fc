// Memory of the process, in ways that mirror those of a GPU. All pages of a block are in memory when
// it is given out, and small pages each, so that the system's own figures can be compared.
//
//   host-mmap     a mapping for each block                          as cudaMalloc
//   host-reserve  one range of addresses; a block's pages are       as virtual memory management
//                 brought in, and given back with MADV_DONTNEED
//   host-pool     mappings of 2 MiB or more that keep what is       as a pool
//                 freed in them, until the allocator goes
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "profiler/capture/backends/allocator.h"

namespace kvf::capture {

std::vector<std::string_view> host_backends();

// Throws std::invalid_argument for another name; DeviceError if no addresses can be reserved.
std::unique_ptr<DeviceAllocator> host_allocator(std::string_view backend,
                                                std::optional<Bytes> capacity = std::nullopt);

}  // namespace kvf::capture
