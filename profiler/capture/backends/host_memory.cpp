#include "profiler/capture/backends/host_memory.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>

#include "profiler/capture/backends/device_error.h"

namespace kvf::capture {
namespace {

// "Rss:   1764 kB" of a file of such lines.
std::optional<Bytes> field(const std::string& file, const std::string& name) {
  std::ifstream lines(file);
  std::string line;
  while (std::getline(lines, line)) {
    if (line.rfind(name + ":", 0) == 0) {
      return Bytes(std::stoll(line.substr(name.size() + 1))).times(1024);
    }
  }
  return std::nullopt;
}

Bytes needed_field(const std::string& file, const std::string& name) {
  const std::optional<Bytes> found = field(file, name);
  if (!found) {
    throw DeviceError(fmt::format("reading {} from {}", name, file),
                      errno != 0 ? std::generic_category().message(errno) : "it is not there",
                      "the host backends need Linux 4.14 or later, with /proc");
  }
  return *found;
}

std::optional<Bytes> number_in(const std::string& file) {
  std::ifstream text(file);
  std::int64_t number = 0;
  if (!(text >> number)) return std::nullopt;  // "max" is no number
  return Bytes(number);
}

}  // namespace

Bytes page_size() { return Bytes(sysconf(_SC_PAGESIZE)); }

Bytes resident_memory() {
  errno = 0;
  return needed_field("/proc/self/smaps_rollup", "Rss");
}

Bytes resident_blocks() {
  errno = 0;
  std::ifstream lines("/proc/self/smaps");
  if (!lines) needed_field("/proc/self/smaps", "Rss");
  Bytes sum;
  Bytes of_mapping;
  bool named = false;
  std::string line;
  while (std::getline(lines, line)) {
    // "7f10-7f20 rw-p 00000000 00:00 0     [heap]" begins a mapping; its fields are "Name: value".
    const std::size_t colon = line.find(':');
    const std::size_t space = line.find(' ');
    if (space < colon) {
      named = line.find_last_not_of(' ') != std::string::npos &&
              line[line.find_last_not_of("0123456789 ")] != ':';
      of_mapping = {};
    } else if (line.rfind("Rss:", 0) == 0) {
      of_mapping = Bytes(std::stoll(line.substr(4))).times(1024);
    } else if (line.rfind("VmFlags:", 0) == 0 && !named &&
               (line + " ").find(" dc ") != std::string::npos) {
      sum += of_mapping;
    }
  }
  return sum;
}

Bytes total_memory() {
  errno = 0;
  return needed_field("/proc/meminfo", "MemTotal");
}

Bytes available_memory(const std::string& root) {
  errno = 0;
  Bytes least = needed_field(root + "/proc/meminfo", "MemAvailable");
  // Version 2 only: one line, 0::/path. The limits of the parents count, too.
  std::ifstream groups(root + "/proc/self/cgroup");
  std::string line;
  if (!std::getline(groups, line) || line.rfind("0::/", 0) != 0) return least;
  for (std::string path = line.substr(3); !path.empty(); path.resize(path.rfind('/'))) {
    const std::string folder = root + "/sys/fs/cgroup" + path;
    const std::optional<Bytes> limit = number_in(folder + "/memory.max");
    const std::optional<Bytes> used = number_in(folder + "/memory.current");
    if (limit && used) least = std::min(least, *limit - *used);
  }
  return std::max(least, Bytes{});
}

}  // namespace kvf::capture
