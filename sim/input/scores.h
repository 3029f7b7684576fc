// Tables of scores, CSV or YAML: method, task, footprint, score, full_score.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "models/critical.h"

namespace kvf::input {

// CSV with a header, its columns in any order, or a YAML list of maps with these keys. The name's
// ending says which; with another ending than .csv, .yaml or .yml the first character does.
// Throws InputError with everything that is wrong.
std::vector<Score> parse_scores(std::string_view text, std::string file);
// Throws what read_text_file() throws, too.
std::vector<Score> read_scores(const std::filesystem::path& path);

}  // namespace kvf::input
