#include "gui/whatif/parameter_form.h"

#include <fmt/format.h>

#include <QCheckBox>
#include <QComboBox>
#include <QEvent>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>
#include <QStandardItemModel>
#include <algorithm>
#include <cmath>

#include "gui/whatif/count_box.h"
#include "sim/input/policy.h"
#include "sim/input/policy_forms.h"
#include "sim/input/tsv.h"

namespace kvf::gui {
namespace {

constexpr int kSharePlaces = 100;

QString text(std::string_view words) { return QString::fromUtf8(words.data(), std::ssize(words)); }

class WheelGuard : public QObject {
 public:
  using QObject::QObject;
  bool eventFilter(QObject* watched, QEvent* event) override {
    if (event->type() != QEvent::Wheel || static_cast<QWidget*>(watched)->hasFocus()) return false;
    event->ignore();
    return true;
  }
};

// A parameter as a number that may be absent, whatever holds it.
std::optional<std::int64_t> number(const Tokens& slot) { return slot.count(); }
std::optional<std::int64_t> number(std::int64_t slot) { return slot; }
std::optional<std::int64_t> number(const std::optional<Tokens>& slot) {
  return slot ? std::optional(slot->count()) : std::nullopt;
}
std::optional<double> number(double slot) { return slot; }
std::optional<double> number(const std::optional<double>& slot) { return slot; }
std::optional<double> number(const std::vector<double>& slot) {
  return slot.empty() ? std::nullopt : std::optional(slot.front());
}
void set_number(Tokens& slot, std::optional<std::int64_t> to) { slot = Tokens(to.value_or(0)); }
void set_number(std::int64_t& slot, std::optional<std::int64_t> to) { slot = to.value_or(0); }
void set_number(std::optional<Tokens>& slot, std::optional<std::int64_t> to) {
  slot = to ? std::optional(Tokens(*to)) : std::nullopt;
}
void set_number(double& slot, std::optional<double> to) { slot = to.value_or(0); }
void set_number(std::optional<double>& slot, std::optional<double> to) { slot = to; }
void set_number(std::vector<double>& slot, std::optional<double> to) {
  slot.clear();
  if (to) slot.push_back(*to);
}
template <class Value>
constexpr bool kMayBeAbsent =
    !std::is_same_v<Value, Tokens> && !std::is_same_v<Value, std::int64_t> &&
    !std::is_same_v<Value, double>;

// The box that says whether a parameter has a value.
QCheckBox* presence_box(const ParameterInfo& info) {
  auto* box = new QCheckBox;
  box->setAccessibleName(title_of(info.name) + " is set");
  box->setToolTip("Whether this is set");
  return box;
}

QSlider* slider(const ParameterInfo& info, int places) {
  auto* slider = new QSlider(Qt::Horizontal);
  slider->setRange(0, places);
  slider->setPageStep(std::max(1, places / 10));
  slider->setAccessibleName(title_of(info.name) + ", slider");
  slider->setMinimumWidth(70);
  ignore_wheel_unless_focused(*slider);
  return slider;
}

void set_up_box(QAbstractSpinBox& box, const ParameterInfo& info) {
  const QString unit = info.unit.empty() ? "" : ", " + text(info.unit);
  box.setAccessibleName(title_of(info.name) + unit);
  box.setObjectName(text(info.name));
  ignore_wheel_unless_focused(box);
}

QString summary_of(std::string_view name, const PolicyDescription& policy) {
  for (const Preset& preset : policy.presets) {
    if (preset.name == name) return text(preset.summary);
  }
  return text(policy.summary);
}

}  // namespace

QString title_of(std::string_view parameter) { return text(parameter).replace('_', ' '); }

void ignore_wheel_unless_focused(QWidget& control) {
  control.setFocusPolicy(Qt::StrongFocus);
  control.installEventFilter(new WheelGuard(&control));
}

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
      QStandardItem* heading = add(text(family), {}, {});
      heading->setFlags(Qt::NoItemFlags);
      QFont font = menu.font();
      font.setBold(true);
      heading->setFont(font);
    }
    for (const std::string_view name : policy_names()) {
      const PolicyDescription policy = describe(*make_policy(name));
      if (policy.family != family) continue;
      add(text(name), text(name), summary_of(name, policy) + "\n" + text(policy.source));
    }
  }
  menu.setModel(model);
  menu.setMaxVisibleItems(24);
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

template <class Slot, class Change>
void ParameterForm::edit(const std::string& name, Change&& change) {
  change(*std::get<Slot>(find_parameter(policy_, name)->slot));
  show_values();
  Q_EMIT edited();
}

void ParameterForm::add_row(const ParameterInfo& info, const QList<QWidget*>& widgets) {
  auto* line = new QWidget;
  auto* box = new QHBoxLayout(line);
  box->setContentsMargins(0, 0, 0, 0);
  const QString help = info.unit.empty() ? text(info.help)
                                         : QString("%1 (%2)").arg(text(info.help), text(info.unit));
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

template <class Value>
ParameterForm::Row ParameterForm::make_count(const ParameterInfo& info) {
  const std::string name(info.name);
  QCheckBox* present = kMayBeAbsent<Value> ? presence_box(info) : nullptr;
  QSlider* places = slider(info, kCountPlaces);
  auto* box = new CountBox;
  set_up_box(*box, info);
  box->setRange(info.range.low, std::min(info.range.high, box->maximum()));
  const auto set = [this, name](std::optional<std::int64_t> to) {
    edit<Value*>(name, [&](Value& slot) { set_number(slot, to); });
  };
  connect(box, &QDoubleSpinBox::valueChanged, this, [=] { set(box->count()); });
  const auto low = static_cast<std::int64_t>(info.range.low);
  connect(places, &QSlider::valueChanged, this,
          [=](int place) { set(std::max(low, count_at(place))); });
  QList<QWidget*> widgets{places, box};
  if (present != nullptr) {
    connect(present, &QCheckBox::toggled, this,
            [=](bool on) { set(on ? std::optional(std::max(low, box->count())) : std::nullopt); });
    widgets.prepend(present);
  }
  add_row(info, widgets);
  return {name, [=](const ParameterRef& ref) {
            const auto value = number(*std::get<Value*>(ref.slot));
            const QSignalBlocker a(box);
            const QSignalBlocker b(places);
            if (present != nullptr) {
              const QSignalBlocker c(present);
              present->setChecked(value.has_value());
            }
            box->setEnabled(value.has_value());
            places->setEnabled(value.has_value());
            if (!value) return;
            box->set_count(*value);
            // Where the slider stands already is left alone while it is dragged between two places.
            if (count_at(places->value()) != *value) places->setValue(place_of(*value));
          }};
}

template <class Value>
ParameterForm::Row ParameterForm::make_share(const ParameterInfo& info) {
  const std::string name(info.name);
  QCheckBox* present = kMayBeAbsent<Value> ? presence_box(info) : nullptr;
  auto* box = new QDoubleSpinBox;
  box->setDecimals(3);
  box->setSingleStep(0.01);
  box->setRange(info.range.low, info.range.high);
  box->setAlignment(Qt::AlignRight);
  box->setKeyboardTracking(false);
  set_up_box(*box, info);
  const auto set = [this, name](std::optional<double> to) {
    edit<Value*>(name, [&](Value& slot) { set_number(slot, to); });
  };
  connect(box, &QDoubleSpinBox::valueChanged, this, [=](double value) { set(value); });
  QList<QWidget*> widgets{box};
  const double low = info.range.low;
  const double width = std::min(info.range.high, low + 100) - low;
  QSlider* places = slider(info, kSharePlaces);
  connect(places, &QSlider::valueChanged, this, [=](int place) {
    // Rounded as it reads, so that no digits come from the sum.
    set(std::round((low + width * place / kSharePlaces) * 1000) / 1000);
  });
  widgets.prepend(places);
  if (present != nullptr) {
    connect(present, &QCheckBox::toggled, this,
            [=](bool on) { set(on ? std::optional(box->value()) : std::nullopt); });
    widgets.prepend(present);
  }
  add_row(info, widgets);
  return {name, [=](const ParameterRef& ref) {
            const Value& slot = *std::get<Value*>(ref.slot);
            const auto value = number(slot);
            const QSignalBlocker a(box);
            const QSignalBlocker b(places);
            if (present != nullptr) {
              const QSignalBlocker c(present);
              present->setChecked(value.has_value());
            }
            box->setEnabled(value.has_value());
            places->setEnabled(value.has_value());
            if constexpr (std::is_same_v<Value, std::vector<double>>) {
              box->setSuffix(slot.size() > 1 ? ", ..." : "");
            }
            if (!value) return;
            box->setValue(*value);
            places->setValue(static_cast<int>(std::lround((*value - low) / width * kSharePlaces)));
          }};
}

ParameterForm::Row ParameterForm::make(const ParameterInfo& info, Tokens*) {
  return make_count<Tokens>(info);
}
ParameterForm::Row ParameterForm::make(const ParameterInfo& info, std::optional<Tokens>*) {
  return make_count<std::optional<Tokens>>(info);
}
ParameterForm::Row ParameterForm::make(const ParameterInfo& info, std::int64_t*) {
  return make_count<std::int64_t>(info);
}
ParameterForm::Row ParameterForm::make(const ParameterInfo& info, double*) {
  return make_share<double>(info);
}
ParameterForm::Row ParameterForm::make(const ParameterInfo& info, std::optional<double>*) {
  return make_share<std::optional<double>>(info);
}
ParameterForm::Row ParameterForm::make(const ParameterInfo& info, std::vector<double>*) {
  return make_share<std::vector<double>>(info);
}

ParameterForm::Row ParameterForm::make(const ParameterInfo& info, const ChoiceRef& choice) {
  const std::string name(info.name);
  auto* menu = new QComboBox;
  for (const std::string_view word : choice.words) menu->addItem(text(word));
  menu->setAccessibleName(title_of(info.name));
  menu->setObjectName(text(info.name));
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
  path->setObjectName(text(info.name));
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
            path->setText(text(scores.file));
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
  menu->setObjectName(text(info.name));
  ignore_wheel_unless_focused(*menu);
  add_row(info, {menu});
  auto* inner = new ParameterForm;
  inner->setContentsMargins(16, 0, 0, 0);
  layout_->addRow(inner);
  connect(menu, &QComboBox::currentIndexChanged, this, [=, this] {
    const std::string chosen = menu->currentData().toString().toStdString();
    edit<PolicyBox*>(name, [&](PolicyBox& slot) {
      auto policy = input::make_usual_policy(chosen);
      if (!policy) policy = make_policy(chosen);
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
            menu->setCurrentIndex(policy == nullptr ? 0 : menu->findData(text(policy->name)));
            inner->setVisible(policy != nullptr);
            if (policy != nullptr && *policy != inner->policy()) inner->set_policy(*policy);
          }};
}

ParameterForm::Row ParameterForm::make(const ParameterInfo& info, std::vector<PolicySpec>*) {
  const std::string name(info.name);
  auto* list = new QLineEdit;
  list->setAccessibleName(title_of(info.name));
  list->setObjectName(text(info.name));
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
