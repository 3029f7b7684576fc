// What Linux says of the memory of this process and of the machine.
#pragma once

#include <string>

#include "models/units.h"

namespace kvf::capture {

Bytes page_size();

// Pages of this process that are in memory: Rss of /proc/self/smaps_rollup, counted page by page.
// Throws DeviceError if the system does not say.
Bytes resident_memory();

// The same of the mappings alone that host allocators have made, wherever the kernel put them: those
// without a name that a fork does not copy (flag `dc` of /proc/self/smaps; MADV_DONTFORK). Throws
// DeviceError.
Bytes resident_blocks();

// Of the machine.
Bytes total_memory();
// What the process may still use without the machine running full: the least of what the kernel
// calls available and of what is left of the limits of its control groups (version 2). `root` stands
// before /proc and /sys, for tests.
Bytes available_memory(const std::string& root = "");

}  // namespace kvf::capture
