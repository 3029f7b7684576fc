#include "timeline/partial_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace kvf {
namespace {

namespace fs = std::filesystem;

void require(const std::error_code& error) {
  if (error) throw std::runtime_error(error.message());
}

fs::path resolve(const fs::path& target) {
  std::error_code error;
  const fs::file_status status = fs::status(target, error);
  if (status.type() == fs::file_type::not_found) return target;
  require(error);
  if (fs::is_directory(status)) throw std::runtime_error("it is a folder");
  if (!fs::is_regular_file(status)) throw std::runtime_error("it is not a regular file");
  fs::path resolved = fs::canonical(target, error);
  require(error);
  return resolved;
}

fs::path make_beside(const fs::path& target) {
  for (int number = 0;; ++number) {
    std::string name = fmt::format("{}.partial-{}-{}", target.string(), getpid(), number);
    const int file = open(name.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    if (file >= 0) {
      close(file);
      return name;
    }
    if (errno != EEXIST) require({errno, std::generic_category()});
  }
}

}  // namespace

PartialFile::PartialFile(const fs::path& target)
    : target_(resolve(target)), path_(make_beside(target_)) {}

PartialFile::~PartialFile() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove(path_, ignored);
}

void PartialFile::rename_to_target() {
  std::error_code error;
  fs::rename(path_, target_, error);
  require(error);
  path_.clear();
}

}  // namespace kvf
