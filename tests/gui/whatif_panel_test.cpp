// The what-if panel: every control changes the value and tells it, keys and menus included.
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QSpinBox>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QTest>
#include <set>

#include "gui/document/load.h"
#include "gui/render/words.h"
#include "gui/whatif/cases.h"
#include "gui/whatif/count_box.h"
#include "gui/whatif/fits.h"
#include "gui/whatif/panel.h"
#include "gui/whatif/parameter_form.h"
#include "gui/whatif/texts.h"
#include "gui/widgets/main_window.h"
#include "models/dtype.h"
#include "sim/input/catalogue/catalogue.h"
#include "sim/input/policy.h"
#include "sim/input/policy_forms.h"

using namespace kvf;
using namespace kvf::gui;
using RunPtr = std::shared_ptr<const Run>;

namespace {

// A control by its accessible name.
template <class Widget>
Widget* control(QWidget& panel, const QString& name) {
  QCoreApplication::processEvents();  // new controls are shown
  for (Widget* widget : panel.findChildren<Widget*>()) {
    if (widget->accessibleName() == name && widget->isVisibleTo(&panel)) return widget;
  }
  qFatal("no control '%s'", qPrintable(name));
}
template <class Widget>
Widget* named(QWidget& panel, const QString& name) {
  auto* widget = panel.findChild<Widget*>(name);
  if (widget == nullptr) qFatal("no '%s'", qPrintable(name));
  return widget;
}
std::string short_form(const WhatIfPanel& panel) {
  return input::to_short_form(panel.what_if().policy);
}
// All that a case is, digit by digit.
std::string yaml_of(const WhatIf& what) { return scenario_yaml(what).text; }
RunPtr run_of(const QList<QVariant>& signal, qsizetype number) {
  return signal.at(number).value<RunPtr>();
}
void choose(QComboBox* menu, const QString& words) {
  const int index = menu->findText(words);
  QVERIFY2(index >= 0, qPrintable(words));
  menu->setCurrentIndex(index);
}
void type_into(QWidget* box, const QString& words) {
  box->setFocus();
  auto* line = box->findChild<QLineEdit*>();
  line->selectAll();
  QTest::keyClicks(line, words);
  QTest::keyClick(line, Qt::Key_Return);
}

}  // namespace

class WhatIfPanelTest : public QObject {
  Q_OBJECT

  std::unique_ptr<WhatIfPanel> panel_;
  std::unique_ptr<QSignalSpy> changed_;

 private Q_SLOTS:
  void init() {
    panel_ = std::make_unique<WhatIfPanel>();
    panel_->resize(420, 1000);
    panel_->show();
    QVERIFY(QTest::qWaitForWindowExposed(panel_.get()));
    changed_ = std::make_unique<QSignalSpy>(panel_.get(), &WhatIfPanel::changed);
  }
  void cleanup() {
    changed_.reset();
    panel_.reset();
  }

  void answers_when_it_opens() {
    QVERIFY(panel_->result().figures);
    QCOMPARE(yaml_of(panel_->what_if()), yaml_of(first_what_if()));
    QVERIFY(named<QLabel>(*panel_, "KV footprint")->text().endsWith(" %"));
    QVERIFY(named<QLabel>(*panel_, "Peak KV")->text().endsWith(" %"));
  }

  void each_figure_stands_where_its_words_are() {
    const WhatIfFigures& f = *panel_->result().figures;
    const std::set<Bytes> all{f.peak.all_layers, f.peak.layerwise, f.full_peak.all_layers,
                              f.held_after_prefill, f.held_after_decode};
    QCOMPARE(all.size(), std::size_t{5});  // else one could stand for another
    const auto bytes = [](Bytes b) { return QString::fromStdString(short_bytes(b.count())); };
    const QString words = named<QLabel>(*panel_, "bytes")->text();
    const QString plain = QString(words).replace(QChar::Nbsp, ' ');
    QCOMPARE(plain, "Peak " + bytes(f.peak.all_layers) + " (layer by layer " +
                        bytes(f.peak.layerwise) + "), full attention " +
                        bytes(f.full_peak.all_layers) + "\nHolds " + bytes(f.held_after_prefill) +
                        " after the prefill, " + bytes(f.held_after_decode) + " at the end");
    // No line ends between a number and its unit.
    QVERIFY(!words.contains(" GiB") && words.contains(QString(QChar::Nbsp) + "GiB"));
    const QString tip = named<QLabel>(*panel_, "bytes")->toolTip();
    QVERIFY(
        tip.startsWith("Peak: " + QString::fromStdString(exact_bytes(f.peak.all_layers.count()))));
    QVERIFY(tip.endsWith("Layer by layer: " +
                         QString::fromStdString(exact_bytes(f.peak.layerwise.count()))));
  }

  void menus_list_all() {
    auto* policies = named<QComboBox>(*panel_, "policy");
    std::multiset<std::string> listed;
    for (int i = 0; i < policies->count(); ++i) {
      const QString name = policies->itemData(i).toString();
      if (name.isEmpty()) {
        // A family: nothing that could be chosen.
        const auto index = policies->model()->index(i, 0);
        QVERIFY(!(policies->model()->flags(index) & Qt::ItemIsSelectable));
      } else {
        listed.insert(name.toStdString());
      }
    }
    std::multiset<std::string> all;
    for (const std::string_view name : policy_names()) all.emplace(name);
    QVERIFY(listed == all);
    QCOMPARE(named<QComboBox>(*panel_, "model")->count(), int(std::ssize(input::catalogue())));
    QCOMPARE(named<QComboBox>(*panel_, "KV dtype")->count(), int(std::ssize(dtype_names())) + 1);
    QCOMPARE(named<QComboBox>(*panel_, "counted as")->count(),
             int(std::ssize(convention_names())) + 2);
  }

  void every_policy_has_a_control_for_each_parameter() {
    auto* menu = named<QComboBox>(*panel_, "policy");
    for (const std::string_view name : policy_names()) {
      menu->setCurrentIndex(menu->findData(QString::fromStdString(std::string(name))));
      QCOMPARE(panel_->what_if().policy.name, name);
      PolicySpec policy = panel_->what_if().policy;
      for_each_parameter(policy, [&](const ParameterRef& ref) {
        const QString parameter = QString::fromStdString(std::string(ref.info->name));
        auto* form = panel_->findChild<ParameterForm*>();
        auto* widget = form->findChild<QWidget*>(parameter);
        QVERIFY2(widget != nullptr, qPrintable(parameter));
        QVERIFY(!widget->accessibleName().isEmpty());
        QVERIFY(!widget->toolTip().isEmpty());
      });
      QCOMPARE(panel_->result().figures.has_value(), panel_->result().error.empty());
    }
  }

  void every_control_of_every_policy_changes_it() {
    auto* menu = named<QComboBox>(*panel_, "policy");
    auto* form = panel_->findChild<ParameterForm*>();
    for (const std::string_view name : policy_names()) {
      menu->setCurrentIndex(menu->findData(QString::fromStdString(std::string(name))));
      PolicySpec table = panel_->what_if().policy;
      for_each_parameter(table, [&](const ParameterRef& ref) {
        auto* widget =
            form->findChild<QWidget*>(QString::fromStdString(std::string(ref.info->name)));
        if (!widget->isEnabled()) {
          control<QCheckBox>(*panel_, title_of(ref.info->name) + " is set")->click();
          QVERIFY(widget->isEnabled());
        }
        const PolicySpec before = panel_->what_if().policy;
        const auto signals_before = changed_->count();
        if (auto* box = qobject_cast<QDoubleSpinBox*>(widget)) {
          box->setValue(box->value() > box->minimum() ? box->minimum() : box->minimum() + 1);
        } else if (auto* words = qobject_cast<QComboBox*>(widget)) {
          const int other = words->currentIndex() == 0 ? words->count() - 1 : 0;
          words->setCurrentIndex(other);
        } else if (auto* list = qobject_cast<QLineEdit*>(widget); list && !list->isReadOnly()) {
          list->setText("[(streaming)]");
          list->setModified(true);
          Q_EMIT list->editingFinished();
        } else {
          form->read_scores(std::string(ref.info->name), KVF_TESTS_DIR "/data/heads-2x3.tsv");
        }
        QVERIFY2(panel_->what_if().policy != before, std::string(ref.info->name).c_str());
        QCOMPARE(changed_->count(), signals_before + 1);
      });
    }
  }

  void a_slider_moves_its_box_and_the_value() {
    auto* slider = control<QSlider>(*panel_, "streaming heads, slider");
    slider->setValue(40);
    QCOMPARE(short_form(*panel_), std::string("prulong:streaming_heads=0.4"));
    QCOMPARE(control<QDoubleSpinBox>(*panel_, "streaming heads, share")->value(), 0.4);
    auto* window = control<QSlider>(*panel_, "window tokens, slider");
    window->setValue(place_of(4096));
    QCOMPARE(short_form(*panel_), std::string("prulong:streaming_heads=0.4,window_tokens=4096"));
    window->setFocus();
    QTest::keyClick(window, Qt::Key_Right);
    QCOMPARE(short_form(*panel_), std::string("prulong:streaming_heads=0.4,window_tokens=4608"));
    QCOMPARE(changed_->count(), 3);
  }

  void a_share_that_no_box_shows_is_not_rounded() {
    WhatIf what = first_what_if();
    what.policy = input::parse_policy("prulong:streaming_heads=0.12345678");
    panel_->set_what_if(what);
    QCOMPARE(yaml_of(panel_->what_if()), yaml_of(what));
    named<QComboBox>(*panel_, "KV dtype")->setCurrentIndex(1);
    QCOMPARE(panel_->what_if().policy, what.policy);
  }

  void a_policy_inside_has_controls_of_its_own() {
    choose(control<QComboBox>(*panel_, "other heads"), "snapkv");
    QCOMPARE(short_form(*panel_),
             std::string("prulong:streaming_heads=0.7,other_heads=(snapkv:sparsity=0.7)"));
    control<QSlider>(*panel_, "sparsity, slider")->setValue(50);
    QCOMPARE(short_form(*panel_),
             std::string("prulong:streaming_heads=0.7,other_heads=(snapkv:sparsity=0.5)"));
    choose(control<QComboBox>(*panel_, "other heads"), "default");
    QCOMPARE(short_form(*panel_), std::string("prulong:streaming_heads=0.7"));
  }

  void lengths_are_typed() {
    type_into(named<CountBox>(*panel_, "prompt"), "1M");
    QCOMPARE(panel_->what_if().workload.prompt, Tokens(1 << 20));
    type_into(named<CountBox>(*panel_, "output"), "2,000");
    QCOMPARE(panel_->what_if().workload.output, Tokens(2000));
    type_into(named<CountBox>(*panel_, "chunk"), "1.5K");
    QCOMPARE(panel_->what_if().workload.chunk, std::optional(Tokens(1536)));
    named<QCheckBox>(*panel_, "chunked")->click();
    QCOMPARE(panel_->what_if().workload.chunk, std::nullopt);
    QVERIFY(!named<CountBox>(*panel_, "chunk")->isEnabled());
    type_into(named<CountBox>(*panel_, "batch"), "8");
    QCOMPARE(panel_->what_if().batch, 8);
    QCOMPARE(changed_->count(), 5);
    QVERIFY(panel_->result().figures);
  }

  void a_count_steps_as_its_slider_does() {
    CountBox box;
    for (const auto& [from, steps, to] : std::vector<std::array<int, 3>>{{0, 1, 1},
                                                                         {8, 1, 9},
                                                                         {16, 1, 18},
                                                                         {1000, 1, 1024},
                                                                         {1000, -1, 960},
                                                                         {1024, -1, 960},
                                                                         {0, -1, 0}}) {
      box.set_count(from);
      box.stepBy(steps);
      QCOMPARE(box.count(), to);
    }
    for (int place = 0; place <= kCountPlaces; ++place) QCOMPARE(place_of(count_at(place)), place);
    QCOMPARE(box.text(), QString("0"));
    box.set_count(131072);
    QCOMPARE(box.text(), QString("131,072"));
  }

  void models_are_found_by_name() {
    auto* model = named<QComboBox>(*panel_, "model");
    model->lineEdit()->setText("llama-3.1-70b");
    QTest::keyClick(model->lineEdit(), Qt::Key_Return);
    QCOMPARE(panel_->what_if().model_name, std::string("llama-3.1-70b-instruct"));
    QCOMPARE(changed_->count(), 1);
    model->lineEdit()->setText("llama-9");
    QTest::keyClick(model->lineEdit(), Qt::Key_Return);
    QCOMPARE(panel_->what_if().model_name, std::string("llama-3.1-70b-instruct"));
    QVERIFY(named<QLabel>(*panel_, "message")->text().contains("unknown model 'llama-9'"));
  }

  void the_cache_has_another_dtype_and_accounting() {
    const Bytes before = panel_->result().figures->peak.all_layers;
    choose(named<QComboBox>(*panel_, "KV dtype"), "fp8");
    QCOMPARE(panel_->what_if().kv_dtype, std::string("fp8"));
    QCOMPARE(panel_->result().figures->peak.all_layers.times(2), before);
    choose(named<QComboBox>(*panel_, "counted as"), "the paper's metric");
    QVERIFY(panel_->what_if().accounting == Accounting::paper);
    choose(named<QComboBox>(*panel_, "counted as"), "implementation duo-static");
    QVERIFY(panel_->what_if().accounting == Accounting::implementation);
    QVERIFY(panel_->what_if().convention == Convention::duo_static);
    choose(named<QComboBox>(*panel_, "counted as"), "the policy's own implementation");
    QVERIFY(!panel_->what_if().convention);
  }

  void what_is_wrong_is_told_in_place_of_figures() {
    choose(named<QComboBox>(*panel_, "policy"), "snapkv");
    control<QCheckBox>(*panel_, "sparsity is set")->click();
    auto* error = named<QLabel>(*panel_, "why there are no figures");
    QVERIFY(error->isVisible());
    QVERIFY(error->text().contains("policy 'snapkv'"));
    QVERIFY(run_of(changed_->last(), 1) == nullptr);
    control<QCheckBox>(*panel_, "sparsity is set")->click();
    QVERIFY(!error->isVisible());
    QVERIFY(run_of(changed_->last(), 1) != nullptr);
  }

  void a_baseline_is_pinned() {
    auto* words = named<QLabel>(*panel_, "against the baseline");
    QVERIFY(run_of(changed_->isEmpty() ? QList<QVariant>{QVariant(), QVariant()} : changed_->last(),
                   0) == nullptr);
    choose(named<QComboBox>(*panel_, "policy"), "full");
    named<QPushButton>(*panel_, "Pin as baseline")->click();
    const RunPtr baseline = run_of(changed_->last(), 0);
    QVERIFY(baseline != nullptr);
    QCOMPARE(baseline->label, std::string("full"));
    QVERIFY(baseline->pinned);
    QVERIFY(words->text().contains("as the baseline"));
    choose(named<QComboBox>(*panel_, "policy"), "streaming");
    QVERIFY(words->text().contains("% KV footprint"));
    QCOMPARE(run_of(changed_->last(), 0), baseline);
    QVERIFY(run_of(changed_->last(), 1)->id != baseline->id);
  }

  // Who has pinned a case has asked for it: no other takes its place but one that is asked for, too.
  void a_pinned_case_stays() {
    const Document document = complete(load_outline({KVF_SCENARIOS_DIR "/paper-128k.yaml"}));
    const std::vector<const Run*> shown{document.runs.at(0).get()};
    Run trace;
    trace.kind = RunKind::trace;
    trace.label = "a trace";
    named<QPushButton>(*panel_, "Pin as baseline")->click();
    panel_->begin(&trace, shown);
    QCOMPARE(yaml_of(panel_->what_if()), yaml_of(first_what_if()));
    QVERIFY(named<QLabel>(*panel_, "message")->text().contains("a trace comes from no scenario"));
    // Of one that nobody has touched it does.
    WhatIfPanel fresh;
    fresh.begin(&trace, shown);
    QCOMPARE(fresh.what_if().workload.prompt.count(), std::int64_t{104000});
    const QString said = named<QLabel>(fresh, "message")->text();
    QVERIFY(said.contains("a trace comes from no scenario") &&
            said.contains("Opened: prulong on recall."));
  }

  void texts_are_copied() {
    QClipboard* clipboard = QGuiApplication::clipboard();
    named<QPushButton>(*panel_, "Copy command line")->click();
    QCOMPARE(clipboard->text().toStdString(), command_line(panel_->what_if()).text);
    named<QPushButton>(*panel_, "Copy scenario")->click();
    QCOMPARE(clipboard->text().toStdString(), scenario_yaml(panel_->what_if()).text);
    auto* copy_plan = named<QPushButton>(*panel_, "Copy plan for GPU");
    QVERIFY(!copy_plan->isEnabled());
    auto* table = named<QTableWidget>(*panel_, "fits on");
    QTRY_VERIFY(table->rowCount() > 10);
    table->setCurrentCell(3, 0);
    QVERIFY(copy_plan->isEnabled());
    copy_plan->click();
    const std::string gpu = table->item(3, 0)->data(Qt::UserRole).toString().toStdString();
    QCOMPARE(clipboard->text().toStdString(), plan_command_line(panel_->what_if(), gpu, 1).text);
    QVERIFY(named<QLabel>(*panel_, "message")->text().contains("copied"));
  }

  void gpus_follow_the_case() {
    auto* table = named<QTableWidget>(*panel_, "fits on");
    const auto shows = [&](std::int64_t gpus) {
      const auto fits = fits_on(panel_->what_if(), gpus);
      if (table->rowCount() != int(fits.size())) return false;
      for (int row = 0; row < table->rowCount(); ++row) {
        const GpuFit& fit = fits[std::size_t(row)];
        if (table->item(row, 3)->text().toStdString() != word_of(fit, panel_->what_if().batch)) {
          return false;
        }
      }
      return true;
    };
    QTRY_VERIFY(shows(1));
    named<QSpinBox>(*panel_, "GPUs")->setValue(4);
    QTRY_VERIFY(shows(4));
    named<CountBox>(*panel_, "batch")->set_count(500);
    QTRY_VERIFY(shows(4));
  }

  void a_gpu_says_of_how_many_requests_it_is_sure() {
    auto* table = named<QTableWidget>(*panel_, "fits on");
    QTRY_VERIFY(table->rowCount() > 0);
    const auto fits = fits_on(panel_->what_if(), 1);
    bool any = false;
    for (int row = 0; row < table->rowCount(); ++row) {
      const GpuFit& fit = fits[std::size_t(row)];
      if (fit.fit == Fit::unknown) continue;
      any = any || fit.requests.low < fit.requests.high;
      QVERIFY(fit.requests.low <= fit.requests.mid && fit.requests.mid <= fit.requests.high);
      const QString sure = QString("%1 requests at once (%2 to %3)\n")
                               .arg(fit.requests.mid)
                               .arg(fit.requests.low)
                               .arg(fit.requests.high);
      QVERIFY2(table->item(row, 0)->toolTip().startsWith(sure), qPrintable(sure));
    }
    QVERIFY(any);
  }

  void the_simulation_follows() {
    auto* words = named<QLabel>(*panel_, "simulation");
    QTRY_COMPARE_WITH_TIMEOUT(words->text(), QString("closed form = simulation"), 60000);
    changed_->clear();
    named<CountBox>(*panel_, "output")->set_count(100);
    QCOMPARE(changed_->count(), 1);
    const RunPtr sampled = run_of(changed_->last(), 1);
    QTRY_COMPARE_WITH_TIMEOUT(changed_->count(), 2, 60000);
    const RunPtr played = run_of(changed_->last(), 1);
    QVERIFY(played != sampled);
    QCOMPARE(played->id, sampled->id);
    QVERIFY(played->series.size() > sampled->series.size());
  }

  void scenarios_are_opened() {
    panel_->open_scenario(KVF_SCENARIOS_DIR "/paper-128k.yaml", 17);
    // The third policy on the second task.
    QCOMPARE(panel_->what_if().policy.name, std::string_view("streaming"));
    QVERIFY(panel_->what_if().accounting == Accounting::paper);
    QVERIFY(named<QLabel>(*panel_, "message")->text().startsWith("Opened: "));
    const WhatIf before = panel_->what_if();
    panel_->open_scenario("/no/such/file.yaml", 0);
    QVERIFY(named<QLabel>(*panel_, "message")->text().contains("/no/such/file.yaml"));
    QCOMPARE(yaml_of(panel_->what_if()), yaml_of(before));
  }

  // A model that a scenario describes has no name; who passes by its field chooses none.
  void a_model_without_a_name_stays() {
    panel_->open_scenario(KVF_SCENARIOS_DIR "/small-decode.yaml", 0);
    auto* message = named<QLabel>(*panel_, "message");
    const QString opened = message->text();
    QVERIFY(opened.startsWith("Opened: "));
    auto* model = named<QComboBox>(*panel_, "model");
    QVERIFY(!model->currentText().isEmpty());
    Q_EMIT model->lineEdit()->editingFinished();
    QCOMPARE(message->text(), opened);
    model->setEditText("no-such-model");
    Q_EMIT model->lineEdit()->editingFinished();
    QVERIFY(message->text().contains("no-such-model"));
  }

  void what_is_left_out_of_a_case_is_said() {
    panel_->open_scenario(KVF_SCENARIOS_DIR "/unequal-batch.yaml", 1);
    QVERIFY(named<QLabel>(*panel_, "message")->text().contains("Note: the batch is unequal"));
  }

  // With KVF_PICTURES=FOLDER the panel is also saved, to be looked at.
  void nothing_is_cut_off() {
    QVERIFY(panel_->minimumSizeHint().width() <= 420);
    QTRY_VERIFY(named<QTableWidget>(*panel_, "fits on")->rowCount() > 0);
    const QString folder = qEnvironmentVariable("KVF_PICTURES");
    const auto look = [&](const QString& name) {
      for (QLabel* label : panel_->findChildren<QLabel*>()) {
        if (!label->isVisible() || label->text().isEmpty()) continue;
        const int needed =
            label->wordWrap() ? label->heightForWidth(label->width()) : label->sizeHint().height();
        QVERIFY2(label->height() >= needed, qPrintable(label->text()));
        QVERIFY2(label->wordWrap() || label->width() >= label->sizeHint().width(),
                 qPrintable(label->text()));
      }
      if (!folder.isEmpty()) QVERIFY(panel_->grab().save(folder + "/what-if-" + name + ".png"));
    };
    look("first");
    choose(named<QComboBox>(*panel_, "policy"), "full");
    named<QPushButton>(*panel_, "Pin as baseline")->click();
    choose(named<QComboBox>(*panel_, "policy"), "prulong");
    choose(control<QComboBox>(*panel_, "other heads"), "snapkv");
    QTRY_COMPARE_WITH_TIMEOUT(named<QLabel>(*panel_, "simulation")->text(),
                              QString("closed form = simulation"), 60000);
    look("baseline");
    choose(named<QComboBox>(*panel_, "policy"), "lukv");
    QTest::qWait(200);
    look("refused");
  }

  // In a window of a laptop's size all of the workload is seen without scrolling.
  void the_workload_is_above_the_fold() {
    MainWindow window;
    window.resize(1440, 900);
    window.show();
    window.perform(Command::what_if);
    QTest::qWait(100);
    auto* panel = window.findChild<WhatIfPanel*>();
    const QString folder = qEnvironmentVariable("KVF_PICTURES");
    if (!folder.isEmpty()) QVERIFY(window.grab().save(folder + "/what-if-window.png"));
    for (const char* name : {"model", "policy", "prompt", "output", "chunk", "batch", "KV dtype"}) {
      const auto* box = named<QWidget>(*panel, name);
      QVERIFY2(box->visibleRegion() == QRegion(box->rect()), name);
    }
  }

  void the_keyboard_reaches_every_control() {
    QTRY_VERIFY(named<QTableWidget>(*panel_, "fits on")->rowCount() > 0);
    std::set<QWidget*> reached;
    named<QComboBox>(*panel_, "model")->setFocus();
    for (int i = 0; i < 80; ++i) {
      reached.insert(QApplication::focusWidget());
      QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
    }
    for (QWidget* widget : panel_->findChildren<QWidget*>()) {
      const bool is_control =
          qobject_cast<QComboBox*>(widget) || qobject_cast<QSlider*>(widget) ||
          qobject_cast<QAbstractSpinBox*>(widget) || qobject_cast<QPushButton*>(widget) ||
          qobject_cast<QCheckBox*>(widget) || qobject_cast<QTableWidget*>(widget);
      if (!is_control || !widget->isVisible() || !widget->isEnabled()) continue;
      QVERIFY2(reached.contains(widget),
               qPrintable(widget->objectName() + widget->accessibleName()));
      auto* button = qobject_cast<QPushButton*>(widget);
      QVERIFY(!widget->accessibleName().isEmpty() || (button && !button->text().isEmpty()) ||
              qobject_cast<QCheckBox*>(widget));
    }
  }
};

QTEST_MAIN(WhatIfPanelTest)
#include "whatif_panel_test.moc"
