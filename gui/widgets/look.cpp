#include "gui/widgets/look.h"

#include <QGuiApplication>
#include <QPainter>
#include <QProxyStyle>
#include <QStyleOption>

#include "gui/render/theme.h"

namespace kvf::gui {
namespace {

// Fusion makes outlines by darkening the window's colour, whatever the palette says.
class WindowStyle : public QProxyStyle {
 public:
  WindowStyle() : QProxyStyle(QStringLiteral("Fusion")) {}
  void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                     const QWidget* widget) const override {
    QProxyStyle::drawPrimitive(element, option, painter, widget);
    const bool round = element == PE_IndicatorRadioButton;
    if (element != PE_IndicatorCheckBox && element != PE_IndicatorItemViewItemCheck && !round) {
      return;
    }
    const QPalette& colours = option->palette;
    const bool enabled = option->state.testFlag(State_Enabled);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing, round);
    painter->setBrush(Qt::NoBrush);
    painter->setPen(
        mixed(colours.color(QPalette::Text), colours.color(QPalette::Base), enabled ? 0.6 : 0.3));
    const QRect border = option->rect.adjusted(0, 0, -1, -1);
    if (round) {
      painter->drawEllipse(QRectF(border).translated(0.5, 0.5));  // on pixels
    } else {
      painter->drawRect(border);
    }
    painter->restore();
  }
};

}  // namespace

QStyle* window_style() { return new WindowStyle; }

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
