// The window's own colours: what surrounds the lanes is as light or dark as they are.
#pragma once

#include <QPalette>
#include <QStyle>

#include "gui/view/view_state.h"

namespace kvf::gui {

QPalette window_palette(Theme theme);
// Fusion, whose boxes to be ticked are seen on dark ground too.
QStyle* window_style();
// Light or dark, as the desktop is.
Theme desktop_theme();

}  // namespace kvf::gui
