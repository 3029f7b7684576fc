// One row of a reference file, and its verdict.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "models/units.h"
#include "sim/input/node.h"

namespace kvf::reference {

using input::Kind;
using input::Node;

// The row cannot be read as what it claims to be.
struct BadRow : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The member of a map; nullptr if it is absent or null.
const Node* find(const Node& map, std::string_view key);
// The same; throws BadRow if it is absent.
const Node& get(const Node& map, std::string_view key);
std::int64_t integer(const Node& node);
double number(const Node& node);
bool boolean(const Node& node);
std::string text(const Node& node);
std::optional<std::int64_t> maybe_integer(const Node& map, std::string_view key);
Tokens tokens(const Node& map, std::string_view key);

// What a printed figure may be off by.
double printed_tolerance(const Node& figure);
bool near(double want, double got, double tolerance);
// A figure that was measured, beside the library's.
struct Measure {
  std::string part;
  double want = 0;
  double got = 0;
  bool within = false;
};
// A figure that is known up to a band.
struct Band {
  double low = 0;
  double mid = 0;
  double high = 0;
};

// Compares fields of one row. A row is different if any field differs, undefined if it records an
// exception or nothing of it could be compared, else equal.
class Row {
 public:
  Row(const Node& node, const Node& file) : node_(&node), file_(&file) {}
  const Node& node() const { return *node_; }
  const Node& file() const { return *file_; }  // the map that holds the list of rows

  // `want` is what the file says. A string in place of a number is the exception of that call.
  void compare(std::string_view field, const Node& want, std::int64_t got);
  void compare(std::string_view field, std::int64_t want, std::int64_t got);
  void compare(std::string_view field, const Node& want, const std::vector<std::int64_t>& got);
  void compare(std::string_view field, const Node& want, Area got);
  // A double in C99 hexadecimal: equal to the last bit.
  void compare_hex(std::string_view field, const Node& want, std::optional<double> got);
  void different(std::string_view field, const std::string& want, const std::string& got);
  // A printed figure: equal within half of its last digit, but at least 0.005 if it has decimals.
  void compare_printed(std::string_view field, const Node& want, double got);
  // The same with another tolerance.
  void compare_within(std::string_view field, const Node& want, double got, double tolerance);
  // Different if they are further apart than `most`.
  void measure(std::string_view part, double want, double got, double most);
  // Different if what was measured, give or take `slack`, is outside of the band, or that is wider
  // than `widest`.
  void banded(std::string_view part, double want, Band got, double slack, double widest);
  // The library says why it has no figure: the field does not count.
  void refused(std::string_view field, const std::string& reason);
  // The row records an exception; `answer` is what the library says of it.
  void recorded_exception(const std::string& answer);

  enum class Verdict { equal, different, undefined };
  Verdict verdict() const;
  // For the line that is printed of a row that is not equal.
  const std::string& detail() const { return detail_; }
  const std::vector<Measure>& measures() const { return measures_; }

 private:
  const Node* node_;
  const Node* file_;
  std::int64_t compared_ = 0;
  bool different_ = false;
  bool exception_ = false;
  std::string detail_;
  std::vector<Measure> measures_;
};

// The formats, one file each. They throw BadRow for what they do not know, and what the library
// throws.
void check_paper(Row& row);
void check_budget(Row& row);
void check_cache(Row& row);
void check_kvpress(Row& row);
void check_memory(Row& row);
void check_parameters(Row& row);
void check_rounding(Row& row);
void check_engine_log(Row& row);

// The paper's tables, of which the measured peaks of memory are checked: a line a cell. Adds to the
// cells that agree, count[0], or differ, count[1].
void check_peaks(const Node& file, std::size_t (&count)[3]);

}  // namespace kvf::reference
