// All keys and gestures, from the one table of them.
#pragma once

#include <QString>

#include "gui/view/keys.h"

class QDialog;
class QWidget;

namespace kvf::gui {

// As Qt shows them to a user: "W, +, =".
QString keys_in_words(const CommandInfo& command);
// The page of the help.
QString help_page();
QDialog* help_dialog(QWidget* parent);

}  // namespace kvf::gui
