#include "gui/document/document.h"

#include <algorithm>

namespace kvf::gui {

const Series* Run::find(std::string_view name) const {
  const auto found = std::find_if(series.begin(), series.end(),
                                  [name](const Series& one) { return one.name == name; });
  return found == series.end() ? nullptr : &*found;
}

const Run* Document::find(std::string_view id) const {
  const auto found =
      std::find_if(runs.begin(), runs.end(), [id](const auto& run) { return run->id == id; });
  return found == runs.end() ? nullptr : found->get();
}

}  // namespace kvf::gui
