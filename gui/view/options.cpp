#include "gui/view/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace kvf::gui {
namespace {

constexpr std::array kOptions{
    OptionInfo{"--view", "FILE", "begin with the view that was saved in FILE"},
    OptionInfo{
        "--export", "FILE",
        "write what the view shows to FILE (.svg, .pdf, .png, .csv or .json) and show no window"},
    OptionInfo{"--size", "WIDTHxHEIGHT", "of what is exported, in pixels; 1600x900 unless given"},
    OptionInfo{"--help", "", "print this and leave"},
    OptionInfo{"--version", "", "print the version and leave"},
};

PictureSize size_of(std::string_view text) {
  PictureSize size;
  const char* end = text.data() + text.size();
  const auto width = std::from_chars(text.data(), end, size.width);
  const bool times = width.ec == std::errc() && width.ptr != end && *width.ptr == 'x';
  const auto height = std::from_chars(times ? width.ptr + 1 : end, end, size.height);
  const auto fits = [](int pixels) { return pixels >= 100 && pixels <= 20'000; };
  if (height.ec != std::errc() || height.ptr != end || !fits(size.width) || !fits(size.height)) {
    throw OptionError(
        fmt::format("--size is '{}'; expected WIDTHxHEIGHT, 100 to 20000 each", text));
  }
  return size;
}

}  // namespace

std::span<const OptionInfo> options() { return kOptions; }

Options read_options(const std::vector<std::string>& arguments) {
  Options result;
  bool only_files = false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (only_files || argument.size() < 2 || argument[0] != '-') {
      result.files.push_back(argument);
      continue;
    }
    if (argument == "--") {
      only_files = true;
      continue;
    }
    const std::size_t equals = argument.find('=');
    const std::string name = argument == "-h" ? "--help" : argument.substr(0, equals);
    const auto option = std::find_if(kOptions.begin(), kOptions.end(),
                                     [&name](const OptionInfo& one) { return one.name == name; });
    if (option == kOptions.end()) throw OptionError(fmt::format("unknown option '{}'", name));
    std::string value;
    if (equals != std::string::npos) {
      if (option->value.empty()) throw OptionError(fmt::format("{} takes no value", name));
      value = argument.substr(equals + 1);
    } else if (!option->value.empty() && i + 1 < arguments.size()) {
      value = arguments[++i];
    }
    if (!option->value.empty() && value.empty()) {
      throw OptionError(fmt::format("{} has no value; expected {}", name, option->value));
    }
    if (name == "--view") result.view = value;
    if (name == "--export") result.export_to = value;
    if (name == "--size") result.size = size_of(value);
    if (name == "--help") result.help = true;
    if (name == "--version") result.version = true;
  }
  return result;
}

std::string options_help() {
  std::string text =
      "Shows GPU memory over time: run files, traces, and scenarios as predictions.\n"
      "Usage: kvfootprint-viewer [OPTIONS] [FILES...]\n\nOptions:\n";
  for (const OptionInfo& option : kOptions) {
    text +=
        fmt::format("  {:<22} {}\n", fmt::format("{} {}", option.name, option.value), option.words);
  }
  return text + "\nExample: kvfootprint-viewer paper-128k.kvf\nIn the window, ? shows all keys.\n";
}

}  // namespace kvf::gui
