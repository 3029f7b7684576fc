// What the panel answers: the figures, the GPUs, and what can be done with them.
#include <fmt/format.h>

#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <QTableWidget>
#include <QTimer>
#include <QVBoxLayout>
#include <array>

#include "gui/render/words.h"
#include "gui/whatif/fits.h"
#include "gui/whatif/panel.h"
#include "gui/whatif/panel_labels.h"
#include "gui/whatif/parameter_form.h"

namespace kvf::gui {
namespace {

QLabel* heading(const QString& words) {
  auto* label = new QLabel(words);
  QFont font = label->font();
  font.setBold(true);
  label->setFont(font);
  return label;
}

// Of what does not fit: grey that can still be read.
QColor grey(const QPalette& palette) {
  const QColor text = palette.color(QPalette::Text);
  const QColor base = palette.color(QPalette::Base);
  const auto mix = [](int a, int b) { return (6 * a + 4 * b) / 10; };
  return {mix(text.red(), base.red()), mix(text.green(), base.green()),
          mix(text.blue(), base.blue())};
}

QString percent(std::optional<double> share) {
  return share ? qt_text(fmt::format("{:.1f} %", 100 * *share)) : "undefined";
}

}  // namespace

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
  error_->setText("⚠ " + qt_text(result_.error));
  for (QLabel* label : {details_, difference_, notes_}) label->setVisible(answered);
  if (!answered) {
    footprint_->setText("–");
    peak_->setText("–");
    return;
  }
  const WhatIfFigures& f = *result_.figures;
  footprint_->setText(percent(f.footprint.footprint));
  peak_->setText(percent(f.footprint.peak));
  const auto bytes = [](Bytes b) { return qt_text(short_bytes(b.count())); };
  QString words =
      QString(
          "Peak %1 (layer by layer %3), full attention %2\nHolds %4 after the prefill, %5 at the "
          "end")
          .arg(bytes(f.peak.all_layers), bytes(f.full_peak.all_layers), bytes(f.peak.layerwise),
               bytes(f.held_after_prefill), bytes(f.held_after_decode));
  if (f.states > Bytes{})
    words += QString("\nRecurrent states: %1, in the peaks").arg(bytes(f.states));
  details_->setText(unbroken(words));
  details_->setToolTip(qt_text(fmt::format(
      "Peak: {}, {}\nLayer by layer: {}", exact_bytes(f.peak.all_layers.count()),
      counted(f.footprint.peak_entries.count(), "entry"), exact_bytes(f.peak.layerwise.count()))));
  QString against = "No baseline is pinned.";
  if (baseline_) {
    against = "Against the baseline: ";
    for (const std::string& part : differences(f, baseline_->figures)) {
      against += (against.endsWith(": ") ? "" : ", ") + qt_text(part);
    }
  }
  difference_->setText(unbroken(against));
  QStringList notes;
  for (const std::string& note : result_.notes) notes.push_back("Note: " + qt_text(note));
  notes_->setText(unbroken(notes.join('\n')));
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
  fits_->setHorizontalHeaderLabels({"GPU", "GiB", "Requests", "Fits"});
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

void WhatIfPanel::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::PaletteChange && fits_ != nullptr) show_gpus();
}

void WhatIfPanel::show_gpus() {
  const std::vector<GpuFit> fits = fits_on(what_, gpus_->value());
  fits_->setRowCount(static_cast<int>(fits.size()));
  for (int row = 0; row < fits_->rowCount(); ++row) {
    const GpuFit& fit = fits[static_cast<std::size_t>(row)];
    const bool told = fit.fit != Fit::unknown;
    QString title = qt_text(fit.gpu->title);
    title.remove("NVIDIA ");
    const double gib = static_cast<double>(fit.gpu->memory.count()) / (1 << 30);
    const std::array<QString, 4> cells{title, qt_text(fmt::format("{:.1f}", gib)),
                                       told ? qt_text(grouped(fit.requests.mid)) : "–",
                                       qt_text(word_of(fit, what_.batch))};
    for (int column = 0; column < 4; ++column) {
      auto* item = fits_->item(row, column);
      if (item == nullptr) fits_->setItem(row, column, item = new QTableWidgetItem);
      item->setText(cells[static_cast<std::size_t>(column)]);
      const bool is_number = column == 1 || column == 2;
      item->setTextAlignment(Qt::AlignVCenter | (is_number ? Qt::AlignRight : Qt::AlignLeft));
      item->setForeground(fit.fit == Fit::fits ? palette().color(QPalette::Text) : grey(palette()));
      QString tip = qt_text(fit.words);
      if (told) {
        tip = qt_text(fmt::format("{} requests at once ({} to {})\n{}", fit.requests.mid,
                                  fit.requests.low, fit.requests.high, fit.words));
      }
      item->setToolTip(tip);
    }
    fits_->item(row, 0)->setData(Qt::UserRole, qt_text(fit.gpu->name));
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
