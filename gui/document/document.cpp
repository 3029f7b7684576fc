#include "gui/document/document.h"

namespace kvf::gui {

const Series* Run::find(std::string_view name) const {
  for (const Series& one : series) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

const CellLives* Run::cell(std::string_view name) const {
  for (const CellLives& one : cells) {
    if (one.name() == name) return &one;
  }
  return nullptr;
}

const Run* Document::find(std::string_view id) const {
  for (const auto& run : runs) {
    if (run->id == id) return run.get();
  }
  return nullptr;
}

}  // namespace kvf::gui
