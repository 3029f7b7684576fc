// The controls of the panel: they follow the case, and change it.
#include <QCheckBox>
#include <QComboBox>
#include <QCompleter>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <algorithm>

#include "gui/whatif/count_box.h"
#include "gui/whatif/panel.h"
#include "gui/whatif/panel_labels.h"
#include "gui/whatif/parameter_form.h"
#include "gui/whatif/policy_menu.h"
#include "models/dtype.h"
#include "sim/input/catalogue/catalogue.h"

namespace kvf::gui {
namespace {

QComboBox* menu(const QString& name) {
  auto* box = new QComboBox;
  box->setObjectName(name);
  box->setAccessibleName(name);
  box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  box->setMinimumContentsLength(12);
  ignore_wheel_unless_focused(*box);
  return box;
}

CountBox* count_box(const QString& name, const QString& help, double low) {
  auto* box = new CountBox;
  box->setObjectName(name);
  box->setAccessibleName(name);
  box->setToolTip(help);
  box->setMinimum(low);
  ignore_wheel_unless_focused(*box);
  return box;
}

// Two short controls on a line, the second with its label: what they make of a window's height is left for
// the others.
QWidget* side_by_side(QWidget* first, const QString& words, QWidget* second) {
  auto* row = new QWidget;
  auto* line = new QHBoxLayout(row);
  line->setContentsMargins(0, 0, 0, 0);
  auto* label = new QLabel(words);
  label->setBuddy(second);
  // As wide as there is room for, not as the longest count there could be.
  for (QWidget* box : {first, second}) {
    box->setSizePolicy(QSizePolicy::Ignored, box->sizePolicy().verticalPolicy());
  }
  line->addWidget(first, 1);
  line->addWidget(label);
  line->addWidget(second, 1);
  return row;
}

// One that a scenario describes has no name.
const std::string& shown_model(const WhatIf& what) {
  return what.model_name.empty() ? what.model->title : what.model_name;
}

}  // namespace

QWidget* WhatIfPanel::make_controls() {
  auto* controls = new QWidget;
  auto* form = new QFormLayout(controls);
  form->setContentsMargins(0, 0, 6, 0);
  form->setVerticalSpacing(4);
  form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);

  model_ = menu("model");
  for (const input::CatalogueEntry& entry : input::catalogue()) {
    model_->addItem(qt_text(entry.name));
    model_->setItemData(model_->count() - 1, qt_text(entry.title), Qt::ToolTipRole);
  }
  model_->setEditable(true);
  model_->setInsertPolicy(QComboBox::NoInsert);
  model_->completer()->setFilterMode(Qt::MatchContains);
  model_->completer()->setCompletionMode(QCompleter::PopupCompletion);
  model_->setToolTip("Type a part of a name, or the path of a config.json");
  const auto choose = [this] {
    const std::string name = model_->currentText().toStdString();
    if (showing_ || name == shown_model(what_)) return;
    const std::string error = choose_model(what_, name);
    if (!error.empty()) return warn(qt_text(error));
    edit([this] { show_controls(); });
  };
  connect(model_->lineEdit(), &QLineEdit::editingFinished, this, choose);
  connect(model_, &QComboBox::activated, this, choose);
  form->addRow("&Model", model_);

  prompt_ = count_box("prompt", "Tokens of the prompt; 128K is 131,072", 0);
  connect(prompt_, &QDoubleSpinBox::valueChanged, this,
          [this] { edit([this] { what_.workload.prompt = Tokens(prompt_->count()); }); });
  output_ = count_box("output", "Tokens that are decoded", 0);
  connect(output_, &QDoubleSpinBox::valueChanged, this,
          [this] { edit([this] { what_.workload.output = Tokens(output_->count()); }); });
  form->addRow("P&rompt", side_by_side(prompt_, "O&utput", output_));

  chunked_ = new QCheckBox("Chun&k");
  chunked_->setObjectName("chunked");
  chunked_->setToolTip("Off: the whole prompt in one pass");
  chunk_ = count_box("chunk", "Rows of a prefill pass", 1);
  const auto set_chunk = [this] {
    edit([this] {
      chunk_->setEnabled(chunked_->isChecked());
      what_.workload.chunk.reset();
      if (chunked_->isChecked()) what_.workload.chunk = Tokens(chunk_->count());
    });
  };
  connect(chunked_, &QCheckBox::toggled, this, set_chunk);
  connect(chunk_, &QDoubleSpinBox::valueChanged, this, set_chunk);
  batch_ = count_box("batch", "Equal sequences at once", 1);
  batch_->setMaximum(1 << 20);
  connect(batch_, &QDoubleSpinBox::valueChanged, this,
          [this] { edit([this] { what_.batch = batch_->count(); }); });
  form->addRow(chunked_, side_by_side(chunk_, "&Batch", batch_));
  dtype_ = menu("KV dtype");
  dtype_->addItem("the model's", "");
  for (const std::string_view name : dtype_names()) dtype_->addItem(qt_text(name), qt_text(name));
  connect(dtype_, &QComboBox::currentIndexChanged, this, [this] {
    edit([this] { what_.kv_dtype = dtype_->currentData().toString().toStdString(); });
  });
  form->addRow("KV &dtype", dtype_);
  counting_ = menu("counted as");
  counting_->addItem("the policy's own implementation", "");
  for (const std::string_view name : convention_names()) {
    counting_->addItem("implementation " + qt_text(name), qt_text(name));
  }
  counting_->addItem("the paper's metric", "paper");
  counting_->setToolTip("By whose rules entries are counted");
  connect(counting_, &QComboBox::currentIndexChanged, this, [this] {
    edit([this] {
      const std::string word = counting_->currentData().toString().toStdString();
      const bool paper = word == to_string(Accounting::paper);
      what_.accounting = paper ? Accounting::paper : Accounting::implementation;
      what_.convention = paper ? std::nullopt : parse_convention(word);
    });
  });
  form->addRow("Counted &as", counting_);

  policy_ = menu("policy");
  fill_with_policies(*policy_);
  connect(policy_, &QComboBox::currentIndexChanged, this, [this] {
    edit([this] {
      choose_policy(what_, policy_->currentData().toString().toStdString());
      show_controls();
    });
  });
  form->addRow("P&olicy", policy_);
  policy_words_ = words_label("what the policy does");
  form->addRow(policy_words_);
  parameters_ = new ParameterForm;
  connect(parameters_, &ParameterForm::edited, this,
          [this] { edit([this] { what_.policy = parameters_->policy(); }); });
  connect(parameters_, &ParameterForm::failed, this, &WhatIfPanel::warn);
  form->addRow(parameters_);
  return controls;
}

void WhatIfPanel::show_controls() {
  showing_ = true;
  model_->setEditText(qt_text(shown_model(what_)));
  model_->lineEdit()->setCursorPosition(0);
  policy_->setCurrentIndex(policy_->findData(qt_text(what_.policy.name)));
  const PolicyDescription policy = describe(what_.policy);
  policy_words_->setText(qt_text(policy.summary));
  policy_words_->setToolTip(qt_text(policy.formula) + "\n" + qt_text(policy.source));
  parameters_->set_policy(what_.policy);
  prompt_->set_count(what_.workload.prompt.count());
  output_->set_count(what_.workload.output.count());
  chunked_->setChecked(what_.workload.chunk.has_value());
  chunk_->setEnabled(what_.workload.chunk.has_value());
  if (what_.workload.chunk) chunk_->set_count(what_.workload.chunk->count());
  batch_->set_count(what_.batch);
  dtype_->setCurrentIndex(std::max(0, dtype_->findData(qt_text(what_.kv_dtype))));
  const std::string_view counted = what_.accounting == Accounting::paper
                                       ? to_string(Accounting::paper)
                                   : what_.convention ? to_string(*what_.convention)
                                                      : std::string_view();
  counting_->setCurrentIndex(std::max(0, counting_->findData(qt_text(counted))));
  showing_ = false;
}

}  // namespace kvf::gui
