// kvfootprint-viewer --export: a figure as a file, without a window or a screen.
#pragma once

#include <string>

#include "cli/common/figure_options.h"

namespace kvf::gui {

// Draws what the options say to the file, and returns the exit status: 2 after having said what is
// wrong. Makes its own application; there may be none yet.
int export_figure(int& argc, char** argv, const cli::FigureOptions& options,
                  const std::string& file);

}  // namespace kvf::gui
