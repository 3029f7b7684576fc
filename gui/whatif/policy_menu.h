// A menu of all policies.
#pragma once

#include <QString>
#include <optional>
#include <string_view>

#include "models/policy.h"

class QComboBox;

namespace kvf::gui {

// All policies by family. Data of an item: the name. `none`: the first item, for no policy.
void fill_with_policies(QComboBox& menu, const QString& none = {});

}  // namespace kvf::gui
