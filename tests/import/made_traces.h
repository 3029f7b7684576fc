// Small traces that tests make for themselves, in each format.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "profiler/import/read_recording.h"

namespace kvf::test {

// A file in the folder for temporary ones, until the end of the test.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view bytes = "", const std::string& ending = "trace");
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Reads the bytes as a file of any format.
Recording read_bytes(std::string_view bytes, const traces::ReadOptions& options = {});

// Why they are refused; empty if they are not.
std::string refusal(std::string_view bytes);

std::string gzip(std::string_view text);

// --- Kineto
struct MadeMemory {
  std::string ts;  // as it stands in the file
  std::uint64_t address = 0;
  std::int64_t bytes = 0;
  std::int64_t total = 0;
  std::int64_t reserved = 0;
  int type = 1, index = 0;
};
std::string event(const MadeMemory& memory);
std::string annotation(const std::string& name, const std::string& ts, const std::string& dur,
                       const std::string& category = "user_annotation");
std::string trace(const std::vector<std::string>& events, const std::string& before = "",
                  const std::string& after = "");

// A good recording of `blocks` blocks on cuda:0 that come and go; base_bytes 1000, 4 live at most.
std::vector<MadeMemory> made_memory(int blocks);
std::string trace(const std::vector<MadeMemory>& memory);

// --- Pickles, of protocol 4: nothing is shared
class Pickled {
 public:
  using List = std::vector<Pickled>;
  using Dict = std::vector<std::pair<std::string, Pickled>>;
  Pickled(std::int64_t number);                           // NOLINT(google-explicit-constructor)
  Pickled(int number) : Pickled(std::int64_t{number}) {}  // NOLINT(google-explicit-constructor)
  Pickled(const char* text);                              // NOLINT(google-explicit-constructor)
  Pickled(bool value);                                    // NOLINT(google-explicit-constructor)
  Pickled(const List& items);                             // NOLINT(google-explicit-constructor)
  Pickled(const Dict& members);                           // NOLINT(google-explicit-constructor)
  const std::string& code() const { return code_; }       // without PROTO and STOP
  std::string file() const { return "\x80\x04" + code_ + "."; }

 private:
  std::string code_;
};

}  // namespace kvf::test
