// What the viewer takes on its command line: ONE table, of which the reader, --help and the man page are
// made.
//
// No Qt.
#pragma once

#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace kvf::gui {

struct OptionInfo {
  std::string_view name;   // "--view"
  std::string_view value;  // "FILE"; "" for one without
  std::string_view words;
};
std::span<const OptionInfo> options();

struct PictureSize {
  int width = 1600, height = 900;
  friend bool operator==(const PictureSize&, const PictureSize&) = default;
};

struct Options {
  std::vector<std::string> files;
  std::optional<std::string> view;       // of a saved view
  std::optional<std::string> export_to;  // written without a window
  PictureSize size;                      // of what is exported
  bool help = false, version = false;
  friend bool operator==(const Options&, const Options&) = default;
};

struct OptionError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// `arguments` without the program's own name. "--name VALUE" and "--name=VALUE"; after "--" there are
// only files. Throws OptionError: what was found, what was expected.
Options read_options(const std::vector<std::string>& arguments);
// What --help prints.
std::string options_help();

}  // namespace kvf::gui
