// The window with everything behind it: a scenario is opened, compared, asked what if, drawn.
//
// With KVF_PICTURES=FOLDER the windows are also saved, to be looked at.
#include <QComboBox>
#include <QDockWidget>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QPushButton>
#include <QTableWidget>
#include <QTreeWidget>
#include <QtTest/QtTest>
#include <algorithm>
#include <set>

#include "gui/document/load.h"
#include "gui/document/timeline_run.h"
#include "gui/render/legend.h"
#include "gui/render/stack.h"
#include "gui/render/theme.h"
#include "gui/view/actions.h"
#include "gui/view/view_state.h"
#include "gui/whatif/panel.h"
#include "gui/widgets/canvas.h"
#include "gui/widgets/look.h"
#include "gui/widgets/main_window.h"
#include "gui/widgets/opener.h"
#include "gui/widgets/window_options.h"
#include "profiler/capture/session/session.h"
#include "sim/input/scenario.h"
#include "sim/play.h"
#include "tests/run_file_sample.h"

using namespace kvf;
using namespace kvf::gui;

namespace {

// The streaming policy of the scenario, captured on the host.
std::shared_ptr<const Run> captured(const std::string& file) {
  const input::Scenario scenario = input::read_scenario(file);
  const auto policy =
      std::find_if(scenario.policies.begin(), scenario.policies.end(),
                   [](const input::ScenarioPolicy& one) { return one.label == "streaming"; });
  const auto device = capture::open_host();
  capture::HostRecorder recorder([](const records::Batch&) {});
  capture::SessionOptions options;
  options.tables = scenario.blocks()->tables;
  const auto members = input::members_of(scenario, scenario.tasks.front(), *policy);
  Run run;
  run.kind = RunKind::captured;
  return std::make_shared<const Run>(
      with_timeline(run, run_session(members, options, *device, recorder).timeline));
}

}  // namespace

class SessionTest : public QObject {
  Q_OBJECT

  std::unique_ptr<MainWindow> window_;
  std::unique_ptr<Opener> opener_;

  template <class Widget>
  Widget* named(const QString& name) {
    auto* widget = window_->findChild<Widget*>(name);
    if (widget == nullptr) qFatal("no '%s'", qPrintable(name));
    return widget;
  }
  // The scenario of that name as a run file in the folder.
  static std::string played(const std::string& name, const test::TemporaryFolder& folder) {
    const input::Scenario scenario = input::read_scenario(KVF_SCENARIOS_DIR "/" + name + ".yaml");
    const std::string file = (folder.path / (name + ".kvf")).string();
    RunFileWriter writer(file, {{"scenario", scenario.text}});
    play(scenario, {}, writer);
    writer.finish();
    return file;
  }
  void open(const QString& file) {
    opener_->open({file});
    QTRY_VERIFY_WITH_TIMEOUT(window_->document().complete && !window_->document().runs.empty(),
                             60000);
  }
  // Also whether all words of the panels are whole.
  void look(const QString& name) {
    QCoreApplication::processEvents();
    for (auto* panel : window_->findChildren<QDockWidget*>()) {
      if (!panel->isVisible()) continue;
      for (auto* label : panel->findChildren<QLabel*>()) {
        if (!label->isVisible() || label->text().isEmpty() || label->wordWrap()) continue;
        QVERIFY2(label->width() >= label->sizeHint().width(), qPrintable(label->text()));
      }
    }
    QVERIFY(window_->canvas().width() > window_->width() / 2);
    const QString folder = qEnvironmentVariable("KVF_PICTURES");
    if (!folder.isEmpty()) QVERIFY(window_->grab().save(folder + "/window-" + name + ".png"));
  }

 private Q_SLOTS:
  void initTestCase() {
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName(QStringLiteral("kvfootprint-session-test"));
    QSettings().clear();
    QApplication::setStyle(window_style());
  }
  void init() {
    window_ = std::make_unique<MainWindow>();
    opener_ = std::make_unique<Opener>();
    connect(window_.get(), &MainWindow::open_asked, opener_.get(), &Opener::open);
    connect(opener_.get(), &Opener::document_ready, window_.get(), &MainWindow::show_document);
    window_->resize(1600, 1000);
    window_->show();
  }
  void cleanup() {
    opener_.reset();
    window_.reset();
  }

  void the_command_line_says_how_the_window_is() {
    cli::FigureOptions options;
    QCOMPARE(without_meaning_in_window(options), std::string());
    for (const char* theme : {"dark", "light"}) {
      options.theme = theme;
      apply(options, *window_);
      QCOMPARE(kThemeWords[static_cast<std::size_t>(window_->view().theme)], options.theme);
    }
    options.theme = "dark";
    options.width = 1234;
    options.height = 777;
    apply(options, *window_);
    QCOMPARE(window_->size(), QSize(1234, 777));
    open(QStringLiteral(KVF_SCENARIOS_DIR "/tiny.yaml"));
    QVERIFY(window_->view().theme == Theme::dark);  // what is seen first keeps it
    QVERIFY(window_->view().lanes == first_view(window_->document()).lanes);
    options.scale = 2;
    QVERIFY(without_meaning_in_window(options).starts_with("--scale has no meaning for a window"));
    options.scale.reset();
    options.pareto = true;
    QCOMPARE(without_meaning_in_window(options),
             std::string("--pareto has no meaning without --kind critical"));
    options.kind = "critical";
    QVERIFY(!without_meaning_in_window(options).empty());
    options = {};
    options.theme = "light";  // all windows have it: for the tests that follow
    apply(options, *window_);
  }

  void a_view_that_says_only_how_shows_what_is_seen_first() {
    const test::TemporaryFolder folder;
    const std::string file = (folder.path / "dark.json").string();
    test::write_file(file, "{\"kvfootprint-view\": 1, \"phases\": false}");
    QCOMPARE(window_->open_view(QString::fromStdString(file)), QString());
    open(QStringLiteral(KVF_SCENARIOS_DIR "/tiny.yaml"));
    QVERIFY(window_->view().lanes == first_view(window_->document()).lanes);
    QVERIFY(!window_->view().phases);
  }

  // From the main job to what holds most, and another share of streaming heads beside it.
  void the_main_job() {
    const test::TemporaryFolder folder;
    const std::string file = played("paper-128k", folder);
    open(QString::fromStdString(file));
    const Header alone = header_of(window_->document(), window_->view(), window_->view().lanes[0]);
    QVERIFY(alone.title.starts_with("total, entries, all layers at once, recall"));
    look("main-job");
    window_->perform(Command::what_if);
    QTRY_COMPARE_WITH_TIMEOUT(named<QLabel>("simulation")->text(),
                              QStringLiteral("closed form = simulation"), 60000);
    const Document& document = window_->document();
    const std::vector<const Run*> shown = shown_runs(document, window_->view());
    QVERIFY(std::any_of(shown.begin(), shown.end(),
                        [](const Run* run) { return run->kind == RunKind::what_if; }));
    // It is of the task that is shown, so that it is named as the others are.
    const Header both = header_of(document, window_->view(), window_->view().lanes[0]);
    QCOMPARE(both.title, alone.title);
    QCOMPARE(both.entries.size(), alone.entries.size() + 1);
    for (std::size_t i = 0; i < alone.entries.size(); ++i) {
      QCOMPARE(both.entries[i].text, alone.entries[i].text);
    }
    QCOMPARE(QString::fromStdString(both.entries.back().text), QStringLiteral("prulong (what if)"));
    look("main-job-what-if");
    // Of another prompt it is another task.
    auto* prompt = named<QDoubleSpinBox>("prompt");
    prompt->setValue(50000);
    const Header other = header_of(window_->document(), window_->view(), window_->view().lanes[0]);
    QCOMPARE(QString::fromStdString(other.entries.back().text),
             QStringLiteral("prulong, 50,000 + 75 tokens (what if)"));
  }

  // Of another task than is shown, and of no other policy.
  void the_run_that_is_selected_is_asked_what_if() {
    const test::TemporaryFolder folder;
    open(QString::fromStdString(played("paper-128k", folder)));
    auto* tree = window_->findChild<QTreeWidget*>();
    const auto item = [&](int group, int run) { return tree->topLevelItem(group)->child(run); };
    tree->setCurrentItem(item(2, 5));
    QCOMPARE(item(2, 5)->text(0), QStringLiteral("snapkv naive"));
    const ViewState before = window_->view();
    window_->perform(Command::what_if);
    auto* panel = window_->findChild<WhatIfPanel*>();
    QCOMPARE(panel->what_if().policy.name, std::string_view("snapkv"));
    QCOMPARE(panel->what_if().workload.prompt.count(), std::int64_t{85000});
    const Run& asked = *window_->document().runs.back();
    QCOMPARE(asked.task, std::string("rerank"));
    QCOMPARE(tree->currentItem()->text(0), QStringLiteral("snapkv naive"));
    QVERIFY(asked.footprint == window_->document().find(asked.id)->footprint);
    // It comes to what is shown, and goes again.
    const auto series_in = [](const ViewState& view) {
      std::vector<std::string> names;
      for (const Lane& lane : view.lanes) names.push_back(lane.series);
      return names;
    };
    QVERIFY(series_in(window_->view()) == series_in(before));
    QCOMPARE(window_->view().lanes[0].runs.size(), before.lanes[0].runs.size() + 1);
    window_->perform(Command::undo);
    QVERIFY(window_->view().lanes == before.lanes);
    // Asked for again it is shown, and what it comes from.
    window_->perform(Command::what_if_run);
    QCOMPARE(window_->view().lanes[0].runs.size(), before.lanes[0].runs.size() + 2);
    // The other way round: with the panel there, of what is selected now.
    tree->setCurrentItem(item(1, 0));
    window_->perform(Command::what_if_run);
    QCOMPARE(panel->what_if().policy.name, std::string_view("full"));
    QCOMPARE(panel->what_if().workload.prompt.count(), std::int64_t{119000});
    // A what-if is the case of nothing else: it stays, with all that was turned.
    named<QDoubleSpinBox>("prompt")->setValue(7000);
    tree->setCurrentItem(tree->topLevelItem(tree->topLevelItemCount() - 1)->child(0));
    window_->perform(Command::what_if_run);
    QCOMPARE(panel->what_if().workload.prompt.count(), std::int64_t{7000});
    QVERIFY(named<QLabel>("message")->text().contains("is a what-if already"));
    tree->setCurrentItem(nullptr);
    window_->perform(Command::what_if_run);
    QCOMPARE(panel->what_if().policy.name, std::string_view("prulong"));
    QCOMPARE(panel->what_if().workload.prompt.count(), std::int64_t{104000});
  }

  // Whatever is opened, a what-if takes nothing away from it.
  void a_what_if_lies_beside_what_is_shown() {
    for (const char* name : {"hybrid", "latent", "tiny", "small-decode", "head-scores"}) {
      init();
      open(QStringLiteral(KVF_SCENARIOS_DIR "/%1.yaml").arg(QLatin1String(name)));
      const ViewState before = window_->view();
      window_->perform(Command::what_if);
      QVERIFY2(window_->document().runs.back()->kind == RunKind::what_if, name);
      const ViewState after = window_->view();
      QVERIFY2(after.lanes.size() >= before.lanes.size(), name);
      for (std::size_t i = 0; i < before.lanes.size(); ++i) {
        QVERIFY2(after.lanes[i].series == before.lanes[i].series, name);
        for (const std::string& run : before.lanes[i].runs) {
          const auto& runs = after.lanes[i].runs;
          QVERIFY2(std::find(runs.begin(), runs.end(), run) != runs.end(), name);
        }
      }
      window_->perform(Command::undo);
      QVERIFY2(window_->view().lanes == before.lanes, name);
      cleanup();
    }
    init();
  }

  // What a stack has of a total is in it, at every moment: of each series of a simulation, and of a capture.
  void parts_are_within_their_totals() {
    const test::TemporaryFolder folder;
    const std::string file = played("five-levels", folder);
    Document document = complete(load_outline({file}));
    document.runs.push_back(captured(KVF_SCENARIOS_DIR "/small-decode.yaml"));
    std::set<std::string> stacked, lines;
    for (const auto& run : document.runs) {
      for (const Series& series : run->series) {
        for (const Axis axis : {Axis::row, Axis::pass, Axis::second}) {
          const Stack stack = stack_of(*run, series, axis);
          (stack.total == nullptr ? lines : stacked).insert(series.name);
          for (std::int64_t point = 0; stack.total && point < stack.total->points(); ++point) {
            std::int64_t below = 0;
            for (const StackPart& part : stack.parts) {
              const std::int64_t before = below;
              for (const StepSeries* steps : part.plus) below += steps->value(point);
              for (const StepSeries* steps : part.minus) below -= steps->value(point);
              QVERIFY2(below >= before && below <= stack.total->value(point),
                       qPrintable(QString::fromStdString(series.name + ": " + part.name)));
            }
          }
        }
      }
    }
    for (const char* name : {"held", "cache", "reserved", "allocator", "device"}) {
      QVERIFY2(stacked.contains(name), name);
    }
    for (const char* name : {"weights", "activations", "resident", "blocks"}) {
      QVERIFY2(lines.contains(name) && !stacked.contains(name), name);
    }
  }

  void a_scenario_is_opened_and_asked_what_if() {
    open(QStringLiteral(KVF_SCENARIOS_DIR "/one-million.yaml"));
    QVERIFY(window_->document().errors.empty());
    QVERIFY(!window_->view().lanes.empty());
    for (const auto& run : window_->document().runs) {
      QVERIFY(run->footprint && run->peak);
      QVERIFY(run->series.size() > 1);
    }
    look("scenario");

    window_->perform(Command::what_if);
    const auto choose = [&](const char* menu, const char* item) {
      auto* box = named<QComboBox>(menu);
      QVERIFY(box->findText(item) >= 0);
      box->setCurrentIndex(box->findText(item));
    };
    const auto simulated = [&] {
      return named<QLabel>("simulation")->text() == QStringLiteral("closed form = simulation");
    };
    choose("policy", "full");
    QTRY_VERIFY_WITH_TIMEOUT(simulated(), 60000);
    named<QPushButton>("Pin as baseline")->click();
    choose("policy", "prulong");
    QTRY_VERIFY_WITH_TIMEOUT(simulated(), 60000);
    look("what-if");
    QCOMPARE(window_->findChild<QTreeWidget*>()
                 ->findItems("full (baseline)", Qt::MatchExactly | Qt::MatchRecursive)
                 .size(),
             1);
    const auto& compared = window_->view().compared;
    QVERIFY(window_->document().find(compared[0])->pinned);
    QCOMPARE(window_->document().find(compared[0])->label, std::string("full"));
    QVERIFY(window_->document().find(compared[1])->label.starts_with("prulong"));

    window_->perform(Command::theme);
    QVERIFY(window_->view().theme == Theme::dark);
    look("dark");
    auto* fits = named<QTableWidget>("fits on");
    for (int row = 0; row < fits->rowCount(); ++row) {
      QVERIFY(contrast(fits->item(row, 0)->foreground().color(),
                       fits->palette().color(QPalette::Base)) > 3);
    }
  }
};

QTEST_MAIN(SessionTest)
#include "session_test.moc"
