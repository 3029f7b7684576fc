#include "sim/input/lines.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace kvf::input {

LineReader::LineReader(const std::string& file) : name_(file), buffer_(1 << 16) {
  if (file != "-") file_ = open_text_file(file);
}

bool LineReader::refill() {
  std::FILE* file = file_ ? file_.get() : stdin;
  const std::size_t size = std::fread(buffer_.data(), 1, buffer_.size(), file);
  if (size == 0 && std::ferror(file) != 0) {
    throw InputError({{name_, {}, "cannot be read: " + std::generic_category().message(errno)}});
  }
  rest_ = {buffer_.data(), size};
  return size > 0;
}

std::optional<std::string_view> LineReader::next() {
  line_.clear();
  too_long_ = false;
  bool begun = false;
  while (!rest_.empty() || refill()) {
    const std::size_t end = rest_.find('\n');
    const std::string_view piece = rest_.substr(0, end);
    const bool ends = end != std::string_view::npos;
    rest_.remove_prefix(ends ? end + 1 : rest_.size());
    if (ends && !begun) return piece;
    begun = true;
    too_long_ |= piece.size() > kMaxLineBytes - line_.size();
    line_ += piece.substr(0, kMaxLineBytes - line_.size());
    if (ends) break;
  }
  return begun ? std::optional<std::string_view>(line_) : std::nullopt;
}

}  // namespace kvf::input
