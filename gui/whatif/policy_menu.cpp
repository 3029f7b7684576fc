#include "gui/whatif/policy_menu.h"

#include <QComboBox>
#include <QStandardItemModel>
#include <algorithm>
#include <vector>

#include "gui/whatif/panel_labels.h"

namespace kvf::gui {
namespace {

QString summary_of(std::string_view name, const PolicyDescription& policy) {
  for (const Preset& preset : policy.presets) {
    if (preset.name == name) return qt_text(preset.summary);
  }
  return qt_text(policy.summary);
}

}  // namespace

void fill_with_policies(QComboBox& menu, const QString& none) {
  std::vector<std::string_view> families;
  for (const std::string_view name : policy_names()) {
    const std::string_view family = describe(*make_policy(name)).family;
    if (std::find(families.begin(), families.end(), family) == families.end()) {
      families.push_back(family);
    }
  }
  auto* model = new QStandardItemModel(&menu);
  const auto add = [&](const QString& words, const QVariant& data, const QString& tip) {
    auto* item = new QStandardItem(words);
    item->setData(data, Qt::UserRole);
    item->setToolTip(tip);
    model->appendRow(item);
    return item;
  };
  if (!none.isEmpty()) add(none, QString(), {});
  for (const std::string_view family : families) {
    // The model's own way has no family, and needs no heading.
    if (family.size() > 1) {
      QStandardItem* heading = add(qt_text(family), {}, {});
      heading->setFlags(Qt::NoItemFlags);
      QFont font = menu.font();
      font.setBold(true);
      heading->setFont(font);
    }
    for (const std::string_view name : policy_names()) {
      const PolicyDescription policy = describe(*make_policy(name));
      if (policy.family != family) continue;
      add(qt_text(name), qt_text(name), summary_of(name, policy) + "\n" + qt_text(policy.source));
    }
  }
  menu.setModel(model);
  menu.setMaxVisibleItems(24);
}

}  // namespace kvf::gui
