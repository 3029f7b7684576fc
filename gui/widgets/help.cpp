#include "gui/widgets/help.h"

#include <QDialog>
#include <QKeySequence>
#include <QStringList>
#include <QTextBrowser>
#include <QVBoxLayout>

#include "gui/render/frame.h"

namespace kvf::gui {
namespace {

QString row(const QString& left, const QString& right) {
  return QStringLiteral("<tr><td style='padding-right:24px'><b>%1</b></td><td>%2</td></tr>")
      .arg(left.toHtmlEscaped(), right.toHtmlEscaped());
}

}  // namespace

QString keys_in_words(const CommandInfo& command) {
  QStringList words;
  for (const QString& keys : qt(command.keys).split(QStringLiteral(" | "))) {
    words << QKeySequence(keys).toString(QKeySequence::NativeText);
  }
  return words.join(QStringLiteral(", "));
}

QString help_page() {
  QString page;
  for (std::size_t menu = 0; menu < kMenuWords.size(); ++menu) {
    page += QStringLiteral("<h3>%1</h3><table>").arg(qt(kMenuWords[menu]));
    for (const CommandInfo& command : commands()) {
      if (static_cast<std::size_t>(command.menu) != menu) continue;
      page += row(keys_in_words(command), qt(command.words));
    }
    page += QStringLiteral("</table>");
  }
  page += QStringLiteral("<h3>Mouse</h3><table>");
  for (const Gesture& gesture : gestures()) page += row(qt(gesture.gesture), qt(gesture.words));
  return page + QStringLiteral("</table>");
}

QDialog* help_dialog(QWidget* parent) {
  auto* dialog = new QDialog(parent);
  dialog->setObjectName(QStringLiteral("help"));
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setWindowTitle(QDialog::tr("Keys and mouse"));
  auto* text = new QTextBrowser(dialog);
  text->setAccessibleName(dialog->windowTitle());
  text->setHtml(help_page());
  auto* column = new QVBoxLayout(dialog);
  column->addWidget(text);
  dialog->resize(560, 640);
  return dialog;
}

}  // namespace kvf::gui
