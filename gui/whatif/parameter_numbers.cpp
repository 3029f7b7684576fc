// The controls of parameters that are counts and shares: a slider and a box, and a box to be ticked where
// there may be no value.
#include <QCheckBox>
#include <QSignalBlocker>
#include <QSlider>
#include <algorithm>
#include <cmath>

#include "gui/whatif/count_box.h"
#include "gui/whatif/panel_labels.h"
#include "gui/whatif/parameter_form.h"

namespace kvf::gui {
namespace {

constexpr int kSharePlaces = 100;

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

// Without telling anybody; returns whether there is one.
bool show_presence(bool is_there, QCheckBox* present, QWidget& box, QWidget& places) {
  if (present != nullptr) {
    const QSignalBlocker quiet(present);
    present->setChecked(is_there);
  }
  box.setEnabled(is_there);
  places.setEnabled(is_there);
  return is_there;
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
  const QString unit = info.unit.empty() ? "" : ", " + qt_text(info.unit);
  box.setAccessibleName(title_of(info.name) + unit);
  box.setObjectName(qt_text(info.name));
  ignore_wheel_unless_focused(box);
}

}  // namespace

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
            if (!show_presence(value.has_value(), present, *box, *places)) return;
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
            if constexpr (std::is_same_v<Value, std::vector<double>>) {
              box->setSuffix(slot.size() > 1 ? ", ..." : "");
            }
            if (!show_presence(value.has_value(), present, *box, *places)) return;
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

}  // namespace kvf::gui
