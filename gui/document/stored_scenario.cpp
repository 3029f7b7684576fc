#include "gui/document/stored_scenario.h"

#include <fmt/format.h>

#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace kvf::gui {

input::Scenario stored_scenario(const RunFileReader& reader) {
  namespace fs = std::filesystem;
  const auto text = reader.meta().find("scenario");
  if (text == reader.meta().end() || text->second.empty()) {
    throw std::runtime_error(fmt::format("{} holds no scenario", reader.file().string()));
  }
  const auto from = reader.meta().find("scenario_file");
  std::error_code none;
  const bool there =
      from != reader.meta().end() && fs::is_directory(fs::path(from->second).parent_path(), none);
  return input::parse_scenario(text->second,
                               there ? fs::path(from->second) : fs::absolute(reader.file()));
}

}  // namespace kvf::gui
