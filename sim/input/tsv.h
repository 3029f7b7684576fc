// Tables of numbers: scores of heads, a row a layer; scores of tokens, a row a position.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "models/parameter.h"
#include "sim/input/problems.h"

namespace kvf::input {

// Decimal numbers, separated by tabs or spaces, in rows of equal length; '#' begins a comment,
// blank lines count for nothing. Throws InputError with everything that is wrong.
HeadScores parse_head_scores(std::string_view text, std::string file);
// Throws what read_text_file() throws, too.
// A folder as DuoAttention publishes it holds full_attention_heads.tsv, and a config.json whose
// sink_size and recent_size become parameters beside the scores.
HeadScores read_head_scores(const std::filesystem::path& path);

// Scores of tokens: row = position in the sequence, one column for all cells or one a cell.
struct TokenScores {
  std::int64_t columns = 0;
  std::vector<double> values;  // values[position * columns + column]
  friend bool operator==(const TokenScores&, const TokenScores&) = default;
};
// As for head scores; commas may separate numbers, too.
TokenScores parse_token_scores(std::string_view text, const std::string& file);
TokenScores read_token_scores(const std::filesystem::path& path);

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
