#include "gui/whatif/parameter_form.h"

#include <fmt/format.h>

#include <QComboBox>
#include <QEvent>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalBlocker>

#include "gui/whatif/model.h"
#include "gui/whatif/panel_labels.h"
#include "gui/whatif/policy_menu.h"
#include "sim/input/policy.h"
#include "sim/input/policy_forms.h"
#include "sim/input/tsv.h"

namespace kvf::gui {
namespace {

class WheelGuard : public QObject {
 public:
  using QObject::QObject;
  bool eventFilter(QObject* watched, QEvent* event) override {
    if (event->type() != QEvent::Wheel || static_cast<QWidget*>(watched)->hasFocus()) return false;
    event->ignore();
    return true;
  }
};

}  // namespace

QString title_of(std::string_view parameter) { return qt_text(parameter).replace('_', ' '); }

void ignore_wheel_unless_focused(QWidget& control) {
  control.setFocusPolicy(Qt::StrongFocus);
  control.installEventFilter(new WheelGuard(&control));
}

ParameterForm::ParameterForm(QWidget* parent) : QWidget(parent) {
  layout_ = new QFormLayout(this);
  layout_->setContentsMargins(0, 0, 0, 0);
  layout_->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
  layout_->setVerticalSpacing(4);
}

void ParameterForm::set_policy(const PolicySpec& policy) {
  const bool same_controls = !rows_.empty() && policy.name == policy_.name;
  policy_ = policy;
  if (!same_controls) build();
  show_values();
}

void ParameterForm::build() {
  while (layout_->rowCount() > 0) layout_->removeRow(0);
  rows_.clear();
  for_each_parameter(policy_, [&](const ParameterRef& ref) {
    rows_.push_back(std::visit([&](const auto& slot) { return make(*ref.info, slot); }, ref.slot));
  });
}

void ParameterForm::show_values() {
  for (const Row& row : rows_) row.show(*find_parameter(policy_, row.name));
}

void ParameterForm::add_row(const ParameterInfo& info, const QList<QWidget*>& widgets) {
  auto* line = new QWidget;
  auto* box = new QHBoxLayout(line);
  box->setContentsMargins(0, 0, 0, 0);
  const QString help = info.unit.empty()
                           ? qt_text(info.help)
                           : QString("%1 (%2)").arg(qt_text(info.help), qt_text(info.unit));
  for (QWidget* widget : widgets) {
    const bool grows = qobject_cast<QSlider*>(widget) != nullptr || widgets.size() == 1;
    box->addWidget(widget, grows ? 1 : 0);
    if (widget->toolTip().isEmpty()) widget->setToolTip(help);
  }
  QString title = title_of(info.name);
  title[0] = title[0].toUpper();
  auto* label = new QLabel(title);
  label->setToolTip(help);
  label->setBuddy(widgets.back());
  layout_->addRow(label, line);
}

ParameterForm::Row ParameterForm::make(const ParameterInfo& info, const ChoiceRef& choice) {
  const std::string name(info.name);
  auto* menu = new QComboBox;
  for (const std::string_view word : choice.words) menu->addItem(qt_text(word));
  menu->setAccessibleName(title_of(info.name));
  menu->setObjectName(qt_text(info.name));
  ignore_wheel_unless_focused(*menu);
  connect(menu, &QComboBox::currentIndexChanged, this, [this, name](int index) {
    std::get<ChoiceRef>(find_parameter(policy_, name)->slot).choice->index = index;
    Q_EMIT edited();
  });
  add_row(info, {menu});
  return {name, [=](const ParameterRef& ref) {
            const QSignalBlocker blocker(menu);
            menu->setCurrentIndex(std::get<ChoiceRef>(ref.slot).choice->index);
          }};
}

ParameterForm::Row ParameterForm::make(const ParameterInfo& info, HeadScores*) {
  const std::string name(info.name);
  auto* path = new QLineEdit;
  path->setReadOnly(true);
  path->setPlaceholderText("none");
  path->setAccessibleName(title_of(info.name));
  path->setObjectName(qt_text(info.name));
  auto* choose = new QPushButton("Choose...");
  choose->setAccessibleName("Choose " + title_of(info.name));
  connect(choose, &QPushButton::clicked, this, [this, name] {
    const QString chosen = QFileDialog::getOpenFileName(this, "Scores of heads");
    if (!chosen.isEmpty()) read_scores(name, chosen);
  });
  auto* clear = new QPushButton("None");
  clear->setAccessibleName("No " + title_of(info.name));
  connect(clear, &QPushButton::clicked, this,
          [this, name] { edit<HeadScores*>(name, [](HeadScores& slot) { slot = {}; }); });
  add_row(info, {choose, clear, path});
  return {name, [=](const ParameterRef& ref) {
            const HeadScores& scores = *std::get<HeadScores*>(ref.slot);
            path->setText(qt_text(scores.file));
            path->setCursorPosition(0);
            clear->setEnabled(!scores.values.empty());
          }};
}

void ParameterForm::read_scores(const std::string& parameter, const QString& path) {
  try {
    HeadScores scores = input::read_head_scores(path.toStdString());
    edit<HeadScores*>(parameter, [&](HeadScores& slot) { slot = std::move(scores); });
  } catch (const std::exception& error) {
    Q_EMIT failed(error.what());
  }
}

ParameterForm::Row ParameterForm::make(const ParameterInfo& info, PolicyBox*) {
  const std::string name(info.name);
  auto* menu = new QComboBox;
  fill_with_policies(*menu, "default");
  menu->setAccessibleName(title_of(info.name));
  menu->setObjectName(qt_text(info.name));
  ignore_wheel_unless_focused(*menu);
  add_row(info, {menu});
  auto* inner = new ParameterForm;
  inner->setContentsMargins(16, 0, 0, 0);
  layout_->addRow(inner);
  connect(menu, &QComboBox::currentIndexChanged, this, [=, this] {
    const std::string chosen = menu->currentData().toString().toStdString();
    edit<PolicyBox*>(name, [&](PolicyBox& slot) {
      std::optional<PolicySpec> policy = usual_policy(chosen);
      slot = policy ? PolicyBox(*std::move(policy)) : PolicyBox();
    });
  });
  connect(inner, &ParameterForm::edited, this, [=, this] {
    edit<PolicyBox*>(name, [&](PolicyBox& slot) { slot = PolicyBox(inner->policy()); });
  });
  connect(inner, &ParameterForm::failed, this, &ParameterForm::failed);
  return {name, [=](const ParameterRef& ref) {
            const PolicySpec* policy = std::get<PolicyBox*>(ref.slot)->get();
            const QSignalBlocker blocker(menu);
            menu->setCurrentIndex(policy == nullptr ? 0 : menu->findData(qt_text(policy->name)));
            inner->setVisible(policy != nullptr);
            if (policy != nullptr && *policy != inner->policy()) inner->set_policy(*policy);
          }};
}

ParameterForm::Row ParameterForm::make(const ParameterInfo& info, std::vector<PolicySpec>*) {
  const std::string name(info.name);
  auto* list = new QLineEdit;
  list->setAccessibleName(title_of(info.name));
  list->setObjectName(qt_text(info.name));
  list->setPlaceholderText("[(topk:ratio=0.5), (streaming:window_tokens=1K)]");
  connect(list, &QLineEdit::editingFinished, this, [=, this] {
    if (!list->isModified()) return;
    QString typed = list->text();
    typed.remove(' ');
    if (!typed.startsWith('[')) typed = "[" + typed + "]";
    try {
      PolicySpec read = input::parse_policy(
          fmt::format("{}:{}={}", policy_.name, name, typed.toStdString()), name);
      const auto slot = std::get<std::vector<PolicySpec>*>(find_parameter(read, name)->slot);
      edit<std::vector<PolicySpec>*>(name, [&](auto& to) { to = std::move(*slot); });
    } catch (const std::exception& error) {
      Q_EMIT failed(error.what());
    }
  });
  add_row(info, {list});
  return {name, [=](const ParameterRef& ref) {
            QString words;
            for (const PolicySpec& policy : *std::get<std::vector<PolicySpec>*>(ref.slot)) {
              words += (words.isEmpty() ? "[(" : ", (") +
                       QString::fromStdString(input::to_short_form(policy)) + ")";
            }
            list->setText(words + (words.isEmpty() ? "" : "]"));
          }};
}

}  // namespace kvf::gui
