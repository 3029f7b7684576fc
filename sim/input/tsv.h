// Tables of head scores: row = layer, column = KV head.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "models/parameter.h"
#include "sim/input/problems.h"

namespace kvf::input {

// Decimal numbers, separated by tabs or spaces, in rows of equal length; '#' begins a comment,
// blank lines count for nothing. Throws InputError with everything that is wrong.
HeadScores parse_head_scores(std::string_view text, std::string file);
// Throws what read_text_file() throws, too.
HeadScores read_head_scores(const std::filesystem::path& path);

// Reads each file once. Relative paths are relative to `folder`.
class HeadFiles {
 public:
  explicit HeadFiles(std::filesystem::path folder = {}) : folder_(std::move(folder)) {}
  // Throws InputError. The reference stays valid.
  const HeadScores& read(std::string_view path);

 private:
  std::filesystem::path folder_;
  std::map<std::string, HeadScores, std::less<>> files_;
};

}  // namespace kvf::input
