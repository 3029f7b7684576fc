// A file that gets its name when it is whole: until then an old one stays, and nothing half-written
// is ever found under the name.
#pragma once

#include <filesystem>

namespace kvf {

class PartialFile {
 public:
  // Makes an empty file TARGET.partial-PROCESS-NUMBER. Where the target is a symbolic link, what it
  // points to will be replaced. Throws std::runtime_error, in the system's words, if the file cannot
  // be made or if the target is anything but a regular file.
  explicit PartialFile(const std::filesystem::path& target);
  // Removes the file unless it was renamed.
  ~PartialFile();
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  const std::filesystem::path& path() const { return path_; }

  // Gives the file the name of the target. Throws std::runtime_error.
  void rename_to_target();

 private:
  std::filesystem::path target_;
  std::filesystem::path path_;
};

}  // namespace kvf
