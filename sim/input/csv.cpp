#include "sim/input/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace kvf::input {

bool CsvReader::ends_line() const { return at_end() || is('\n'); }

// A carriage return stands before the end of a line, and is a blank.
void CsvReader::skip_blanks() {
  at_ = std::min(text_.find_first_not_of(" \t\r", at_), text_.size());
}

void CsvReader::end_line() {
  if (at_end()) return;
  ++at_;
  ++line_;
  line_start_ = at_;
}

bool CsvReader::next(Tree& row) {
  for (skip_blanks(); is('\n'); skip_blanks()) end_line();
  if (at_end()) return false;
  row.clear();
  const Position begin = position();
  row.open(Kind::list, begin);
  read_field(row);
  for (std::size_t fields = 1; is(','); ++fields) {
    if (fields == kMaxFields) {
      problems_.add(begin, fmt::format("a row of more than {} fields", kMaxFields));
      problems_.throw_if_any();
    }
    ++at_;
    read_field(row);
  }
  row.close();
  end_line();
  return true;
}

void CsvReader::read_field(Tree& row) {
  skip_blanks();
  Node& node = row.add(Kind::text, position());
  const std::string_view text = is('"') ? quoted(row) : plain();
  node.plain = true;
  if (!set_number(node, text)) node.text = text;
}

std::string_view CsvReader::plain() {
  const std::size_t begin = at_;
  at_ = std::min(text_.find_first_of(",\n\"", at_), text_.size());
  if (is('"')) {
    problems_.add(position(), "a quote inside a field; expected the whole field in quotes");
    at_ = std::min(text_.find_first_of(",\n", at_), text_.size());
  }
  const std::string_view text = text_.substr(begin, at_ - begin);
  return text.substr(0, text.find_last_not_of(" \t\r") + 1);  // npos + 1 is 0
}

std::string_view CsvReader::quoted(Tree& row) {
  const Position begin = position();
  std::string whole;  // with the quotes that were doubled
  bool doubled = false;
  std::size_t first = ++at_;
  std::string_view last;
  while (true) {
    at_ = std::min(text_.find_first_of("\"\n", at_), text_.size());
    if (at_end()) {
      problems_.add(begin, "a quote is not closed");
      problems_.throw_if_any();
    }
    if (is('\n')) {
      end_line();
      continue;
    }
    last = text_.substr(first, at_ - first);
    ++at_;
    if (!is('"')) break;
    doubled = true;
    (whole += last) += '"';
    first = ++at_;
  }
  skip_blanks();
  if (!ends_line() && !is(',')) {
    problems_.add(position(), "text behind a closing quote; expected a comma");
    at_ = std::min(text_.find_first_of(",\n", at_), text_.size());
  }
  return doubled ? row.keep(std::move(whole += last)) : last;
}

}  // namespace kvf::input
