// The counters of a capture by name, as KVF_CAPTURE has them.
#pragma once

#include <array>
#include <cstdint>

#include "profiler/capture/cupti/cupti.h"

namespace kvf::capture {

struct NamedCounter {
  const char* name;
  std::int64_t CollectorCounters::*member;
};
inline constexpr std::array kCounters{
    NamedCounter{"dropped", &CollectorCounters::dropped},
    NamedCounter{"discarded", &CollectorCounters::discarded},
    NamedCounter{"unwritten", &CollectorCounters::unwritten},
    NamedCounter{"refused", &CollectorCounters::refused},
    NamedCounter{"unknown_kinds", &CollectorCounters::unknown_kinds},
    NamedCounter{"unknown_values", &CollectorCounters::unknown_values},
    NamedCounter{"invalid", &CollectorCounters::invalid},
    NamedCounter{"iterator_errors", &CollectorCounters::iterator_errors},
    NamedCounter{"zero_times", &CollectorCounters::zero_times},
    NamedCounter{"reversed_times", &CollectorCounters::reversed_times},
    NamedCounter{"failed_calls", &CollectorCounters::failed_calls},
    NamedCounter{"fatal_errors", &CollectorCounters::fatal_errors},
};
static_assert(sizeof(CollectorCounters) == kCounters.size() * sizeof(std::int64_t));

constexpr CollectorCounters sum(CollectorCounters a, const CollectorCounters& b) {
  for (const NamedCounter& counter : kCounters) a.*counter.member += b.*counter.member;
  return a;
}

}  // namespace kvf::capture
