// Any bytes as a file of any format, so as a database too.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "profiler/import/read_recording.h"
#include "tests/fuzz/recording.h"

using namespace kvf;
namespace fs = std::filesystem;

// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fs::path memory = "/dev/shm";
  static const fs::path file = (fs::is_directory(memory) ? memory : fs::temp_directory_path()) /
                               ("kvf-fuzz-" + std::to_string(getpid()) + ".sqlite");
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  try {
    fuzz::check(traces::read_recording(file));
  } catch (const traces::ImportError& error) {
    fuzz::require(std::string_view(error.what()).size() > file.string().size());
  }
  std::error_code ignored;
  fs::remove(file, ignored);
  return 0;
}
