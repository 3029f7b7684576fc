// The window: every key and every gesture gives the view that it should; panels say what is shown.
#include <QAccessible>
#include <QApplication>
#include <QClipboard>
#include <QDockWidget>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenuBar>
#include <QMimeData>
#include <QMouseEvent>
#include <QPainter>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QStyleOption>
#include <QTemporaryDir>
#include <QTextBrowser>
#include <QTimer>
#include <QToolBar>
#include <QWheelEvent>
#include <QtTest/QtTest>

#include "gui/render/legend.h"
#include "gui/view/actions.h"
#include "gui/view/keys.h"
#include "gui/whatif/panel.h"
#include "gui/widgets/canvas.h"
#include "gui/widgets/chooser.h"
#include "gui/widgets/help.h"
#include "gui/widgets/look.h"
#include "gui/widgets/main_window.h"
#include "gui/widgets/run_list.h"
#include "gui/widgets/text_table.h"
#include "gui/widgets/welcome.h"
#include "tests/gui/sample_document.h"

namespace {

using namespace kvf;
using namespace kvf::gui;

QString qt(std::string_view text) {
  return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

class WindowTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName(QStringLiteral("kvfootprint-test"));
    QApplication::setStyle(window_style());
  }
  void init();
  void cleanup() { window_.reset(); }

  void every_key_of_a_view_does_what_the_table_says_data();
  void every_key_of_a_view_does_what_the_table_says();
  void every_key_of_the_window_does_what_the_table_says();
  void keys_of_views_are_letters_elsewhere();
  void undo_and_redo();
  void hovering_moves_the_cursor_and_many_moves_are_one_picture();
  void the_values_nearest_to_the_pointer_come_first();
  void dragging_selects();
  void a_click_focuses_a_lane_and_ends_the_selection();
  void a_double_click_zooms_to_the_selection();
  void shift_drag_and_middle_drag_pan();
  void wheels_scroll_zoom_and_pan();
  void a_right_click_offers_what_can_be_done_with_the_lane();
  void maps_of_every_cell_are_in_the_menu();
  void focused_lanes_come_into_sight();
  void dropped_files_are_opened();
  void runs_are_shown_and_compared_from_the_list();
  void a_right_click_offers_what_can_be_done_with_the_run();
  void footprint_and_peak_are_in_the_list();
  void the_next_task_is_opened_in_the_list();
  void runs_are_filtered();
  void values_at_the_cursor_are_text();
  void figures_of_the_range_are_text();
  void problems_are_shown_in_the_readers_words();
  void problems_say_whose_they_are();
  void reading_is_seen();
  void nothing_open_says_what_to_do();
  void more_files_come_to_what_is_shown();
  void a_what_if_comes_and_is_replaced();
  void views_are_saved_and_opened();
  void exports_go_through_the_door();
  void lanes_and_commands_are_found_by_typing();
  void the_help_has_every_key();
  void dark_and_light();
  void boxes_to_be_ticked_are_seen();
  void all_controls_have_names();
  void every_command_is_reached_by_keyboard();

 private:
  Canvas& canvas() { return window_->canvas(); }
  const ViewState& view() { return window_->view(); }
  // The pixel of x, in the middle of a lane.
  QPointF at(double x, std::size_t lane = 0) {
    return {canvas().places().pixel_of(x), canvas().places().lanes.at(lane).center().y()};
  }
  double x_of(QPointF position) { return canvas().places().x_of(position.x()); }
  void mouse(QEvent::Type type, QPointF position, Qt::MouseButton button,
             Qt::KeyboardModifiers modifiers = {}) {
    const bool held = type == QEvent::MouseButtonPress || type == QEvent::MouseButtonDblClick;
    QMouseEvent event(type, position, canvas().mapToGlobal(position), button,
                      held ? button : Qt::NoButton, modifiers);
    QApplication::sendEvent(&canvas(), &event);
  }
  void move(QPointF position) { mouse(QEvent::MouseMove, position, Qt::NoButton); }
  void click(QPointF position) {
    mouse(QEvent::MouseButtonPress, position, Qt::LeftButton);
    mouse(QEvent::MouseButtonRelease, position, Qt::LeftButton);
  }
  void drag(QPointF from, QPointF to, Qt::MouseButton button = Qt::LeftButton,
            Qt::KeyboardModifiers modifiers = {}) {
    mouse(QEvent::MouseButtonPress, from, button, modifiers);
    move({(from.x() + to.x()) / 2, from.y()});
    move(to);
    mouse(QEvent::MouseButtonRelease, to, button, modifiers);
  }
  void wheel(QPointF position, QPoint notches, Qt::KeyboardModifiers modifiers = {}) {
    QWheelEvent event(position, canvas().mapToGlobal(position), {}, notches * 120, Qt::NoButton,
                      modifiers, Qt::NoScrollPhase, false);
    QApplication::sendEvent(&canvas(), &event);
  }
  // Where the keyboard is; a dialog that has closed gives it back.
  void press(const QString& keys) {
    if (QApplication::focusWidget() == nullptr) {
      window_->activateWindow();
      QVERIFY(QTest::qWaitForWindowActive(window_.get()));
      canvas().setFocus();
    }
    QTest::keySequence(QApplication::focusWidget(), QKeySequence(keys));
  }
  // The title of the dialog that waits while `act` runs; it is closed.
  QString title_of_dialog(const std::function<void()>& act) {
    QString title;
    QTimer timer;
    connect(&timer, &QTimer::timeout, this, [&title] {
      if (QWidget* dialog = QApplication::activeModalWidget()) {
        title = dialog->windowTitle();
        dialog->close();
      }
    });
    timer.start(20);
    act();
    return title;
  }
  // A dialog that does not wait.
  QDialog* open_dialog(const QString& title) {
    for (auto* dialog : window_->findChildren<QDialog*>()) {
      if (dialog->isVisible() && dialog->windowTitle() == title) return dialog;
    }
    return nullptr;
  }
  // Something for each action to do.
  ViewState rich_view();
  TextTable* table(const char* name) {
    for (auto* one : window_->findChildren<TextTable*>()) {
      if (one->accessibleName() == QLatin1String(name)) return one;
    }
    return nullptr;
  }

  std::shared_ptr<const Document> document_;
  std::unique_ptr<MainWindow> window_;
};

void WindowTest::init() {
  document_ = std::make_shared<const Document>(test::sample_document());
  window_ = std::make_unique<MainWindow>();
  window_->resize(1200, 800);
  window_->show_document(document_);
  ViewState light = window_->view();
  light.theme = Theme::light;
  window_->set_view(light);
  window_->show();
  window_->activateWindow();
  QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
  QVERIFY(QTest::qWaitForWindowActive(window_.get()));
  canvas().setFocus();
  QTRY_VERIFY(canvas().hasFocus());
}

ViewState WindowTest::rich_view() {
  ViewState view = window_->view();
  view.lanes.clear();
  for (int i = 0; i < 10; ++i) {
    view.lanes.push_back(
        {LaneKind::lines, {"a.kvf#1", "a.kvf#2"}, i % 2 == 0 ? "cache" : "total", 1, false});
  }
  view.focus = 2;
  view.scroll = 2;
  view.range = {100, 900};
  view.cursor = 450;
  view.selection = Interval{200, 600};
  view.pins = {50};
  view.compared = {"a.kvf#1", "a.kvf#2"};
  return view;
}

void WindowTest::every_key_of_a_view_does_what_the_table_says_data() {
  QTest::addColumn<int>("number");
  QTest::addColumn<QString>("keys");
  for (std::size_t i = 0; i < commands().size(); ++i) {
    const CommandInfo& command = commands()[i];
    if (command.act == nullptr) continue;
    for (const QString& keys : qt(command.keys).split(QStringLiteral(" | "))) {
      QTest::addRow("%s by %s", std::string(command.name).c_str(), qPrintable(keys))
          << static_cast<int>(i) << keys;
    }
  }
}

void WindowTest::every_key_of_a_view_does_what_the_table_says() {
  QFETCH(int, number);
  QFETCH(QString, keys);
  const CommandInfo& command = commands()[static_cast<std::size_t>(number)];
  ViewState before = rich_view();
  if (command.command == Command::previous_task) {
    for (Lane& lane : before.lanes) lane.runs = {"a.kvf#3", "a.kvf#4"};
  }
  window_->set_view(before);
  QCOMPARE(view(), before);
  ViewState expected = command.act(before, *document_);
  QVERIFY(expected != before);  // there was something to do
  press(keys);
  // A lane that is focused or moved comes into sight, which is tested below.
  const bool scrolls =
      command.command == Command::scroll_down || command.command == Command::scroll_up;
  if (!scrolls) expected.scroll = view().scroll;
  QVERIFY(view() == expected);
  QCOMPARE(window_->action(command.command)->isEnabled(),
           command.command != Command::zoom_to_selection);
}

void WindowTest::every_key_of_the_window_does_what_the_table_says() {
  QSet<int> seen;
  const auto each_key = [&](Command command, const std::function<void(const QString&)>& check) {
    seen << static_cast<int>(command);
    for (const QString& keys : qt(info(command).keys).split(QStringLiteral(" | "))) check(keys);
  };
  window_->set_export(
      [](const QString&, const Document&, const ViewState&, QSize, double) { return QString(); });
  const std::map<Command, QString> waiting{
      {Command::open, QStringLiteral("Open files")},
      {Command::open_view, QStringLiteral("Open a saved view")},
      {Command::save_view, QStringLiteral("Save the view")},
      {Command::export_picture, QStringLiteral("Export what is shown")}};
  for (const auto& [command, title] : waiting) {
    each_key(command, [&, wanted = title](const QString& keys) {
      QCOMPARE(title_of_dialog([&] { press(keys); }), wanted);
    });
  }
  const std::map<Command, QString> beside{
      {Command::find, QStringLiteral("Find a lane, or add one")},
      {Command::palette, QStringLiteral("Find a command")},
      {Command::help, QStringLiteral("Keys and mouse")}};
  for (const auto& [command, title] : beside) {
    each_key(command, [&, wanted = title](const QString& keys) {
      press(keys);
      QDialog* dialog = open_dialog(wanted);
      QVERIFY2(dialog != nullptr, qPrintable(keys));
      dialog->close();
      window_->activateWindow();
      canvas().setFocus();
      QTRY_VERIFY(canvas().hasFocus());
    });
  }
  each_key(Command::copy_values, [&](const QString& keys) {
    QApplication::clipboard()->clear();
    window_->set_view(move_cursor(view(), *document_, 310));
    press(keys);
    QVERIFY(QApplication::clipboard()->text().contains(QStringLiteral("cache\t400 bytes")));
  });
  each_key(Command::undo, [&](const QString& keys) {
    const ViewState before = view();
    window_->set_view(toggle_legend(before));
    press(keys);
    QVERIFY(view() == before);
  });
  each_key(Command::redo, [&](const QString& keys) {
    const ViewState after = toggle_legend(view());
    window_->set_view(after);
    window_->perform(Command::undo);
    press(keys);
    QVERIFY(view() == after);
  });
  each_key(Command::what_if, [&, command = Command::what_if](const QString& keys) {
    press(keys);
    auto* panel = window_->findChild<WhatIfPanel*>();
    QVERIFY(panel != nullptr && panel->isVisible());
    QVERIFY(window_->action(command)->isChecked());
    // The file is not there, so that no run has a case: that is said, and nothing drawn until it is asked for.
    QVERIFY(panel->findChild<QLabel*>(QStringLiteral("message"))
                ->text()
                .contains(QStringLiteral("a.kvf")));
    auto* simulation = panel->findChild<QLabel*>(QStringLiteral("simulation"));
    QTRY_COMPARE_WITH_TIMEOUT(simulation->text(), QStringLiteral("closed form = simulation"),
                              60000);
    QVERIFY(window_->document().runs.back()->kind != RunKind::what_if);
    panel->findChild<QDoubleSpinBox*>(QStringLiteral("prompt"))->setValue(1000);
    QVERIFY(window_->document().runs.back()->kind == RunKind::what_if);
    canvas().setFocus();
    press(keys);
    QVERIFY(!panel->isVisible());
  });
  QTreeWidget* tree = window_->findChild<QTreeWidget*>();
  for (const std::size_t which : {std::size_t{0}, std::size_t{1}}) {
    each_key(which == 0 ? Command::make_a : Command::make_b, [&](const QString& keys) {
      tree->setCurrentItem(tree->topLevelItem(1)->child(static_cast<int>(which)));
      press(keys);
      QCOMPARE(view().compared.at(which), which == 0 ? std::string("a.kvf#3") : "a.kvf#4");
    });
  }
  each_key(Command::what_if_run, [&](const QString& keys) {
    auto* panel = window_->findChild<WhatIfPanel*>();  // closed above
    auto* message = panel->findChild<QLabel*>(QStringLiteral("message"));
    for (QTreeWidgetItem* item : {tree->topLevelItem(1), tree->topLevelItem(1)->child(0)}) {
      panel->parentWidget()->hide();
      message->clear();
      tree->setCurrentItem(item);  // a task, then a run
      press(keys);
      QVERIFY(panel->isVisible());
      QVERIFY(message->text().contains(QStringLiteral("a.kvf")));
    }
    const auto shown = shown_runs(window_->document(), view());  // what it would come from
    QVERIFY(std::any_of(shown.begin(), shown.end(),
                        [](const Run* run) { return run->id == "a.kvf#3"; }));
    // What is selected and open outlives the list.
    tree->topLevelItem(0)->setExpanded(false);
    tree->topLevelItem(1)->setExpanded(true);
    window_->show_document(document_);
    QVERIFY(tree->currentItem() == tree->topLevelItem(1)->child(0));
    QVERIFY(!tree->topLevelItem(0)->isExpanded() && tree->topLevelItem(1)->isExpanded());
  });
  each_key(Command::full_screen, [&](const QString& keys) {
    press(keys);
    QTRY_VERIFY(window_->isFullScreen());
    press(keys);
    QTRY_VERIFY(!window_->isFullScreen());
  });
  each_key(Command::quit, [&](const QString& keys) {
    press(keys);
    QVERIFY(!window_->isVisible());
  });
  for (const CommandInfo& command : commands()) {
    QVERIFY2(command.act != nullptr || seen.contains(static_cast<int>(command.command)),
             std::string(command.name).c_str());
  }
}

void WindowTest::keys_of_views_are_letters_elsewhere() {
  auto* filter = window_->findChild<QLineEdit*>();
  filter->setFocus();
  QTRY_VERIFY(filter->hasFocus());
  const ViewState before = view();
  QTest::keyClicks(filter, QStringLiteral("wasdlb"));
  QCOMPARE(filter->text(), QStringLiteral("wasdlb"));
  QVERIFY(view() == before);
}

void WindowTest::undo_and_redo() {
  const ViewState first = view();
  for (int i = 0; i < 4; ++i) press(QStringLiteral("W"));
  const ViewState closer = view();
  move(at(500));
  press(QStringLiteral("L"));
  press(QStringLiteral("Backspace"));
  QVERIFY(view().legend);
  press(QStringLiteral("Backspace"));  // all of W at once
  QCOMPARE(view().range, first.range);
  press(QStringLiteral("Ctrl+Y"));
  QCOMPARE(view().range, closer.range);
  QVERIFY(window_->action(Command::redo)->isEnabled());
}

void WindowTest::hovering_moves_the_cursor_and_many_moves_are_one_picture() {
  move(at(300));
  QVERIFY(view().cursor.has_value());
  QCOMPARE(*view().cursor, 300.0);
  // Beside the plot it stays at the border.
  move({2, 200});
  QCOMPARE(*view().cursor, 0.0);

  struct Painted : QObject {
    int count = 0;
    bool eventFilter(QObject* watched, QEvent* event) override {
      if (event->type() == QEvent::Paint) ++count;
      return QObject::eventFilter(watched, event);
    }
  } painted;
  QApplication::processEvents();
  canvas().installEventFilter(&painted);
  for (int x = 0; x < 100; ++x) move(at(x * 10));
  QCOMPARE(*view().cursor, 990.0);
  QCOMPARE(painted.count, 0);
  QTRY_COMPARE(painted.count, 1);
}

void WindowTest::the_values_nearest_to_the_pointer_come_first() {
  const QRectF lane = canvas().places().plot_of(0);
  const double x = at(310).x();
  move({x, lane.top() + 4});
  const ViewState before = view();
  const QImage high = canvas().grab().toImage();
  move({x, lane.bottom() - 4});
  QCOMPARE(view(), before);  // a pointer that moves up and down moves no cursor
  const QImage low = canvas().grab().toImage();
  QVERIFY(low != high);
  QEvent leave(QEvent::Leave);
  QApplication::sendEvent(&canvas(), &leave);
  QCOMPARE(view(), before);
}

void WindowTest::dragging_selects() {
  drag(at(200), at(600));
  QVERIFY(view().selection.has_value());
  QCOMPARE(*view().selection, (Interval{x_of(at(200)), x_of(at(600))}));
  QCOMPARE(*view().cursor, x_of(at(600)));
  QVERIFY(!canvas().is_selecting());
  drag(at(700), at(300));  // to the left
  QCOMPARE(view().selection->begin, x_of(at(300)));
  QCOMPARE(view().selection->end, x_of(at(700)));
  drag(at(500), {5000, 100});  // out of the window
  QCOMPARE(view().selection->end, full_range(*document_, view()).end);
}

void WindowTest::a_click_focuses_a_lane_and_ends_the_selection() {
  QCOMPARE(view().focus, std::size_t{0});
  drag(at(200), at(600));
  click(at(300, 1));
  QCOMPARE(view().focus, std::size_t{1});
  QVERIFY(view().selection.has_value());  // inside: half of a double click, perhaps
  click(at(900, 0));
  QCOMPARE(view().focus, std::size_t{0});
  QVERIFY(!view().selection.has_value());
  // A trembling hand selects nothing.
  drag(at(300), at(300) + QPointF(3, 0));
  QVERIFY(!view().selection.has_value());
}

void WindowTest::a_double_click_zooms_to_the_selection() {
  const auto double_click = [this](QPointF position) {
    click(position);
    mouse(QEvent::MouseButtonDblClick, position, Qt::LeftButton);
    mouse(QEvent::MouseButtonRelease, position, Qt::LeftButton);
  };
  const Interval wanted{x_of(at(200)), x_of(at(600))};
  drag(at(200), at(600));
  double_click(at(400));
  QCOMPARE(view().range, wanted);
  QVERIFY(!view().selection.has_value());
  press(QStringLiteral("0"));
  const Interval whole = shown_range(*document_, view());
  double_click(at(500));
  QCOMPARE(view().range.width(), whole.width() / 2);
}

void WindowTest::shift_drag_and_middle_drag_pan() {
  for (const auto& [button, modifiers] :
       {std::pair(Qt::MiddleButton, Qt::KeyboardModifiers()),
        std::pair(Qt::LeftButton, Qt::KeyboardModifiers(Qt::ShiftModifier))}) {
    ViewState zoomed = view();
    zoomed.range = {400, 800};
    window_->set_view(zoomed);
    const QPointF from = at(600);
    const double width = canvas().places().plot.width();
    drag(from, from + QPointF(-width / 4, 0), button, modifiers);
    QVERIFY(std::abs(view().range.begin - 500) < 1e-6);
    QVERIFY(std::abs(view().range.width() - 400) < 1e-6);
    QVERIFY(!view().selection.has_value());
    // One gesture is undone at once.
    press(QStringLiteral("Backspace"));
    QCOMPARE(view().range, (Interval{400, 800}));
  }
}

void WindowTest::wheels_scroll_zoom_and_pan() {
  ViewState start = view();
  start.range = {400, 800};
  window_->set_view(start);
  const QPointF where = at(500);
  wheel(where, {0, 1}, Qt::ControlModifier);
  const Interval closer = view().range;
  QVERIFY(std::abs(closer.width() - 400 / 1.2) < 1e-9);
  // What is under the pointer stays there.
  QVERIFY(std::abs(x_of(where) - 500) < 1e-6);
  wheel(where, {0, -1}, Qt::ControlModifier);
  QVERIFY(std::abs(view().range.begin - 400) < 1e-6);

  window_->set_view(start);
  wheel(where, {0, -1}, Qt::ShiftModifier);
  QCOMPARE(view().range, (Interval{440, 840}));
  wheel(where, {1, 0});
  QCOMPARE(view().range, (Interval{400, 800}));

  QCOMPARE(canvas().places().most_scroll, 0.0);
  wheel(where, {0, -1});
  QCOMPARE(view().scroll, 0.0);  // all is in sight
  window_->set_view(rich_view());
  wheel(where, {0, -1});
  QCOMPARE(view().scroll, 2.25);
  wheel(where, {0, 2});
  QCOMPARE(view().scroll, 1.75);
  wheel(where, {0, -100});
  QCOMPARE(view().scroll, canvas().places().most_scroll);
}

void WindowTest::a_right_click_offers_what_can_be_done_with_the_lane() {
  const QPointF where = at(300, 1);
  QContextMenuEvent event(QContextMenuEvent::Mouse, where.toPoint(),
                          canvas().mapToGlobal(where.toPoint()));
  QApplication::sendEvent(&canvas(), &event);
  QCOMPARE(view().focus, std::size_t{1});
  auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
  QVERIFY(menu != nullptr);
  QVERIFY(menu->actions().contains(window_->action(Command::pin_lane)));
  QVERIFY(menu->actions().contains(window_->action(Command::remove_lane)));
  menu->close();
}

// The words in the menu, with those of its submenus: "Add map of blocks/layer 0 head 1".
static QStringList words_of(const QMenu& menu, const QString& before = {}) {
  QStringList words;
  for (const QAction* action : menu.actions()) {
    if (action->menu() != nullptr) {
      words += words_of(*action->menu(), before + action->text() + u'/');
    } else if (!action->isSeparator()) {
      words << before + action->text();
    }
  }
  return words;
}

void WindowTest::maps_of_every_cell_are_in_the_menu() {
  QMenu* menu = nullptr;
  for (QAction* action : window_->menuBar()->actions()) {
    if (action->text() == QStringLiteral("&Lanes")) menu = action->menu();
  }
  QVERIFY(menu != nullptr);
  const auto show_cells = [&](int heads) {
    Document with = *document_;
    auto run = std::make_shared<Run>(*with.runs[0]);
    for (int head = 0; head < heads; ++head)
      run->cells.push_back({{"full", 0, head, -1}, 1, 1, {}});
    with.runs[0] = run;
    window_->show_document(std::make_shared<const Document>(with));
    Q_EMIT menu->aboutToShow();
    QStringList maps = words_of(*menu).filter(QStringLiteral("Add map of"));
    return maps;
  };
  const QStringList one{"Add map of heads", "Add map of blocks", "Add map of attention"};
  QCOMPARE(show_cells(0), one);
  QCOMPARE(show_cells(1), one);
  QCOMPARE(show_cells(2),
           (QStringList{"Add map of heads", "Add map of blocks/layer 0 head 0",
                        "Add map of blocks/layer 0 head 1", "Add map of attention/layer 0 head 0",
                        "Add map of attention/layer 0 head 1"}));
  for (const QAction* action : menu->actions()) {
    if (action->text() == QStringLiteral("Add map of blocks")) {
      action->menu()->actions().at(1)->trigger();
      break;
    }
  }
  QVERIFY(view().lanes[view().focus].kind == LaneKind::occupancy);
  QCOMPARE(view().lanes[view().focus].series, std::string("layer 0 head 1"));
  QCOMPARE(view().lanes[view().focus].runs, std::vector<std::string>{"a.kvf#1"});
  QCOMPARE(show_cells(20).size(), 41);
  QCOMPARE(show_cells(21),
           (QStringList{"Add map of heads", "Add map of blocks ...", "Add map of attention ..."}));
  // The finder has them all.
  canvas().setFocus();
  press(QStringLiteral("Ctrl+F"));
  QDialog* dialog = open_dialog(QStringLiteral("Find a lane, or add one"));
  QVERIFY(dialog != nullptr);
  QTest::keyClicks(dialog->findChild<QLineEdit*>(),
                   QStringLiteral("map of blocks layer 0 head 20"));
  QCOMPARE(dialog->findChild<QListWidget*>()->count(), 1);
  QTest::keyClick(dialog->findChild<QLineEdit*>(), Qt::Key_Return);
  QCOMPARE(view().lanes[view().focus].series, std::string("layer 0 head 20"));
}

void WindowTest::focused_lanes_come_into_sight() {
  ViewState many = rich_view();
  many.focus = 0;
  many.scroll = 0;
  window_->set_view(many);
  const auto in_sight = [this] {
    const Layout& places = canvas().places();
    const QRectF lane = places.lanes.at(view().focus);
    return lane.top() >= places.plot.top() - 1 && lane.bottom() <= places.plot.bottom() + 1;
  };
  for (int i = 0; i < 9; ++i) {
    press(QStringLiteral("Down"));
    QVERIFY(in_sight());
  }
  QCOMPARE(view().focus, std::size_t{9});
  QVERIFY(view().scroll > 0);
  for (int i = 0; i < 9; ++i) {
    press(QStringLiteral("Up"));
    QVERIFY(in_sight());
  }
  QCOMPARE(view().scroll, 0.0);
}

void WindowTest::dropped_files_are_opened() {
  QSignalSpy asked(window_.get(), &MainWindow::open_asked);
  QMimeData data;
  data.setUrls({QUrl::fromLocalFile(QStringLiteral("/x/a.kvf")),
                QUrl(QStringLiteral("https://x/b")),
                QUrl::fromLocalFile(QStringLiteral("/x/b.json"))});
  QDragEnterEvent enter({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, {});
  QApplication::sendEvent(window_.get(), &enter);
  QVERIFY(enter.isAccepted());
  QDropEvent drop({10, 10}, Qt::CopyAction, &data, Qt::LeftButton, {});
  QApplication::sendEvent(window_.get(), &drop);
  QCOMPARE(asked.size(), 1);
  QCOMPARE(asked[0][0].toStringList(), (QStringList{"/x/a.kvf", "/x/b.json"}));
}

void WindowTest::runs_are_shown_and_compared_from_the_list() {
  QTreeWidget* tree = window_->findChild<QTreeWidget*>();
  QCOMPARE(tree->topLevelItemCount(), 2);  // recall, rag
  QTreeWidgetItem* recall = tree->topLevelItem(0);
  QCOMPARE(recall->text(0), QStringLiteral("recall"));
  recall->child(1)->setCheckState(0, Qt::Unchecked);
  QTRY_COMPARE(view().lanes[0].runs, (std::vector<std::string>{"a.kvf#1", "a.kvf#3", "a.kvf#4"}));
  QTRY_COMPARE(recall->checkState(0), Qt::PartiallyChecked);
  press(QStringLiteral("Ctrl+Z"));
  window_->refresh_panels();
  QCOMPARE(recall->child(1)->checkState(0), Qt::Checked);
  // A whole task is one step.
  tree->topLevelItem(1)->setCheckState(0, Qt::Unchecked);
  QTRY_COMPARE(view().lanes[0].runs, (std::vector<std::string>{"a.kvf#1", "a.kvf#2"}));
  press(QStringLiteral("Ctrl+Z"));
  QCOMPARE(view().lanes[0].runs.size(), std::size_t{4});

  window_->refresh_panels();
  QCOMPARE(recall->child(0)->checkState(1), Qt::Checked);  // A
  QCOMPARE(recall->child(1)->checkState(2), Qt::Checked);  // B
  tree->topLevelItem(1)->child(0)->setCheckState(2, Qt::Checked);
  QCOMPARE(view().compared, (std::array<std::string, 2>{"a.kvf#1", "a.kvf#3"}));
  tree->setCurrentItem(recall->child(1));
  tree->setFocus();
  QTRY_VERIFY(tree->hasFocus());
  press(QStringLiteral("Ctrl+Shift+A"));
  QCOMPARE(view().compared, (std::array<std::string, 2>{"a.kvf#2", "a.kvf#3"}));
  press(QStringLiteral("Ctrl+Shift+B"));  // they change places
  QCOMPARE(view().compared, (std::array<std::string, 2>{"a.kvf#3", "a.kvf#2"}));
  window_->refresh_panels();
  QCOMPARE(recall->child(1)->checkState(2), Qt::Checked);
  // Their difference can be seen from here.
  tree->setFocus();
  QTRY_VERIFY(tree->hasFocus());
  const std::size_t lanes = view().lanes.size();
  press(QStringLiteral("B"));
  QCOMPARE(view().lanes.size(), lanes + 1);
  QVERIFY(view().lanes[view().focus].kind == LaneKind::difference);
  // One is always A.
  tree->topLevelItem(1)->child(0)->setCheckState(1, Qt::Unchecked);
  QCOMPARE(tree->topLevelItem(1)->child(0)->checkState(1), Qt::Checked);
}

void WindowTest::a_right_click_offers_what_can_be_done_with_the_run() {
  auto* tree = window_->findChild<QTreeWidget*>();
  QCOMPARE(tree->contextMenuPolicy(), Qt::ActionsContextMenu);
  QVERIFY(!window_->action(Command::make_a)->isEnabled());
  tree->setCurrentItem(tree->topLevelItem(0)->child(0));
  QVERIFY(window_->action(Command::make_a)->isEnabled());
  QVERIFY(window_->action(Command::make_b)->isEnabled());
  tree->setCurrentItem(tree->topLevelItem(0));
  QVERIFY(!window_->action(Command::make_b)->isEnabled());
  const QList<QAction*> actions{window_->action(Command::make_a), window_->action(Command::make_b),
                                window_->action(Command::difference),
                                window_->action(Command::what_if_run)};
  QCOMPARE(tree->actions(), actions);
}

void WindowTest::footprint_and_peak_are_in_the_list() {
  Document with = *document_;
  auto known = std::make_shared<Run>(*with.runs[1]);
  known->footprint = 0.4567;
  known->peak = 1;
  with.runs[1] = known;
  window_->show_document(std::make_shared<const Document>(with));
  const QTreeWidget* tree = window_->findChild<QTreeWidget*>();
  QCOMPARE(tree->headerItem()->text(3), QStringLiteral("Footprint"));
  QCOMPARE(tree->headerItem()->text(4), QStringLiteral("Peak"));
  for (int column = 1; column <= 4; ++column) {
    QVERIFY(tree->headerItem()->toolTip(column).contains(u' '));
  }
  const QTreeWidgetItem* recall = tree->topLevelItem(0);
  QCOMPARE(recall->child(1)->text(3), QStringLiteral("45.7 %"));
  QCOMPARE(recall->child(1)->text(4), QStringLiteral("100.0 %"));
  QCOMPARE(recall->child(0)->text(3), QString());  // not known
  // Each has a piece of its line, and a long name keeps its end, in which names differ.
  QCOMPARE(tree->textElideMode(), Qt::ElideMiddle);
  std::vector<QColor> colours;
  for (int i = 0; i < 2; ++i) {
    const QImage sample = recall->child(i)->icon(0).pixmap(22, 12).toImage();
    colours.push_back(sample.pixelColor(2, sample.height() / 2));
    const Run& run = *with.runs[static_cast<std::size_t>(i)];
    QCOMPARE(colours.back(), mark_in_lanes(with, view(), run).line);
  }
  QVERIFY(colours[0] != colours[1]);
  // What kind they are is said once, where all of a file and task are of one.
  known = std::make_shared<Run>(*known);
  known->kind = RunKind::predicted;
  with.runs[1] = known;
  window_->show_document(std::make_shared<const Document>(with));
  QCOMPARE(tree->topLevelItem(0)->text(0), QStringLiteral("recall"));
  QCOMPARE(tree->topLevelItem(0)->child(0)->text(0), QStringLiteral("full"));
  QCOMPARE(tree->topLevelItem(0)->child(1)->text(0), QStringLiteral("streaming (predicted)"));
  known = std::make_shared<Run>(*with.runs[0]);
  known->kind = RunKind::predicted;
  with.runs[0] = known;
  window_->show_document(std::make_shared<const Document>(with));
  QCOMPARE(tree->topLevelItem(0)->text(0), QStringLiteral("recall (predicted)"));
  QCOMPARE(tree->topLevelItem(0)->child(1)->text(0), QStringLiteral("streaming"));
}

void WindowTest::the_next_task_is_opened_in_the_list() {
  ViewState first = view();
  for (Lane& lane : first.lanes) lane.runs = {"a.kvf#1", "a.kvf#2"};
  window_->set_view(first);
  QTreeWidget* tree = window_->findChild<QTreeWidget*>();
  tree->topLevelItem(0)->setExpanded(false);
  tree->topLevelItem(1)->setExpanded(false);
  press(QStringLiteral("L"));
  QVERIFY(!tree->topLevelItem(0)->isExpanded());
  press(QStringLiteral("T"));
  QVERIFY(tree->topLevelItem(1)->isExpanded());
}

void WindowTest::runs_are_filtered() {
  QTreeWidget* tree = window_->findChild<QTreeWidget*>();
  auto* filter = window_->findChild<RunList*>()->findChild<QLineEdit*>();
  filter->setText(QStringLiteral("STREAM"));
  QVERIFY(tree->topLevelItem(0)->child(0)->isHidden());
  QVERIFY(!tree->topLevelItem(0)->child(1)->isHidden());
  filter->setText(QStringLiteral("rag"));
  QVERIFY(tree->topLevelItem(0)->isHidden());
  QVERIFY(!tree->topLevelItem(1)->child(0)->isHidden());
}

void WindowTest::values_at_the_cursor_are_text() {
  TextTable* values = table("Values at the cursor");
  QVERIFY(values != nullptr);
  QCOMPARE(values->rowCount(), 0);
  QVERIFY(!values->hint().isEmpty());
  const QImage hinted = values->viewport()->grab().toImage();
  values->set_hint({});
  QVERIFY(values->viewport()->grab().toImage() != hinted);
  move(at(310));
  window_->refresh_panels();
  QCOMPARE(values->item(0, 2)->text(), QStringLiteral("cache"));
  QCOMPARE(values->item(0, 3)->text(), QStringLiteral("400 bytes"));
  QVERIFY(canvas().accessibleDescription().contains(QStringLiteral("full")));
  QVERIFY(canvas().accessibleDescription().contains(QStringLiteral("400 bytes")));
  // Those that are selected are copied.
  values->setFocus();
  QTRY_VERIFY(values->hasFocus());
  values->selectRow(1);
  press(QStringLiteral("Ctrl+C"));
  const QStringList lines = QApplication::clipboard()->text().split(u'\n');
  QCOMPARE(lines.size(), 2);
  QCOMPARE(lines[0], QStringLiteral("Lane\tRun\tSeries\tValue"));
  QVERIFY(lines[1].startsWith(QStringLiteral("1\t")));
}

void WindowTest::figures_of_the_range_are_text() {
  TextTable* figures = table("Figures of the range");
  QVERIFY(figures != nullptr);
  ViewState selected = view();
  selected.selection = Interval{90, 310};
  window_->set_view(selected);
  window_->refresh_panels();
  const QStringList wanted{"full, recall", "cache",      "400 bytes", "token 300",       "40 bytes",
                           "400 bytes",    "+360 bytes", "40 bytes",  "20,400 byte-rows"};
  for (int column = 0; column < wanted.size(); ++column) {
    QCOMPARE(figures->item(0, column)->text(), wanted[column]);
  }
  QVERIFY(figures->horizontalHeaderItem(8)->toolTip().contains(QStringLiteral("not")));
  // As wide as the values beside them, and no column is too narrow.
  auto* values_panel = window_->findChild<QDockWidget*>(QStringLiteral("values-panel"));
  auto* figures_panel = window_->findChild<QDockWidget*>(QStringLiteral("statistics-panel"));
  QVERIFY(std::abs(values_panel->width() - figures_panel->width()) < window_->width() / 10);
  for (int column = 0; column < 8; ++column) {
    const int width = figures->fontMetrics().horizontalAdvance(figures->item(0, column)->text());
    QVERIFY(figures->columnWidth(column) > width);
  }
  // Without a selection: of what is shown.
  selected.selection.reset();
  selected.range = {0, 100};
  window_->set_view(selected);
  window_->refresh_panels();
  QCOMPARE(figures->item(0, 8)->text(), QStringLiteral("4,000 byte-rows"));
  // Runs are called what the lanes call them, and a difference has figures, too.
  Document two;
  for (const RunKind kind : {RunKind::predicted, RunKind::captured}) {
    auto run = std::make_shared<Run>(*document_->runs[kind == RunKind::predicted ? 0 : 1]);
    run->label = "full";
    run->kind = kind;
    run->source = "host";
    two.runs.push_back(std::move(run));
  }
  ViewState compared = first_view(two);
  compared.lanes = {{LaneKind::lines, {two.runs[0]->id, two.runs[1]->id}, "cache", 1, false},
                    {LaneKind::difference, {two.runs[0]->id, two.runs[1]->id}, "cache", 1, false}};
  window_->show_document(std::make_shared<const Document>(two));
  window_->set_view(compared);
  window_->refresh_panels();
  QCOMPARE(figures->rowCount(), 3);
  QCOMPARE(figures->item(0, 0)->text(), QStringLiteral("full (predicted)"));
  QCOMPARE(figures->item(1, 0)->text(), QStringLiteral("full (host)"));
  QCOMPARE(figures->item(2, 0)->text(), QStringLiteral("full (host) - full (predicted)"));
  QCOMPARE(figures->item(2, 2)->text(), QStringLiteral("60 bytes"));
}

void WindowTest::problems_are_shown_in_the_readers_words() {
  auto* panel = window_->findChild<QDockWidget*>(QStringLiteral("problems-panel"));
  QVERIFY(!panel->isVisible());
  Document bad = *document_;
  auto lossy = std::make_shared<Run>(*bad.runs[1]);
  lossy->problems = {"dropped 3"};
  bad.runs[1] = lossy;
  bad.errors = {
      {"b.kvf", "b.kvf: the file is not a database"},
      {"c.kvf", qt("c.kvf: many words that say what is wrong ").repeated(9).toStdString()}};
  window_->show_document(std::make_shared<const Document>(bad));
  QVERIFY(panel->isVisible());
  TextTable* problems = table("Problems");
  QCOMPARE(problems->item(0, 1)->text(), QStringLiteral("b.kvf: the file is not a database"));
  QCOMPARE(problems->item(2, 0)->text(), QStringLiteral("streaming, recall"));
  QCOMPARE(problems->item(2, 1)->text(), QStringLiteral("dropped 3"));
  // Long words are read in full.
  QTRY_VERIFY(panel->width() > window_->width() / 5);
  QTRY_VERIFY(problems->rowHeight(1) >= 2 * problems->fontMetrics().height());
  QVERIFY(window_->findChild<QTreeWidget*>()->topLevelItem(0)->child(1)->text(0).endsWith(u'!'));
}

// Of several tasks and files it is seen whose a problem is; what two runs have only together is one, too.
void WindowTest::problems_say_whose_they_are() {
  Document bad;
  bad.files = {"a.kvf", "x/a.kvf"};
  const auto add = [&](const char* file, const char* label, const char* task,
                       std::vector<std::string> problems) {
    const auto number = static_cast<int>(bad.runs.size()) + 1;
    auto run = test::run(file, number, label, task, {test::series("cache", {0}, {1}, 10)});
    run->problems = std::move(problems);
    bad.runs.push_back(std::move(run));
  };
  add("a.kvf", "full", "recall", {"incomplete", "not predicted"});
  add("a.kvf", "full", "rag", {"incomplete"});
  add("a.kvf", "streaming", "rag", {"lossy"});
  add("x/a.kvf", "full", "rag", {"lossy"});
  add("x/a.kvf", "other", "rag", {"incomplete"});
  add("x/a.kvf", "other", "recall", {"incomplete"});
  window_->show_document(std::make_shared<const Document>(bad));
  const auto rows = [&] {
    QStringList found;
    TextTable* problems = table("Problems");
    for (int row = 0; row < problems->rowCount(); ++row) {
      found << problems->item(row, 0)->text() + qt(": ") + problems->item(row, 1)->text();
    }
    return found;
  };
  QCOMPARE(rows(),
           (QStringList{qt("full, a.kvf (2 runs): incomplete"), qt("full, recall: not predicted"),
                        qt("streaming, rag: lossy"), qt("full, rag, x/a.kvf: lossy"),
                        qt("other (2 runs): incomplete")}));

  // The passes of a capture are not those that were expected.
  Document two;
  for (const RunKind kind : {RunKind::predicted, RunKind::captured}) {
    const std::int64_t end = kind == RunKind::predicted ? 4 : 2;
    std::vector<std::int64_t> xs{0, 1, 1, 2}, values{1, 1, 2, 2};
    if (end == 4) xs.insert(xs.end(), {2, 3, 3, 4});
    if (end == 4) values.insert(values.end(), {3, 3, 4, 4});
    auto run = test::run("c.kvf", static_cast<int>(end), "full", "",
                         {test::series("cache", xs, values, end, Axis::pass)});
    run->kind = kind;
    run->source = "host";
    two.runs.push_back(std::move(run));
  }
  window_->show_document(std::make_shared<const Document>(two));
  ViewState view = first_view(two);
  QCOMPARE(view.lanes.back().kind, LaneKind::residual);
  window_->set_view(view);
  window_->refresh_panels();
  QCOMPARE(rows(), (QStringList{qt("full (host) - full (predicted): passes differ: passes has 4 "
                                   "expected, 2 found")}));
  view.lanes.pop_back();
  window_->set_view(view);
  window_->refresh_panels();
  QVERIFY(rows().isEmpty());
}

void WindowTest::reading_is_seen() {
  auto* progress = window_->findChild<QProgressBar*>();
  QVERIFY(!progress->isVisible());
  Document part = *document_;
  part.complete = false;
  window_->show_document(std::make_shared<const Document>(part));
  QVERIFY(progress->isVisible());
  window_->show_document(document_);
  QVERIFY(!progress->isVisible());
}

void WindowTest::nothing_open_says_what_to_do() {
  MainWindow empty;
  empty.show();
  auto* welcome = empty.findChild<Welcome*>();
  QVERIFY(welcome->isVisible());
  QVERIFY(!empty.canvas().isVisible());
  const auto is_whole = [&] {
    QCoreApplication::processEvents();
    for (auto* label : welcome->findChildren<QLabel*>()) {
      if (!label->isVisible() || !label->wordWrap()) continue;
      if (label->height() < label->heightForWidth(label->width())) return false;
    }
    return true;
  };
  QSignalSpy asked(&empty, &MainWindow::open_asked);
  QTemporaryDir folder;
  for (const char* name : {"old.kvf", "new.kvf"}) {
    QFile file(folder.filePath(QLatin1String(name)));
    QVERIFY(file.open(QIODevice::WriteOnly));
    QVERIFY(file.write("x") == 1 && file.flush());
    QVERIFY(file.setFileTime(QDateTime::currentDateTime().addDays(name[0] == 'o' ? -2 : -1),
                             QFileDevice::FileModificationTime));
  }
  welcome->look_in(folder.path());
  QPushButton* newest = nullptr;
  for (auto* button : welcome->findChildren<QPushButton*>()) {
    if (button->text().contains(QStringLiteral("new.kvf"))) newest = button;
  }
  QVERIFY(newest != nullptr);
  // An empty file cannot be opened: it is not offered, though it is newer.
  QFile hollow(folder.filePath(QStringLiteral("hollow.kvf")));
  QVERIFY(hollow.open(QIODevice::WriteOnly));
  hollow.close();
  welcome->look_in(folder.path());
  QVERIFY(newest->text().contains(QStringLiteral("new.kvf")));
  QVERIFY(is_whole());
  newest->click();
  QCOMPARE(asked.size(), 1);
  QCOMPARE(asked[0][0].toStringList(), QStringList{folder.filePath(QStringLiteral("new.kvf"))});
  // What could not be opened is said here too.
  Document bad;
  bad.errors = {{"x.kvf", "x.kvf: no such file"}};
  empty.show_document(std::make_shared<const Document>(bad));
  bool said = false;
  for (auto* label : welcome->findChildren<QLabel*>()) {
    said = said || (label->isVisible() && label->text() == QStringLiteral("x.kvf: no such file"));
  }
  QVERIFY(said);
  QVERIFY(is_whole());
}

void WindowTest::more_files_come_to_what_is_shown() {
  press(QStringLiteral("L"));  // what a user has changed stays
  Document more = *document_;
  more.runs.push_back(
      test::run("b.kvf", 1, "locret", "recall", {test::series("cache", {0}, {7}, 1000)}));
  window_->show_document(std::make_shared<const Document>(more));
  QVERIFY(!view().legend);
  QCOMPARE(view().lanes[0].runs.back(), std::string("b.kvf#1"));
  more.files = {"a.kvf", "folder/b.kvf"};
  window_->show_document(std::make_shared<const Document>(more));
  QCOMPARE(window_->windowTitle(), QStringLiteral("a.kvf - b.kvf - kvfootprint"));
}

void WindowTest::a_what_if_comes_and_is_replaced() {
  const auto make = [](const std::string& id, std::int64_t bytes) {
    auto one = test::run(id, 1, "streaming 70 %", "", {test::series("cache", {0}, {bytes}, 1000)});
    one->kind = RunKind::what_if;
    return one;
  };
  window_->show_what_if(nullptr, make("what if", 7));
  QCOMPARE(view().lanes[0].runs.back(), std::string("what if#1"));
  const ViewState before = view();
  window_->show_what_if(nullptr, make("what if", 9));
  QVERIFY(view() == before);
  QCOMPARE(window_->document().runs.back()->series[0].peak, 9);
  QCOMPARE(window_->document().runs.size(), std::size_t{5});
  // Once a baseline is pinned, it is A.
  window_->show_what_if(make("baseline", 9), make("what if", 8));
  QCOMPARE(view().compared, (std::array<std::string, 2>{"baseline#1", "what if#1"}));
  window_->show_what_if(make("baseline", 9), nullptr);
  QCOMPARE(window_->document().runs.size(), std::size_t{5});
}

void WindowTest::views_are_saved_and_opened() {
  QTemporaryDir folder;
  const QString file = folder.filePath(QStringLiteral("view.json"));
  window_->set_view(rich_view());
  QCOMPARE(window_->save_view(file), QString());
  const ViewState saved = view();
  press(QStringLiteral("0"));
  QCOMPARE(window_->open_view(file), QString());
  QVERIFY(view() == saved);
  QVERIFY(window_->open_view(folder.filePath(QStringLiteral("none")))
              .contains(QStringLiteral("none: ")));
  QFile bad(file);
  QVERIFY(bad.open(QIODevice::WriteOnly));
  bad.write("{\"kvfootprint-view\": 1, \"axis\": \"x\"}");
  bad.close();
  QVERIFY(window_->open_view(file).endsWith(
      QStringLiteral("view.json:1:33: error: 'axis' is 'x'; expected one of row, pass, second")));
  QVERIFY(view() == saved);
  // Before its document, it waits for that.
  MainWindow other;
  QCOMPARE(window_->save_view(file), QString());
  QCOMPARE(other.open_view(file), QString());
  other.show_document(document_);
  QVERIFY(other.view() == saved);
  // Of files that were elsewhere, too.
  ViewState elsewhere = saved;
  for (Lane& lane : elsewhere.lanes) {
    for (std::string& id : lane.runs) id = "some/where/" + id;
  }
  QVERIFY(bad.open(QIODevice::WriteOnly));
  bad.write(QByteArray::fromStdString(to_json(elsewhere)));
  bad.close();
  for (const bool before : {false, true}) {
    MainWindow third;
    if (!before) third.show_document(document_);
    QCOMPARE(third.open_view(file), QString());
    if (before) third.show_document(document_);
    QVERIFY(third.view() == saved);
  }
}

void WindowTest::exports_go_through_the_door() {
  QVERIFY(!window_->action(Command::export_picture)->isEnabled());
  QString written;
  window_->set_export([&written](const QString& file, const Document& document, const ViewState&,
                                 QSize size, double scale) {
    written = QStringLiteral("%1 %2 %3 %4")
                  .arg(file)
                  .arg(document.runs.size())
                  .arg(size.width())
                  .arg(scale);
    return QStringLiteral("disk full");
  });
  QVERIFY(window_->action(Command::export_picture)->isEnabled());
  QCOMPARE(window_->export_to(QStringLiteral("x.svg")), QStringLiteral("disk full"));
  QCOMPARE(written, QStringLiteral("x.svg 4 %1 %2")
                        .arg(canvas().width())
                        .arg(qEnvironmentVariable("QT_SCALE_FACTOR", "1")));
}

void WindowTest::lanes_and_commands_are_found_by_typing() {
  press(QStringLiteral("Ctrl+F"));
  QDialog* dialog = open_dialog(QStringLiteral("Find a lane, or add one"));
  QVERIFY(dialog != nullptr);
  QTest::keyClicks(dialog->findChild<QLineEdit*>(), QStringLiteral("layer 0"));
  QCOMPARE(dialog->findChild<QListWidget*>()->count(), 1);
  QTest::keyClick(dialog->findChild<QLineEdit*>(), Qt::Key_Return);
  QCOMPARE(view().lanes.at(view().focus).series, std::string("layer 0 full"));
  QVERIFY(open_dialog(QStringLiteral("Find a lane, or add one")) == nullptr);

  canvas().setFocus();
  press(QStringLiteral("Ctrl+Shift+P"));
  dialog = open_dialog(QStringLiteral("Find a command"));
  QVERIFY(dialog != nullptr);
  // Without a window manager nobody else says which window has the keyboard.
  dialog->activateWindow();
  QVERIFY(QTest::qWaitForWindowActive(dialog));
  auto* line = dialog->findChild<QLineEdit*>();
  line->setFocus();
  QTRY_VERIFY(line->hasFocus());
  QTest::keyClicks(line, QStringLiteral("zoom"));
  QVERIFY(dialog->findChild<QListWidget*>()->count() >= 2);
  const std::size_t lane = view().focus;
  QTest::keyClick(line, Qt::Key_Down);
  QCOMPARE(view().focus, lane);
  QCOMPARE(dialog->findChild<QListWidget*>()->currentRow(), 1);
  line->setText(QStringLiteral("legend"));
  QVERIFY(view().legend);
  QTest::keyClick(line, Qt::Key_Return);
  QVERIFY(!view().legend);
}

void WindowTest::the_help_has_every_key() {
  const QString page = help_page();
  for (const CommandInfo& command : commands()) {
    QVERIFY(page.contains(qt(command.words).toHtmlEscaped()));
    QVERIFY(page.contains(keys_in_words(command).toHtmlEscaped()));
  }
  for (const Gesture& gesture : gestures()) QVERIFY(page.contains(qt(gesture.words)));
}

void WindowTest::dark_and_light() {
  QCOMPARE(view().theme, Theme::light);
  QVERIFY(QApplication::palette().color(QPalette::Window).lightness() > 128);
  press(QStringLiteral("Ctrl+T"));
  QCOMPARE(view().theme, Theme::dark);
  QVERIFY(window_->action(Command::theme)->isChecked());
  QVERIFY(QApplication::palette().color(QPalette::Window).lightness() < 128);
}

void WindowTest::boxes_to_be_ticked_are_seen() {
  const std::unique_ptr<QStyle> style(window_style());
  const auto luminance = [](QRgb pixel) {  // WCAG 2
    const auto linear = [](int level) {
      const double share = level / 255.0;
      return share <= 0.04045 ? share / 12.92 : std::pow((share + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(qRed(pixel)) + 0.7152 * linear(qGreen(pixel)) +
           0.0722 * linear(qBlue(pixel));
  };
  for (const Theme theme : {Theme::light, Theme::dark}) {
    QStyleOptionButton box;
    box.palette = window_palette(theme);
    box.rect = {2, 2, 14, 14};
    box.state = QStyle::State_Enabled | QStyle::State_Off;
    for (const auto element : {QStyle::PE_IndicatorCheckBox, QStyle::PE_IndicatorItemViewItemCheck,
                               QStyle::PE_IndicatorRadioButton}) {
      for (const auto ground : {QPalette::Base, QPalette::Window}) {
        QImage image(18, 18, QImage::Format_RGB32);
        image.fill(box.palette.color(ground));
        QPainter painter(&image);
        style->drawPrimitive(element, &box, &painter);
        painter.end();
        double a = luminance(image.pixel(2, 8)), b = luminance(image.pixel(0, 8));
        if (a < b) std::swap(a, b);
        QVERIFY((a + 0.05) / (b + 0.05) >= 3);
      }
    }
  }
}

void WindowTest::all_controls_have_names() {
  int seen = 0;
  for (auto* widget : window_->findChildren<QWidget*>()) {
    if (widget->focusPolicy() == Qt::NoFocus) continue;
    if (widget->objectName().startsWith(QStringLiteral("qt_"))) continue;  // parts of Qt's own
    const QAccessibleInterface* interface = QAccessible::queryAccessibleInterface(widget);
    QVERIFY(interface != nullptr);
    const QString name = interface->text(QAccessible::Name);
    QVERIFY2(!name.isEmpty(), widget->metaObject()->className());
    ++seen;
  }
  QVERIFY(seen >= 6);
}

void WindowTest::every_command_is_reached_by_keyboard() {
  QList<QAction*> in_menus;
  for (QAction* menu : window_->menuBar()->actions()) {
    QVERIFY(menu->text().contains(u'&'));
    in_menus += menu->menu()->actions();
  }
  for (const CommandInfo& command : commands()) {
    QAction* action = window_->action(command.command);
    QVERIFY2(!action->shortcuts().isEmpty(), std::string(command.name).c_str());
    for (const QKeySequence& keys : action->shortcuts()) QVERIFY(!keys.isEmpty());
    QVERIFY(in_menus.contains(action));
  }
  // Every tool is such an action.
  for (QAction* action : window_->findChild<QToolBar*>()->actions()) {
    QVERIFY(action->isSeparator() || in_menus.contains(action));
  }
}

}  // namespace

QTEST_MAIN(WindowTest)
#include "window_test.moc"
