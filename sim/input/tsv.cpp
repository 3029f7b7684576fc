#include "sim/input/tsv.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>
#include <utility>

#include "sim/input/bind.h"
#include "sim/input/json.h"
#include "sim/input/text_file.h"

namespace kvf::input {
namespace {

constexpr std::string_view kBlanks = " \t\r";

struct Table {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::vector<double> values;
};

// What a table may look like: its rows in words, and whether commas separate numbers.
struct Form {
  std::string_view row;
  bool commas = false;
};

// One row, as far as it can be read; gives its columns. Adds a problem for each number that is none.
std::int64_t read_row(std::string_view row, int line, const Form& form, std::vector<double>& values,
                      Problems& problems) {
  const auto next = [&](std::size_t from) {
    return std::min(row.find_first_not_of(kBlanks, from), row.size());
  };
  const std::string separators = std::string(kBlanks) + (form.commas ? "," : "");
  std::int64_t columns = 0;
  bool comma = false;  // stands before: a number must follow
  for (std::size_t at = next(0); at < row.size() || comma;) {
    const std::string_view word =
        row.substr(at, std::min(row.find_first_of(separators, at), row.size()) - at);
    const char* const end = word.data() + word.size();
    double value = 0;
    const auto [rest, error] = std::from_chars(word.data(), end, value);
    if (rest != end || error != std::errc{} || !std::isfinite(value)) {
      problems.add({line, static_cast<int>(at) + 1},
                   in_quotes(word) + " is not a number; expected a decimal number");
    }
    values.push_back(value);
    ++columns;
    at = next(at + word.size());
    comma = form.commas && at < row.size() && row[at] == ',';
    if (comma) at = next(at + 1);
  }
  return columns;
}

Table parse_table(std::string_view text, const std::string& file, const Form& form) {
  Problems problems(file);
  Table table;
  for (int line = 1; !text.empty(); ++line) {
    const std::size_t length = text.find('\n');
    std::string_view row = text.substr(0, length);
    text.remove_prefix(length == std::string_view::npos ? text.size() : length + 1);
    row = row.substr(0, row.find('#'));
    const std::int64_t columns = read_row(row, line, form, table.values, problems);
    if (columns == 0) continue;
    if (table.rows == 0) table.columns = columns;
    if (columns != table.columns) {
      problems.add({line, 1}, fmt::format("a row of {}; expected {}, as in the first row", columns,
                                          table.columns));
    }
    ++table.rows;
  }
  if (table.rows == 0) {
    problems.add({}, fmt::format("holds no numbers; expected a row for each {}", form.row));
  }
  problems.throw_if_any();
  return table;
}

// What DuoAttention's configuration says of sinks and window. Sizes to deploy with go first.
std::vector<std::pair<std::string, Tokens>> published_sizes(const std::filesystem::path& path) {
  const std::string content = read_text_file(path);
  Problems problems(path.string());
  Tree tree;
  JsonParser().parse(content, tree, problems);
  std::vector<std::pair<std::string, Tokens>> sizes;
  if (!expect_kind(tree.root(), Kind::map, "the configuration", problems)) problems.throw_if_any();
  const auto add = [&](std::string_view deployed, std::string_view trained, const char* parameter) {
    const Node* found = nullptr;
    for (const Node& member : tree.root()) {
      if (member.kind == Kind::null || (member.key != deployed && member.key != trained)) continue;
      if (found == nullptr || member.key == deployed) found = &member;
    }
    if (found == nullptr) return problems.add({}, fmt::format("has no '{}'", trained));
    if (const auto size = read_tokens(*found, found->key, kAnyCount, problems)) {
      sizes.emplace_back(parameter, *size);
    }
  };
  add("deploy_sink_size", "sink_size", "sink_tokens");
  add("deploy_recent_size", "recent_size", "window_tokens");
  problems.throw_if_any();
  return sizes;
}

}  // namespace

HeadScores parse_head_scores(std::string_view text, std::string file) {
  Table table = parse_table(text, file, {"layer"});
  return {std::move(file), table.rows, table.columns, std::move(table.values), {}};
}

HeadScores read_head_scores(const std::filesystem::path& path) {
  if (!std::filesystem::is_directory(path)) {
    return parse_head_scores(read_text_file(path), path.string());
  }
  const std::filesystem::path table = path / "full_attention_heads.tsv";
  if (!std::filesystem::exists(table)) {
    Problems problems(path.string());
    problems.add({},
                 "is a folder without full_attention_heads.tsv; expected a table, or a folder "
                 "that holds one");
    problems.throw_if_any();
  }
  HeadScores scores = parse_head_scores(read_text_file(table), table.string());
  scores.file = path.string();
  scores.beside = published_sizes(path / "config.json");
  return scores;
}

TokenScores parse_token_scores(std::string_view text, const std::string& file) {
  Table table = parse_table(text, file, {"position", true});
  return {table.columns, std::move(table.values)};
}

TokenScores read_token_scores(const std::filesystem::path& path) {
  return parse_token_scores(read_text_file(path), path.string());
}

const HeadScores& HeadFiles::read(std::string_view path) {
  const auto known = files_.find(path);
  if (known != files_.end()) return known->second;
  HeadScores scores = read_head_scores(folder_ / std::filesystem::path(path));
  return files_.emplace(path, std::move(scores)).first->second;
}

}  // namespace kvf::input
