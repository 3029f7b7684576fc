// Texts and labels of the panel.
#pragma once

#include <QLabel>
#include <QString>
#include <string_view>

namespace kvf::gui {

inline QString qt_text(std::string_view words) {
  return QString::fromUtf8(words.data(), std::ssize(words));
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
