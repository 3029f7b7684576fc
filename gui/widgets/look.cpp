#include "gui/widgets/look.h"

#include <QGuiApplication>

#include "gui/render/theme.h"

namespace kvf::gui {

QPalette window_palette(Theme theme) {
  const Palette& colours = palette(theme);
  const bool dark = theme == Theme::dark;
  const QColor window = mixed(colours.text, colours.background, dark ? 0.10 : 0.06);
  const QColor button = mixed(colours.text, colours.background, dark ? 0.16 : 0.09);
  const QColor highlight = dark ? QColor(0x2A, 0x6F, 0xA8) : QColor(0x00, 0x72, 0xB2);
  QPalette result(button, window);
  result.setColor(QPalette::Base, colours.background);
  result.setColor(QPalette::AlternateBase, mixed(colours.text, colours.background, 0.04));
  for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText,
                          QPalette::ToolTipText, QPalette::BrightText}) {
    result.setColor(role, colours.text);
  }
  result.setColor(QPalette::ToolTipBase, button);
  result.setColor(QPalette::PlaceholderText, colours.faint);
  result.setColor(QPalette::Highlight, highlight);
  result.setColor(QPalette::HighlightedText, Qt::white);
  result.setColor(QPalette::Link, dark ? QColor(0x56, 0xB4, 0xE9) : highlight);
  const QColor disabled = mixed(colours.text, colours.background, 0.45);
  for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
    result.setColor(QPalette::Disabled, role, disabled);
  }
  return result;
}

Theme desktop_theme() {
  const QPalette desktop = QGuiApplication::palette();
  return desktop.color(QPalette::Window).lightness() < 128 ? Theme::dark : Theme::light;
}

}  // namespace kvf::gui
