// What the panel shows: its controls, the figures, the GPUs.
#include <fmt/format.h>

#include <QCheckBox>
#include <QComboBox>
#include <QCompleter>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QTableWidget>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>

#include "gui/render/words.h"
#include "gui/whatif/count_box.h"
#include "gui/whatif/fits.h"
#include "gui/whatif/panel.h"
#include "gui/whatif/parameter_form.h"
#include "models/dtype.h"
#include "sim/input/catalogue/catalogue.h"

namespace kvf::gui {
namespace {

QString text(std::string_view words) { return QString::fromUtf8(words.data(), std::ssize(words)); }

QLabel* words_label(const QString& name) {
  auto* label = new QLabel;
  label->setWordWrap(true);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse);
  label->setObjectName(name);
  label->setAccessibleName(name);
  return label;
}

QLabel* heading(const QString& words) {
  auto* label = new QLabel(words);
  QFont font = label->font();
  font.setBold(true);
  label->setFont(font);
  return label;
}

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

QString percent(std::optional<double> share) {
  return share ? text(fmt::format("{:.1f} %", 100 * *share)) : "undefined";
}

}  // namespace

QWidget* WhatIfPanel::make_controls() {
  auto* controls = new QWidget;
  auto* form = new QFormLayout(controls);
  form->setContentsMargins(0, 0, 6, 0);
  form->setVerticalSpacing(4);
  form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);

  model_ = menu("model");
  for (const input::CatalogueEntry& entry : input::catalogue()) {
    model_->addItem(text(entry.name));
    model_->setItemData(model_->count() - 1, text(entry.title), Qt::ToolTipRole);
  }
  model_->setEditable(true);
  model_->setInsertPolicy(QComboBox::NoInsert);
  model_->completer()->setFilterMode(Qt::MatchContains);
  model_->completer()->setCompletionMode(QCompleter::PopupCompletion);
  model_->setToolTip("Type a part of a name, or the path of a config.json");
  const auto choose = [this] {
    const std::string name = model_->currentText().toStdString();
    if (showing_ || name == what_.model_name) return;
    const std::string error = choose_model(what_, name);
    if (!error.empty()) return warn(text(error));
    edit([] {});
  };
  connect(model_->lineEdit(), &QLineEdit::editingFinished, this, choose);
  connect(model_, &QComboBox::activated, this, choose);
  form->addRow("&Model", model_);

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
  policy_words_->setForegroundRole(QPalette::PlaceholderText);
  form->addRow(policy_words_);
  parameters_ = new ParameterForm;
  connect(parameters_, &ParameterForm::edited, this,
          [this] { edit([this] { what_.policy = parameters_->policy(); }); });
  connect(parameters_, &ParameterForm::failed, this, &WhatIfPanel::warn);
  form->addRow(parameters_);

  prompt_ = count_box("prompt", "Tokens of the prompt; 128K is 131,072", 0);
  connect(prompt_, &QDoubleSpinBox::valueChanged, this,
          [this] { edit([this] { what_.workload.prompt = Tokens(prompt_->count()); }); });
  form->addRow("P&rompt", prompt_);
  output_ = count_box("output", "Tokens that are decoded", 0);
  connect(output_, &QDoubleSpinBox::valueChanged, this,
          [this] { edit([this] { what_.workload.output = Tokens(output_->count()); }); });
  form->addRow("O&utput", output_);

  auto* chunk_row = new QWidget;
  auto* chunk_line = new QHBoxLayout(chunk_row);
  chunk_line->setContentsMargins(0, 0, 0, 0);
  chunked_ = new QCheckBox("in chunks of");
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
  chunk_line->addWidget(chunked_);
  chunk_line->addWidget(chunk_, 1);
  form->addRow("Prefill", chunk_row);

  batch_ = count_box("batch", "Equal sequences at once", 1);
  batch_->setMaximum(1 << 20);
  connect(batch_, &QDoubleSpinBox::valueChanged, this,
          [this] { edit([this] { what_.batch = batch_->count(); }); });
  form->addRow("&Batch", batch_);
  dtype_ = menu("KV dtype");
  dtype_->addItem("the model's", "");
  for (const std::string_view name : dtype_names()) dtype_->addItem(text(name), text(name));
  connect(dtype_, &QComboBox::currentIndexChanged, this, [this] {
    edit([this] { what_.kv_dtype = dtype_->currentData().toString().toStdString(); });
  });
  form->addRow("KV &dtype", dtype_);
  counting_ = menu("counted as");
  counting_->addItem("the policy's own implementation", "");
  for (const std::string_view name : convention_names()) {
    counting_->addItem("implementation " + text(name), text(name));
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
  return controls;
}

void WhatIfPanel::show_controls() {
  showing_ = true;
  model_->setEditText(text(what_.model_name.empty() ? what_.model->title : what_.model_name));
  policy_->setCurrentIndex(policy_->findData(text(what_.policy.name)));
  const PolicyDescription policy = describe(what_.policy);
  policy_words_->setText(text(policy.summary));
  policy_words_->setToolTip(text(policy.formula) + "\n" + text(policy.source));
  parameters_->set_policy(what_.policy);
  prompt_->set_count(what_.workload.prompt.count());
  output_->set_count(what_.workload.output.count());
  chunked_->setChecked(what_.workload.chunk.has_value());
  chunk_->setEnabled(what_.workload.chunk.has_value());
  if (what_.workload.chunk) chunk_->set_count(what_.workload.chunk->count());
  batch_->set_count(what_.batch);
  dtype_->setCurrentIndex(dtype_->findData(text(what_.kv_dtype)));
  const std::string_view counted = what_.accounting == Accounting::paper
                                       ? to_string(Accounting::paper)
                                   : what_.convention ? to_string(*what_.convention)
                                                      : std::string_view();
  counting_->setCurrentIndex(counting_->findData(text(counted)));
  showing_ = false;
}

QWidget* WhatIfPanel::make_figures() {
  auto* box = new QWidget;
  auto* layout = new QVBoxLayout(box);
  layout->setContentsMargins(0, 4, 0, 0);
  layout->setSpacing(3);
  auto* line = new QHBoxLayout;
  const auto large = [&](const QString& name, const QString& help) {
    auto* column = new QVBoxLayout;
    column->setSpacing(0);
    QLabel* label = words_label(name);
    QFont font = label->font();
    font.setPointSizeF(font.pointSizeF() * 1.6);
    font.setBold(true);
    label->setFont(font);
    label->setToolTip(help);
    auto* title = new QLabel(name);
    title->setToolTip(help);
    column->addWidget(title);
    column->addWidget(label);
    line->addLayout(column, 1);
    return label;
  };
  footprint_ = large("KV footprint",
                     "Entries that each row could attend, summed over rows, of those "
                     "of full attention");
  peak_ = large("Peak KV",
                "The most that is held in a pass, all layers at once, of that of full "
                "attention");
  layout->addLayout(line);
  details_ = words_label("bytes");
  layout->addWidget(details_);
  difference_ = words_label("against the baseline");
  layout->addWidget(difference_);
  notes_ = words_label("notes");
  notes_->setForegroundRole(QPalette::PlaceholderText);
  layout->addWidget(notes_);
  error_ = words_label("why there are no figures");
  layout->addWidget(error_);
  simulation_ = words_label("simulation");
  layout->addWidget(simulation_);
  return box;
}

void WhatIfPanel::show_figures() {
  const bool answered = result_.figures.has_value();
  error_->setVisible(!answered);
  error_->setText("⚠ " + text(result_.error));
  for (QLabel* label : {details_, difference_, notes_}) label->setVisible(answered);
  if (!answered) {
    footprint_->setText("–");
    peak_->setText("–");
    return;
  }
  const WhatIfFigures& f = *result_.figures;
  footprint_->setText(percent(f.footprint.footprint));
  peak_->setText(percent(f.footprint.peak));
  const auto bytes = [](Bytes b) { return text(short_bytes(b.count())); };
  QString words =
      QString("Peak %1 of %2 (layer by layer %3)\nHolds %4 after the prefill, %5 at the end")
          .arg(bytes(f.peak.all_layers), bytes(f.full_peak.all_layers), bytes(f.peak.layerwise),
               bytes(f.held_after_prefill), bytes(f.held_after_decode));
  if (f.states > Bytes{})
    words += QString("\nRecurrent states: %1, in the peaks").arg(bytes(f.states));
  details_->setText(words);
  details_->setToolTip(text(fmt::format(
      "Peak: {}, {}\nLayer by layer: {}", exact_bytes(f.peak.all_layers.count()),
      counted(f.footprint.peak_entries.count(), "entry"), exact_bytes(f.peak.layerwise.count()))));
  QString against = "No baseline is pinned.";
  if (baseline_) {
    against = "Against the baseline: ";
    for (const std::string& part : differences(f, baseline_->figures)) {
      against += (against.endsWith(": ") ? "" : ", ") + text(part);
    }
  }
  difference_->setText(against);
  QStringList notes;
  for (const std::string& note : result_.notes) notes.push_back("Note: " + text(note));
  notes_->setText(notes.join('\n'));
  notes_->setVisible(!notes.isEmpty());
}

QWidget* WhatIfPanel::make_gpus() {
  auto* box = new QWidget;
  auto* layout = new QVBoxLayout(box);
  layout->setContentsMargins(0, 4, 0, 0);
  layout->setSpacing(3);
  auto* line = new QHBoxLayout;
  auto* title = heading("&Fits on");
  line->addWidget(title);
  line->addStretch();
  gpus_ = new QSpinBox;
  gpus_->setRange(1, 64);
  gpus_->setSuffix(" of each");
  gpus_->setObjectName("GPUs");
  gpus_->setAccessibleName("GPUs side by side");
  gpus_->setToolTip("GPUs that share the heads (tensor parallel)");
  ignore_wheel_unless_focused(*gpus_);
  connect(gpus_, &QSpinBox::valueChanged, this, [this] { gpus_later_->start(); });
  line->addWidget(gpus_);
  layout->addLayout(line);

  fits_ = new QTableWidget(0, 4);
  fits_->setObjectName("fits on");
  fits_->setAccessibleName("Requests at once on each GPU");
  fits_->setHorizontalHeaderLabels({"GPU", "GiB", "Requests", ""});
  fits_->verticalHeader()->hide();
  fits_->verticalHeader()->setDefaultSectionSize(fits_->fontMetrics().height() + 6);
  fits_->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
  fits_->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
  fits_->horizontalHeader()->setHighlightSections(false);
  fits_->setSelectionBehavior(QAbstractItemView::SelectRows);
  fits_->setSelectionMode(QAbstractItemView::SingleSelection);
  fits_->setEditTriggers(QAbstractItemView::NoEditTriggers);
  fits_->setTabKeyNavigation(false);
  fits_->setShowGrid(false);
  fits_->setAlternatingRowColors(true);
  fits_->setMinimumHeight(110);
  title->setBuddy(fits_);
  connect(fits_, &QTableWidget::currentCellChanged, this,
          [this](int row) { copy_plan_->setEnabled(row >= 0); });
  layout->addWidget(fits_, 1);
  return box;
}

void WhatIfPanel::show_gpus() {
  const std::vector<GpuFit> fits = fits_on(what_, gpus_->value());
  fits_->setRowCount(static_cast<int>(fits.size()));
  for (int row = 0; row < fits_->rowCount(); ++row) {
    const GpuFit& fit = fits[static_cast<std::size_t>(row)];
    const bool told = fit.fit != Fit::unknown;
    QString title = text(fit.gpu->title);
    title.remove("NVIDIA ");
    const double gib = static_cast<double>(fit.gpu->memory.count()) / (1 << 30);
    const std::array<QString, 4> cells{title, text(fmt::format("{:.1f}", gib)),
                                       told ? text(grouped(fit.requests.mid)) : "–",
                                       text(word_of(fit, what_.batch))};
    for (int column = 0; column < 4; ++column) {
      auto* item = fits_->item(row, column);
      if (item == nullptr) fits_->setItem(row, column, item = new QTableWidgetItem);
      item->setText(cells[static_cast<std::size_t>(column)]);
      const bool is_number = column == 1 || column == 2;
      item->setTextAlignment(Qt::AlignVCenter | (is_number ? Qt::AlignRight : Qt::AlignLeft));
      item->setForeground(palette().brush(
          fit.fit == Fit::fits ? QPalette::Active : QPalette::Disabled, QPalette::Text));
      QString tip = text(fit.words);
      if (told) {
        tip = text(fmt::format("{} requests at once ({} to {})\n{}", fit.requests.mid,
                               fit.requests.low, fit.requests.high, fit.words));
      }
      item->setToolTip(tip);
    }
    fits_->item(row, 0)->setData(Qt::UserRole, text(fit.gpu->name));
  }
}

QWidget* WhatIfPanel::make_buttons() {
  auto* box = new QWidget;
  auto* layout = new QGridLayout(box);
  layout->setContentsMargins(0, 4, 0, 0);
  const auto add = [&](const QString& words, int row, int column, void (WhatIfPanel::*act)(),
                       const QString& help) {
    auto* button = new QPushButton(words);
    button->setObjectName(QString(words).remove('&').remove("..."));
    button->setToolTip(help);
    button->setAutoDefault(false);
    connect(button, &QPushButton::clicked, this, act);
    layout->addWidget(button, row, column);
    return button;
  };
  add("Pi&n as baseline", 0, 0, &WhatIfPanel::pin_baseline, "Compare with this from now on");
  add("Open s&cenario...", 0, 1, &WhatIfPanel::choose_scenario, "Take over a case of a scenario");
  add("Copy command &line", 1, 0, &WhatIfPanel::copy_command_line,
      "The command that gives these figures");
  add("Cop&y scenario", 1, 1, &WhatIfPanel::copy_scenario,
      "The YAML file that gives these figures");
  copy_plan_ = add("Copy plan for &GPU", 2, 0, &WhatIfPanel::copy_plan,
                   "The command that plans for the GPU that is selected");
  copy_plan_->setEnabled(false);
  message_ = words_label("message");
  layout->addWidget(message_, 3, 0, 1, 2);
  return box;
}

}  // namespace kvf::gui
