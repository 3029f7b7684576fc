#include "sim/input/text_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

namespace kvf::input {
namespace {

namespace fs = std::filesystem;

std::string why_not_a_file(fs::file_type type) {
  switch (type) {
    case fs::file_type::directory:
      return "is a folder";
    case fs::file_type::fifo:
      return "is a pipe";
    case fs::file_type::socket:
      return "is a socket";
    default:
      return "is a device";
  }
}

}  // namespace

Position position_of(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t start = before.rfind('\n') + 1;  // npos + 1 is 0
  return {static_cast<int>(line), static_cast<int>(offset - start) + 1};
}

void check_utf8(std::string_view text, Problems& problems) {
  const std::size_t bad = find_invalid_utf8(text);
  if (bad == std::string_view::npos) return;
  problems.add(position_of(text, bad),
               fmt::format("byte 0x{:02x} is not UTF-8; expected a UTF-8 text",
                           static_cast<unsigned char>(text[bad])));
}

void check_control_characters(std::string_view text, Problems& problems) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((c >= 0x20 && c != 0x7F) || c == '\t' || c == '\n' || c == '\r') continue;
    problems.add(position_of(text, i), fmt::format("control character 0x{:02x} in the text", c));
    return;
  }
}

TextFile open_text_file(const fs::path& path) {
  const auto refuse = [&](std::string text) {
    throw InputError({{path.string(), {}, std::move(text)}});
  };
  // The system would take what is before it for the name.
  if (path.native().find('\0') != fs::path::string_type::npos) refuse("a NUL in the file's name");
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) refuse("there is no such file");
  if (error) refuse("cannot be read: " + error.message());
  if (!fs::is_regular_file(status)) refuse(why_not_a_file(status.type()) + "; expected a file");
  TextFile file(std::fopen(path.c_str(), "rb"));
  if (!file) refuse("cannot be read: " + std::generic_category().message(errno));
  return file;
}

std::string read_text_file(const fs::path& path) {
  const TextFile file = open_text_file(path);
  Problems problems(path.string());
  const auto refuse = [&](std::string text) {
    problems.add({}, std::move(text));
    problems.throw_if_any();
  };
  std::error_code error;
  if (fs::file_size(path, error) > kMaxFileBytes && !error) {
    refuse(fmt::format("is larger than {} MiB; expected a text", kMaxFileBytes >> 20));
  }
  std::string text;
  char buffer[1 << 16];
  // The size may have changed, or have been a guess.
  while (text.size() <= kMaxFileBytes) {
    const std::size_t read = std::fread(buffer, 1, sizeof buffer, file.get());
    text.append(buffer, read);
    if (read < sizeof buffer) break;
  }
  if (std::ferror(file.get()) != 0) {
    refuse("cannot be read: " + std::generic_category().message(errno));
  }
  if (text.size() > kMaxFileBytes) refuse("grew while it was read; expected a text");
  if (text.starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
  if (text.empty()) refuse("is empty");
  check_utf8(text, problems);
  problems.throw_if_any();
  return text;
}

}  // namespace kvf::input
