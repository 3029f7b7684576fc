// Texts and labels of the panel.
#pragma once

#include <QLabel>
#include <QRegularExpression>
#include <QString>
#include <string_view>

namespace kvf::gui {

inline QString qt_text(std::string_view words) {
  return QString::fromUtf8(words.data(), std::ssize(words));
}

// A number and its unit stay on one line.
inline QString unbroken(QString words) {
  static const QRegularExpression between("(?<=\\d) (?=[KMGTPE]?i?B\\b|bytes\\b|%)");
  return words.replace(between, QString(QChar::Nbsp));
}

// For text that changes and may be long. `name`: of the object; what the text is about.
inline QLabel* words_label(const QString& name) {
  auto* label = new QLabel;
  label->setWordWrap(true);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse);
  label->setObjectName(name);
  label->setAccessibleDescription(name);
  return label;
}

}  // namespace kvf::gui
