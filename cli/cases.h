// The batch interface: a JSON object a line in, one out.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace kvf::cli {

// Appends the answer to a line of the given number. What it throws is answered as an error.
using AnswerLine = std::function<void(std::string_view line, int number, std::string& out)>;

// Answers every line of a file, "-" for standard input, in order; a bad one by {"error": "..."} in
// its place. The exit status: 0, or 1 if any was bad. Throws InputError if the file cannot be read.
int answer_cases(const std::string& file, const AnswerLine& answer);

}  // namespace kvf::cli
