#include "sim/input/scores.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "sim/input/bind.h"
#include "sim/input/csv.h"
#include "sim/input/text_file.h"
#include "sim/input/yaml.h"

namespace kvf::input {
namespace {

constexpr std::array<std::string_view, 5> kColumns{"method", "task", "footprint", "score",
                                                   "full_score"};
constexpr double kLargest = 1e300;  // differences of two are taken

// Where the value of each column is; nullptr where it is missing, which has been said.
using Cells = std::array<const Node*, kColumns.size()>;

class ScoreReader {
 public:
  explicit ScoreReader(Problems& problems) : problems_(problems) {}

  void read_csv(std::string_view text) {
    check_control_characters(text, problems_);
    problems_.throw_if_any();
    CsvReader csv(text, problems_);
    Tree row;
    if (!csv.next(row)) return;
    const std::vector<std::size_t> column_of_field = read_header(row.root());
    while (csv.next(row)) {
      Cells cells{};
      std::size_t fields = 0;
      for (const Node& field : row.root()) {
        if (fields < column_of_field.size()) cells[column_of_field[fields]] = &field;
        ++fields;
      }
      if (fields != column_of_field.size()) {
        problems_.add(row.root().at, fmt::format("a row of {}; expected {}, as in the header",
                                                 fields, column_of_field.size()));
      }
      add(cells);
    }
  }

  void read_yaml(std::string_view text) {
    Tree tree;
    parse_yaml(text, tree, problems_);
    if (!expect_kind(tree.root(), Kind::list, "the table", problems_)) return;
    for (const Node& row : tree.root()) {
      if (!expect_kind(row, Kind::map, "a row", problems_)) continue;
      const Fields fields(row, kColumns, "a row", problems_);
      Cells cells{};
      for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = fields.require(kColumns[i]);
      add(cells);
    }
  }

  std::vector<Score> finish() {
    if (scores_.empty() && problems_.empty()) {
      problems_.add({}, "holds no scores; expected a row for each point");
    }
    problems_.throw_if_any();
    return std::move(scores_);
  }

 private:
  // Without its columns no row makes sense: throws if anything is wrong.
  std::vector<std::size_t> read_header(const Node& header) {
    std::vector<std::size_t> column_of_field;
    std::array<std::optional<Position>, kColumns.size()> places;
    for (const Node& field : header) {
      const auto* const known = std::find(kColumns.begin(), kColumns.end(), field.text);
      if (known == kColumns.end()) {
        problems_.add(field.at, fmt::format("unknown column {}{}", in_quotes(field.text),
                                            suggestion(field.text, kColumns)));
        continue;
      }
      std::optional<Position>& place = places[static_cast<std::size_t>(known - kColumns.begin())];
      if (place) {
        problems_.add(field.at, fmt::format("column '{}' is given twice (first at {}:{})", *known,
                                            place->line, place->column));
      } else {
        place = field.at;
      }
      column_of_field.push_back(static_cast<std::size_t>(known - kColumns.begin()));
    }
    for (std::size_t i = 0; i < kColumns.size(); ++i) {
      if (!places[i]) {
        problems_.add(header.at, fmt::format("the table has no column '{}'", kColumns[i]));
      }
    }
    problems_.throw_if_any();
    return column_of_field;
  }

  std::optional<double> read_finite(const Node& node, std::string_view name, double least) {
    if (node.is_number() && node.real >= least && std::abs(node.real) <= kLargest) {
      return node.real + 0.0;  // -0 is 0
    }
    const std::string_view sign = least == 0 ? ", 0 or more" : "";
    const bool is_large = node.is_number() && std::abs(node.real) > kLargest;
    const std::string limit = is_large ? fmt::format(", of magnitude {} at most", kLargest) : "";
    problems_.add(node.at,
                  fmt::format("'{}' {}; expected a number{}{}", name, found(node), sign, limit));
    return std::nullopt;
  }

  void add(const Cells& cells) {
    constexpr double kAny = -std::numeric_limits<double>::infinity();
    const auto text = [&](std::size_t i) {
      return cells[i] != nullptr ? read_text(*cells[i], kColumns[i], problems_) : std::nullopt;
    };
    const auto number = [&](std::size_t i, double least) {
      return cells[i] != nullptr ? read_finite(*cells[i], kColumns[i], least) : std::nullopt;
    };
    const auto method = text(0);
    const auto task = text(1);
    const auto footprint = number(2, 0);
    const auto score = number(3, kAny);
    const auto full_score = number(4, 0);  // a share of less than nothing means nothing
    if (task && full_score) expect_one_full_score(*task, *full_score, cells[4]->at);
    if (!method || !task || !footprint || !score || !full_score) return;
    scores_.push_back({std::string(*method), std::string(*task), *footprint, *score, *full_score});
  }

  void expect_one_full_score(std::string_view task, double value, Position at) {
    const auto known = full_scores_.find(task);
    if (known == full_scores_.end()) {
      full_scores_.emplace(task, std::pair(value, at));
      return;
    }
    const auto& [first, place] = known->second;
    if (value == first) return;
    problems_.add(at, fmt::format("'full_score' is {}; expected {}, as for task {} at {}:{}", value,
                                  first, in_quotes(task), place.line, place.column));
  }

  Problems& problems_;
  std::vector<Score> scores_;
  std::map<std::string, std::pair<double, Position>, std::less<>> full_scores_;
};

bool is_yaml(std::string_view text, const std::filesystem::path& file) {
  const auto extension = file.extension();
  if (extension == ".yaml" || extension == ".yml") return true;
  if (extension == ".csv") return false;
  // No column's name begins so.
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos &&
         std::string_view("-[#").find(text[first]) != std::string_view::npos;
}

}  // namespace

std::vector<Score> parse_scores(std::string_view text, std::string file) {
  const bool yaml = is_yaml(text, file);
  Problems problems(std::move(file));
  ScoreReader reader(problems);
  if (yaml) {
    reader.read_yaml(text);
  } else {
    reader.read_csv(text);
  }
  return reader.finish();
}

std::vector<Score> read_scores(const std::filesystem::path& path) {
  return parse_scores(read_text_file(path), path.string());
}

}  // namespace kvf::input
