#include "gui/render/lanes.h"

namespace kvf::gui {
void paint_map(QPainter&, const Frame&) {}
}  // namespace kvf::gui
