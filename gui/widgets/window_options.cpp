#include "gui/widgets/window_options.h"

#include "gui/widgets/main_window.h"

namespace kvf::gui {

void apply(const cli::FigureOptions& options, MainWindow& window) {
  window.resize(options.width.value_or(window.width()), options.height.value_or(window.height()));
  if (options.theme.empty()) return;
  ViewState view = window.view();
  view.theme = options.theme == "dark" ? Theme::dark : Theme::light;
  window.set_view(view);
}

std::string without_meaning_in_window(const cli::FigureOptions& options) {
  if (options.kind == "critical") {
    return "--kind critical has no meaning for a window; expected --export FILE with it";
  }
  if (options.scale)
    return "--scale has no meaning for a window; expected --export FILE.png with it";
  return cli::without_meaning(options);
}

}  // namespace kvf::gui
