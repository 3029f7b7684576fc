// Whether a library of CUPTI can be loaded, and which.
#pragma once

#include <cstdint>
#include <string>

namespace kvf::capture {

struct CuptiProbe {
  std::string file;           // of the library, links followed; empty if none was found
  std::uint32_t version = 0;  // as cuptiGetVersion says; 0 if it was not asked
  std::string problem;        // why records cannot be taken; empty if they can, as far as is known
  std::string advice;

  bool usable() const { return problem.empty(); }
};

// Calls CUPTI only if a GPU works: without a driver, some versions (13.2) overflow the stack in any
// call.
CuptiProbe probe_cupti(bool gpu_works);

}  // namespace kvf::capture
