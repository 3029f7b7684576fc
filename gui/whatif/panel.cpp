#include "gui/whatif/panel.h"

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QFileDialog>
#include <QGuiApplication>
#include <QInputDialog>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QTableWidget>
#include <QTimer>
#include <QVBoxLayout>

#include "gui/whatif/count_box.h"
#include "gui/whatif/panel_labels.h"
#include "gui/whatif/parameter_form.h"
#include "gui/whatif/texts.h"

namespace kvf::gui {
namespace {

constexpr const char* kNow = "what-if#1";
constexpr const char* kBaseline = "what-if#0";

}  // namespace

WhatIfPanel::WhatIfPanel(QWidget* parent) : QWidget(parent), what_(first_what_if()) {
  setObjectName("what-if");
  setAccessibleName("What if");
  runner_ = std::make_unique<WhatIfRunner>([this](Played played) {
    QMetaObject::invokeMethod(
        this, [this, played = std::move(played)] { hear(played); }, Qt::QueuedConnection);
  });
  // All GPUs cost some milliseconds: they wait until the hand rests.
  gpus_later_ = new QTimer(this);
  gpus_later_->setSingleShot(true);
  gpus_later_->setInterval(60);
  connect(gpus_later_, &QTimer::timeout, this, &WhatIfPanel::show_gpus);

  auto* scroll = new QScrollArea;
  scroll->setWidget(make_controls());
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setFocusPolicy(Qt::NoFocus);
  auto* layout = new QVBoxLayout(this);
  layout->addWidget(scroll, 3);
  layout->addWidget(make_figures());
  layout->addWidget(make_gpus(), 2);
  layout->addWidget(make_buttons());
  setMinimumWidth(380);
  show_controls();
  update_answer();
}

WhatIfPanel::~WhatIfPanel() {
  // A window that closes takes the focus away, and a box that loses it says that it was edited.
  for (QWidget* control : findChildren<QWidget*>()) control->disconnect(this);
}

void WhatIfPanel::edit(const std::function<void()>& change) {
  if (showing_) return;
  message_->clear();
  begun_ = true;
  change();
  update_answer();
}

void WhatIfPanel::set_what_if(WhatIf what) {
  what_ = std::move(what);
  begun_ = true;
  show_controls();
  update_answer();
}

void WhatIfPanel::update_answer() {
  result_ = evaluate(what_, kNow);
  show_figures();
  if (result_.run != nullptr) {
    asked_ = runner_->ask(what_, kNow);
    simulation_->setText("simulation: running");
  } else {
    runner_->forget();
    asked_ = 0;
    simulation_->setText("simulation: nothing to play");
  }
  gpus_later_->start();
  Q_EMIT changed(baseline_ ? baseline_->run : nullptr, result_.run);
}

void WhatIfPanel::hear(const Played& played) {
  if (played.number != asked_) return;
  if (played.run == nullptr) {
    simulation_->setText("simulation: " + qt_text(played.error));
    return;
  }
  simulation_->setText(*played.agrees ? "closed form = simulation"
                                      : "closed form and simulation DIFFER: please report it");
  result_.run = played.run;
  if (begun_) Q_EMIT changed(baseline_ ? baseline_->run : nullptr, result_.run);
}

void WhatIfPanel::pin_baseline() {
  if (!result_.figures) return warn("There are no figures to pin.");
  auto run = std::make_shared<Run>(*result_.run);
  run->id = kBaseline;
  run->pinned = true;
  baseline_ = Baseline{*result_.figures, std::move(run)};
  begun_ = true;
  say("Pinned as the baseline.");
  show_figures();
  Q_EMIT changed(baseline_->run, result_.run);
}

void WhatIfPanel::copy(const QString& what, const std::string& words, const std::string& why_not) {
  if (!why_not.empty()) return warn(what + " cannot be copied: " + qt_text(why_not) + ".");
  QGuiApplication::clipboard()->setText(qt_text(words));
  say(what + " copied.");
}

void WhatIfPanel::copy_command_line() {
  const Written line = command_line(what_);
  copy("Command line", line.text, line.why_not);
}

void WhatIfPanel::copy_scenario() {
  const Written yaml = scenario_yaml(what_);
  copy("Scenario", yaml.text, yaml.why_not);
}

void WhatIfPanel::copy_plan() {
  const int row = fits_->currentRow();
  if (row < 0) return warn("Select a GPU first.");
  const std::string gpu = fits_->item(row, 0)->data(Qt::UserRole).toString().toStdString();
  const Written line = plan_command_line(what_, gpu, gpus_->value());
  copy("Plan for " + fits_->item(row, 0)->text(), line.text, line.why_not);
}

void WhatIfPanel::choose_scenario() {
  const QString path =
      QFileDialog::getOpenFileName(this, "Open a scenario", {}, "Scenarios (*.yaml *.yml)");
  if (!path.isEmpty()) open_scenario(path);
}

void WhatIfPanel::open_scenario(const QString& path, std::optional<int> number) {
  try {
    std::vector<Opened> cases = cases_of(read_for_what_if(path.toStdString()));
    if (!number && cases.size() > 1) {
      QStringList titles;
      for (const Opened& one : cases) titles << qt_text(one.title);
      bool chosen = false;
      const QString title =
          QInputDialog::getItem(this, "Open a scenario", "Which case?", titles, 0, false, &chosen);
      if (!chosen) return;
      number = static_cast<int>(titles.indexOf(title));
    }
    open(std::move(cases.at(static_cast<std::size_t>(number.value_or(0)))));
  } catch (const std::exception& error) {
    warn(error.what());
  }
}

void WhatIfPanel::begin(const Run* selected, const std::vector<const Run*>& shown) {
  std::string why;
  if (selected != nullptr) {
    try {
      return open(case_of(*selected));
    } catch (const std::exception& error) {
      why = error.what();
    }
    if (begun_) return warn(qt_text(why) + ".");
  }
  FirstCase first = first_case(shown);
  if (first.opened) open(*std::move(first.opened));
  if (why.empty()) why = first.why_not;
  if (why.empty()) return;
  const QString opened = first.opened ? " " + message_->text() : "";
  warn(qt_text(why) + "." + opened);
}

void WhatIfPanel::open(Opened opened) {
  set_what_if(std::move(opened.what));
  QString words = "Opened: " + qt_text(opened.title) + ".";
  for (const std::string& note : opened.notes) words += " Note: " + qt_text(note) + ".";
  say(words);
}

void WhatIfPanel::say(const QString& words) { message_->setText(words); }

void WhatIfPanel::warn(const QString& words) { say("⚠ " + words); }

}  // namespace kvf::gui
