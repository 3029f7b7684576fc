#include "cli/cases.h"

#include <cerrno>
#include <cstdio>
#include <exception>
#include <system_error>

#include "sim/input/lines.h"
#include "sim/input/problems.h"
#include "timeline/json_text.h"

namespace kvf::cli {
namespace {

constexpr std::size_t kBlock = 1 << 16;

// Where a problem came from is clear to the user: a case is one line.
std::string text_of(const input::InputError& error) {
  std::string text;
  for (const input::Problem& problem : error.problems()) {
    text += (text.empty() ? "" : "; ") + problem.text;
  }
  return text;
}

void write(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size()) return;
  throw std::system_error(errno, std::generic_category(), "cannot write the output");
}

bool answer_line(const AnswerLine& answer, std::string_view line, int number, std::string& out) {
  const std::size_t before = out.size();
  std::string text;
  try {
    answer(line, number, out);
    return true;
  } catch (const input::InputError& error) {
    text = text_of(error);
  } catch (const std::exception& error) {
    text = error.what();
  }
  out.resize(before);
  out += "{\"error\":" + json_string(text) + "}";
  return false;
}

}  // namespace

int answer_cases(const std::string& file, const AnswerLine& answer) {
  input::LineReader lines(file);
  std::string out;
  int number = 0;
  bool all_good = true;
  while (const auto line = lines.next()) {
    ++number;
    if (lines.too_long()) {
      all_good = false;
      out += R"({"error":"the line is longer than 16 MiB; expected one JSON object"})";
    } else {
      all_good &= answer_line(answer, *line, number, out);
    }
    out += '\n';
    if (out.size() > kBlock) {
      write(out);
      out.clear();
    }
  }
  write(out);
  return all_good ? 0 : 1;
}

}  // namespace kvf::cli
