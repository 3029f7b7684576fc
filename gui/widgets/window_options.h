// What the command line says of the window.
#pragma once

#include <string>

#include "cli/common/figure_options.h"

namespace kvf::gui {

class MainWindow;

// Its theme and size; both are as ever where nothing is said. Of the files and the view: main.cpp.
void apply(const cli::FigureOptions& options, MainWindow& window);
// Which of the options has no meaning for a window, in words; "" if all have.
std::string without_meaning_in_window(const cli::FigureOptions& options);

}  // namespace kvf::gui
