// A file that a user named -> its text.
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "sim/input/problems.h"

namespace kvf::input {

inline constexpr std::uintmax_t kMaxFileBytes = 16U << 20;
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using TextFile = std::unique_ptr<std::FILE, CloseFile>;

// A regular file, opened. Never waits: a pipe or a device is refused before it is opened. Throws
// InputError if the file is missing, a folder, no regular file or not readable. `file` in its
// problems is `path`.
TextFile open_text_file(const std::filesystem::path& path);

// The text of such a file, without a byte order mark. Throws InputError also if it is empty, larger
// than kMaxFileBytes or not UTF-8.
std::string read_text_file(const std::filesystem::path& path);

// Adds a problem for the first byte that is not UTF-8.
void check_utf8(std::string_view text, Problems& problems);
// Adds a problem for the first control character that is neither a tab nor the end of a line.
void check_control_characters(std::string_view text, Problems& problems);
// Of a byte of the text.
Position position_of(std::string_view text, std::size_t offset);

}  // namespace kvf::input
