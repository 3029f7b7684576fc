// How long the records are that a CUPTI of a version writes: what cuptiActivityGetNextRecord knows,
// for libraries and tests that have to do without it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kvf::capture {

// Bytes of a record of `kind` in the buffers of CUPTI `version` (its CUPTI_API_VERSION); 0 if that
// is not known. 64-bit platforms. Checked against the headers by layout.h and
// script/check-cupti-headers.
constexpr std::size_t record_size(std::uint32_t kind, std::uint32_t version) {
  switch (kind) {
    case 1:
      return version >= 130400 ? 112 : version >= 26 ? 96 : 88;  // memcpy
    case 2:
      return version >= 130400 ? 104 : 88;  // memset
    case 4:
    case 5:
      return 40;  // driver, runtime
    case 10:      // concurrent kernel
      // 11.8 and 12.0 have the same version and different records.
      if (version < 20) return 0;
      if (version >= 130400) return 248;
      if (version >= 130300) return 232;
      if (version >= 130100) return 224;
      return version >= 130000 ? 216 : 208;
    case 38:
      return version >= 26 ? 56 : 40;  // synchronization
    case 39:
      return 24;  // external correlation
    case 49:
      return version >= 24 ? 128 : 120;  // memory2
    case 50:
      return version >= 130000 ? 80 : 72;  // memory pool
    default:
      return 0;
  }
}

}  // namespace kvf::capture
