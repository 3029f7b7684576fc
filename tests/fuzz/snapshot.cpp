// Any bytes as a pickle of a memory snapshot.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "profiler/import/import_error.h"
#include "profiler/import/snapshot/snapshot.h"
#include "tests/fuzz/recording.h"

using namespace kvf;

// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    traces::ByteSource source = traces::ByteSource::over(bytes);
    fuzz::check(traces::read_snapshot(source));
  } catch (const traces::ImportError& error) {
    fuzz::require(!std::string_view(error.what()).empty());
  }
  return 0;
}
