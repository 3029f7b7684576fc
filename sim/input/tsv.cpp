#include "sim/input/tsv.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <system_error>
#include <utility>

#include "sim/input/text_file.h"

namespace kvf::input {
namespace {

constexpr std::string_view kBlanks = " \t\r";

// One row, as far as it can be read. Adds a problem for each number that is none.
std::int64_t read_row(std::string_view row, int line, std::vector<double>& values,
                      Problems& problems) {
  std::int64_t columns = 0;
  std::size_t at = 0;
  while ((at = row.find_first_not_of(kBlanks, at)) != std::string_view::npos) {
    const std::string_view word = row.substr(at, row.find_first_of(kBlanks, at) - at);
    const char* const end = word.data() + word.size();
    double value = 0;
    const auto [rest, error] = std::from_chars(word.data(), end, value);
    if (rest != end || error != std::errc{} || !std::isfinite(value)) {
      problems.add({line, static_cast<int>(at) + 1},
                   in_quotes(word) + " is not a number; expected a decimal number");
    }
    values.push_back(value);
    ++columns;
    at += word.size();
  }
  return columns;
}

}  // namespace

HeadScores parse_head_scores(std::string_view text, std::string file) {
  Problems problems(file);
  HeadScores scores;
  scores.file = std::move(file);
  for (int line = 1; !text.empty(); ++line) {
    const std::size_t length = text.find('\n');
    std::string_view row = text.substr(0, length);
    text.remove_prefix(length == std::string_view::npos ? text.size() : length + 1);
    row = row.substr(0, row.find('#'));
    const std::int64_t columns = read_row(row, line, scores.values, problems);
    if (columns == 0) continue;
    if (scores.layers == 0) scores.heads = columns;
    if (columns != scores.heads) {
      problems.add({line, 1}, fmt::format("a row of {}; expected {}, as in the first row", columns,
                                          scores.heads));
    }
    ++scores.layers;
  }
  if (scores.layers == 0) problems.add({}, "holds no numbers; expected a row for each layer");
  problems.throw_if_any();
  return scores;
}

HeadScores read_head_scores(const std::filesystem::path& path) {
  return parse_head_scores(read_text_file(path), path.string());
}

const HeadScores& HeadFiles::read(std::string_view path) {
  const auto known = files_.find(path);
  if (known != files_.end()) return known->second;
  HeadScores scores = read_head_scores(folder_ / std::filesystem::path(path));
  return files_.emplace(path, std::move(scores)).first->second;
}

}  // namespace kvf::input
