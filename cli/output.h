// Where a subcommand's output goes, and what is fit to be shown.
#pragma once

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "timeline/partial_file.h"

namespace kvf::cli {

// Standard output, or a file that gets its name when it is whole. All members throw
// std::runtime_error, in the system's words.
class Output {
 public:
  // An empty name: standard output.
  explicit Output(const std::string& file);

  void write(std::string_view text);
  void finish();

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  [[noreturn]] void fail(std::string_view why) const;

  std::string name_;
  std::optional<PartialFile> partial_;
  std::unique_ptr<std::FILE, Close> file_;
};

// What was printed is on its way, or an exception says why not.
void flush_output();

// One line of valid UTF-8 without control characters: what a terminal may get of a user's text.
std::string shown(std::string_view text);

}  // namespace kvf::cli
