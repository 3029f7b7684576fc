#include "cli/output.h"

#include <fmt/format.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "models/utf8.h"

namespace kvf::cli {
namespace {

std::string why() { return std::generic_category().message(errno); }

}  // namespace

Output::Output(const std::string& file) : name_(file) {
  if (name_.empty()) return;
  try {
    partial_.emplace(name_);
  } catch (const std::runtime_error& error) {
    fail(error.what());
  }
  file_.reset(std::fopen(partial_->path().c_str(), "wb"));
  if (!file_) fail(why());
}

void Output::write(std::string_view text) {
  std::FILE* const to = file_ ? file_.get() : stdout;
  errno = 0;
  if (std::fwrite(text.data(), 1, text.size(), to) != text.size()) fail(why());
}

void Output::finish() {
  if (!file_) return flush_output();
  errno = 0;
  if (std::fclose(file_.release()) != 0) fail(why());
  try {
    partial_->rename_to_target();
  } catch (const std::runtime_error& error) {
    fail(error.what());
  }
}

void Output::fail(std::string_view why) const {
  throw std::runtime_error(
      fmt::format("cannot write {}: {}", name_.empty() ? "the output" : name_, why));
}

void flush_output() {
  errno = 0;
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    throw std::runtime_error("cannot write the output: " + why());
  }
}

std::string shown(std::string_view text) {
  std::string result = valid_utf8(text);
  for (char& c : result) {
    if ((c >= 0 && c < ' ') || c == 0x7F) c = '?';
  }
  return result;
}

}  // namespace kvf::cli
