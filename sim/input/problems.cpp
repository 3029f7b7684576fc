#include "sim/input/problems.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace kvf::input {
namespace {

constexpr std::size_t kQuotedBytes = 60;

std::string join(const std::vector<Problem>& problems) {
  std::string text;
  for (const Problem& problem : problems) {
    if (!text.empty()) text += '\n';
    text += problem.line();
  }
  return text;
}

std::vector<Problem> sorted(std::vector<Problem> problems) {
  std::stable_sort(problems.begin(), problems.end(),
                   [](const Problem& a, const Problem& b) { return a.at < b.at; });
  return problems;
}

}  // namespace

std::string in_quotes(std::string_view text) {
  std::string result = "'";
  std::size_t at = 0;
  while (at < text.size() && at < kQuotedBytes) {
    const std::size_t length = utf8_length(text.substr(at));
    const auto c = static_cast<unsigned char>(text[at]);
    if (length == 0) {
      result += valid_utf8(text.substr(at, 1));
    } else if (c == '\n') {
      result += "\\n";
    } else if (c == '\t') {
      result += "\\t";
    } else if (c < 0x20 || c == 0x7F) {
      result += fmt::format("\\x{:02x}", c);
    } else {
      result += text.substr(at, length);
    }
    at += length == 0 ? 1 : length;
  }
  return result + (at < text.size() ? "...'" : "'");
}

std::string Problem::line() const {
  std::string result = valid_utf8(file);
  if (at.line > 0) result += fmt::format(":{}:{}", at.line, at.column);
  result += ": error: " + valid_utf8(text);
  for (char& c : result) {
    if ((c >= 0 && c < ' ') || c == 0x7F) c = '?';
  }
  return result;
}

InputError::InputError(std::vector<Problem> problems)
    : std::runtime_error(join(problems)), problems_(std::move(problems)) {}

void Problems::add(Position at, std::string text) {
  problems_.push_back({file_, at, std::move(text)});
  if (problems_.size() < kMost) return;
  std::vector<Problem> all = sorted(problems_);
  all.push_back({file_, {}, fmt::format("stopped after {} errors", kMost)});
  throw InputError(std::move(all));
}

void Problems::throw_if_any() const {
  if (!problems_.empty()) throw InputError(sorted(problems_));
}

}  // namespace kvf::input
