#include "sim/input/problems.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace kvf::input {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::size_t kQuotedBytes = 60;

// Bytes of the valid UTF-8 sequence at the beginning of `text`; 0 if there is none.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  const std::size_t length = first < 0xE0 ? 2U : first < 0xF0 ? 3U : 4U;
  if (text.size() < length) return 0;
  // The second byte excludes longer forms than needed, surrogates, and what is past U+10FFFF.
  const unsigned char low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const unsigned char high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (byte(1) < low || byte(1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (byte(i) < 0x80 || byte(i) > 0xBF) return 0;
  }
  return length;
}

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

std::size_t find_invalid_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t length = sequence_length(text.substr(at));
    if (length == 0) return at;
    at += length;
  }
  return std::string_view::npos;
}

std::string valid_utf8(std::string_view text) {
  std::string result;
  while (true) {
    const std::size_t bad = find_invalid_utf8(text);
    result += text.substr(0, bad);
    if (bad == std::string_view::npos) return result;
    result += kReplacement;
    text.remove_prefix(bad + 1);
  }
}

std::string in_quotes(std::string_view text) {
  std::string result = "'";
  std::size_t at = 0;
  while (at < text.size() && at < kQuotedBytes) {
    const std::size_t length = sequence_length(text.substr(at));
    const auto c = static_cast<unsigned char>(text[at]);
    if (length == 0) {
      result += kReplacement;
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
