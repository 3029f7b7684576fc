// The window's menus, tool bar and panels, and how they follow the view.
#include <QAccessible>
#include <QDockWidget>
#include <QFileInfo>
#include <QHeaderView>
#include <QLabel>
#include <QMenuBar>
#include <QProgressBar>
#include <QStatusBar>
#include <QToolBar>
#include <QTreeWidget>
#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "gui/document/run_names.h"
#include "gui/render/frame.h"
#include "gui/render/words.h"
#include "gui/view/derive.h"
#include "gui/view/statistics.h"
#include "gui/widgets/canvas.h"
#include "gui/widgets/help.h"
#include "gui/widgets/main_window.h"
#include "gui/widgets/run_list.h"
#include "gui/widgets/text_table.h"
#include "gui/widgets/welcome.h"
#include "timeline/json_text.h"

namespace kvf::gui {
namespace {

// Before these a menu has a line.
constexpr std::array kGroups{
    Command::export_picture, Command::copy_values, Command::quit,      Command::zoom_in,
    Command::show_all,       Command::select_from, Command::next_axis, Command::full_screen,
    Command::fit_lane,       Command::lane_down,   Command::make_a,    Command::next_phase,
    Command::next_peak,      Command::pin,         Command::next_task, Command::palette,
};
constexpr std::array kCheckable{Command::legend, Command::phases, Command::theme,
                                Command::full_screen, Command::what_if};

struct Tool {
  Command command;
  const char* words;
};
constexpr std::array kTools{
    Tool{Command::open, "Open"},           Tool{Command::undo, "Undo"},
    Tool{Command::redo, "Redo"},           Tool{Command::zoom_out, "Zoom out"},
    Tool{Command::zoom_in, "Zoom in"},     Tool{Command::show_all, "Full range"},
    Tool{Command::next_axis, "Axis"},      Tool{Command::difference, "B - A"},
    Tool{Command::stack, "Components"},    Tool{Command::previous_task, "Previous task"},
    Tool{Command::next_task, "Next task"}, Tool{Command::what_if, "What if"},
    Tool{Command::theme, "Dark"},          Tool{Command::help, "Keys"},
};

template <class List>
bool has(const List& list, Command command) {
  return std::find(list.begin(), list.end(), command) != list.end();
}

QString area_words(const RangeStatistics& row, Axis axis) {
  if (!row.area) return QStringLiteral("...");
  constexpr std::array<std::string_view, 3> kOf{"rows", "passes", "ns"};
  QString digits = qt(to_string(*row.area));
  for (qsizetype at = digits.size() - 3; at > (digits.startsWith(u'-') ? 1 : 0); at -= 3) {
    digits.insert(at, u',');
  }
  QString unit = qt(to_string(row.series->unit));
  if (unit.endsWith(u's')) unit.chop(1);
  if (unit == QStringLiteral("entrie")) unit = QStringLiteral("entry");
  return digits + u' ' + unit + u'-' + qt(kOf[index_of(axis)]);
}

QString signed_words(TrackUnit unit, std::int64_t value) {
  return (value > 0 ? QStringLiteral("+") : QString()) + qt(value_in_words(unit, value));
}

}  // namespace

void MainWindow::make_actions() {
  std::array<QMenu*, kMenuWords.size()> menus{};
  for (std::size_t i = 0; i < menus.size(); ++i) {
    menus[i] = menuBar()->addMenu(u'&' + qt(kMenuWords[i]));
  }
  for (const CommandInfo& command : commands()) {
    QMenu* menu = menus[static_cast<std::size_t>(command.menu)];
    if (has(kGroups, command.command)) menu->addSeparator();
    QAction* action = menu->addAction(qt(command.words));
    action->setObjectName(qt(command.name));
    action->setToolTip(qt(command.words) + QStringLiteral(" (%1)").arg(keys_in_words(command)));
    action->setStatusTip(qt(command.words));
    action->setCheckable(has(kCheckable, command.command));
    QList<QKeySequence> keys;
    for (const QString& text : qt(command.keys).split(QStringLiteral(" | "))) {
      keys << QKeySequence(text);
    }
    action->setShortcuts(keys);
    // Letters act where the lanes have the keyboard: elsewhere one types.
    action->setShortcutContext(command.everywhere ? Qt::WindowShortcut : Qt::WidgetShortcut);
    if (!command.everywhere) canvas_->addAction(action);
    connect(action, &QAction::triggered, this, [this, &command] { perform(command.command); });
    actions_[command.command] = action;
  }
  lane_menu_ = menus[static_cast<std::size_t>(Menu::lanes)];
  connect(lane_menu_, &QMenu::aboutToShow, this, &MainWindow::offer_maps);
  panels_menu_ = menus[static_cast<std::size_t>(Menu::view)]->addMenu(tr("Panels"));
}

void MainWindow::make_toolbar() {
  QToolBar* bar = addToolBar(tr("Tools"));
  bar->setObjectName(QStringLiteral("tools"));
  bar->setMovable(false);
  bar->setToolButtonStyle(Qt::ToolButtonTextOnly);
  for (const Tool& tool : kTools) {
    QAction* one = action(tool.command);
    one->setIconText(tr(tool.words));
    bar->addAction(one);
    const bool ends_group = tool.command == Command::open || tool.command == Command::redo ||
                            tool.command == Command::next_axis || tool.command == Command::stack ||
                            tool.command == Command::next_task;
    if (ends_group) bar->addSeparator();
  }
}

QDockWidget* MainWindow::add_panel(const QString& title, const QString& name, QWidget* widget,
                                   Qt::DockWidgetArea area) {
  auto* panel = new QDockWidget(title, this);
  panel->setObjectName(name);
  panel->setWidget(widget);
  panel->setFeatures(QDockWidget::DockWidgetClosable | QDockWidget::DockWidgetMovable);
  addDockWidget(area, panel);
  panels_menu_->addAction(panel->toggleViewAction());
  return panel;
}

void MainWindow::make_panels() {
  setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
  setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
  runs_ = new RunList;
  values_ =
      new TextTable(tr("Values at the cursor"), {tr("Lane"), tr("Run"), tr("Series"), tr("Value")});
  statistics_ = new TextTable(tr("Figures of the range"),
                              {tr("Run"), tr("Series"), tr("Most"), tr("Most at"), tr("Start"),
                               tr("End"), tr("Change"), tr("Least"), tr("Area drawn")});
  statistics_->horizontalHeaderItem(statistics_->columnCount() - 1)
      ->setToolTip(tr("The area below the step that is drawn. It is not what the KV footprint is "
                      "made of: that sums what each row could attend."));
  values_->set_hint(tr("Move the pointer over a lane"));
  problems_ = new TextTable(tr("Problems"), {tr("File or run"), tr("What is wrong")});
  problems_->wrap_words();
  // Its menu. Who has just chosen A and B there need not go back to the lanes to see their difference.
  for (const Command command :
       {Command::make_a, Command::make_b, Command::difference, Command::what_if_run}) {
    runs_->tree().addAction(action(command));
  }
  runs_->tree().setContextMenuPolicy(Qt::ActionsContextMenu);
  const auto offer = [this] {  // a task is no run
    for (const Command command : {Command::make_a, Command::make_b}) {
      action(command)->setEnabled(!runs_->selected().empty());
    }
  };
  connect(&runs_->tree(), &QTreeWidget::currentItemChanged, this, offer);
  offer();
  runs_panel_ = add_panel(tr("Runs"), QStringLiteral("runs-panel"), runs_, Qt::LeftDockWidgetArea);
  values_panel_ = add_panel(values_->accessibleName(), QStringLiteral("values-panel"), values_,
                            Qt::BottomDockWidgetArea);
  statistics_panel_ = add_panel(statistics_->accessibleName(), QStringLiteral("statistics-panel"),
                                statistics_, Qt::BottomDockWidgetArea);
  problems_panel_ = add_panel(problems_->accessibleName(), QStringLiteral("problems-panel"),
                              problems_, Qt::BottomDockWidgetArea);
  // There is something in them once a file is open.
  for (QDockWidget* panel : {runs_panel_, values_panel_, statistics_panel_, problems_panel_}) {
    panel->hide();
  }
  place_ = new QLabel;
  place_->setAccessibleName(tr("What is shown"));
  place_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  progress_ = new QProgressBar;
  progress_->setAccessibleName(tr("Reading"));
  progress_->setMaximumWidth(180);
  progress_->setFormat(tr("reading %p %"));
  progress_->hide();
  statusBar()->addPermanentWidget(progress_);
  statusBar()->addPermanentWidget(place_);
}

void MainWindow::show_panels() {
  for (QDockWidget* panel : {runs_panel_, values_panel_, statistics_panel_}) panel->show();
  resizeDocks({runs_panel_}, {390}, Qt::Horizontal);
  resizeDocks({values_panel_, statistics_panel_}, {190, 190}, Qt::Vertical);
  resizeDocks({values_panel_, statistics_panel_}, {500, 500}, Qt::Horizontal);
}

void MainWindow::refresh_panels() {
  panels_timer_.stop();
  refresh_values();
  refresh_statistics();
  refresh_problems();
  const Interval range = shown_range(*document_, view());
  if (!document_->complete || !document_->runs.empty()) {
    Q_EMIT range_shown(view().axis, range.begin, range.end);
  }
}

void MainWindow::refresh_values() {
  const ViewState& now = view();
  std::vector<QStringList> rows;
  QString spoken;
  if (now.cursor) {
    const QString place = qt(place_in_words(now.axis, whole(*now.cursor)));
    spoken = tr("At %1:").arg(place);
    for (const Readout& value : values_at(*drawn_, now, *now.cursor)) {
      rows.push_back(
          {QString::number(value.lane + 1), qt(value.run), qt(value.series), qt(value.text)});
      spoken += QStringLiteral(" %1 %2 %3.").arg(qt(value.run), qt(value.series), qt(value.text));
    }
  }
  values_->show_rows(rows);
  if (canvas_->accessibleDescription() == spoken) return;
  canvas_->setAccessibleDescription(spoken);
}

void MainWindow::refresh_statistics() {
  const ViewState& now = view();
  const Interval range = now.selection ? *now.selection : shown_range(*document_, now);
  std::vector<QStringList> rows;
  const std::vector<const Run*> shown = shown_runs(*document_, now);
  for (const RangeStatistics& row : statistics(*drawn_, now, range, !canvas_->is_selecting())) {
    const TrackUnit unit = row.series->unit;
    // As the lanes call it; a difference by its two runs.
    const bool derived = document_->find(row.run->id) == nullptr;
    rows.push_back({qt(derived ? row.run->label : name_of(*row.run, shown)), qt(row.series->name),
                    qt(value_in_words(unit, row.max)), qt(place_in_words(now.axis, row.max_at)),
                    qt(value_in_words(unit, row.start)), qt(value_in_words(unit, row.end)),
                    signed_words(unit, row.delta()), qt(value_in_words(unit, row.min)),
                    area_words(row, now.axis)});
  }
  statistics_->show_rows(rows);
  const QString where = now.selection ? tr("the selection") : tr("what is shown");
  statistics_panel_->setWindowTitle(
      tr("Figures of %1: %2 from %3 on")
          .arg(where, qt(length_in_words(now.axis, whole(range.end) - whole(range.begin))),
               qt(place_in_words(now.axis, whole(range.begin)))));
}

void MainWindow::refresh_status() {
  const ViewState& now = view();
  const Interval range = shown_range(*document_, now);
  place_->setVisible(!document_->runs.empty());
  QString words = tr("%1 to %2")
                      .arg(qt(place_in_words(now.axis, whole(range.begin))),
                           qt(place_in_words(now.axis, whole(range.end))));
  const std::size_t shown = shown_runs(*document_, now).size();
  if (shown < document_->runs.size()) {
    words += tr("; %1 of %2 runs").arg(shown).arg(document_->runs.size());
  }
  place_->setText(words);
  progress_->setVisible(!document_->complete);
}

void MainWindow::refresh_problems() {
  std::vector<QStringList> rows;
  QStringList words;
  for (const FileError& error : document_->errors) {
    rows.push_back({qt(error.file), qt(error.words)});
    words << qt(error.words);
  }
  std::vector<const Run*> all;
  for (const auto& run : document_->runs) all.push_back(run.get());
  for (const Lane& lane : view().lanes) {
    for (const Run* run : runs_behind(*drawn_, lane)) {
      if (std::find(all.begin(), all.end(), run) == all.end()) all.push_back(run);
    }
  }
  // Once for the runs of a policy in a file: it is on many tasks.
  std::map<std::tuple<std::string, std::string, std::string>, int> runs_with;
  for (const Run* run : all) {
    for (const std::string& problem : run->problems) ++runs_with[{run->file, run->label, problem}];
  }
  const auto in_other_files = [&](const Run& run) {
    return std::any_of(all.begin(), all.end(), [&](const Run* other) {
      return other->label == run.label && other->file != run.file;
    });
  };
  for (const Run* run : all) {
    for (const std::string& problem : run->problems) {
      const int runs = std::exchange(runs_with[{run->file, run->label, problem}], 0);
      if (runs == 0) continue;  // told already
      QString name = qt(runs == 1 ? name_of(*run, all) : run->label);
      if (runs > 1 && in_other_files(*run)) name += qt(", " + short_file(*run, all));
      if (runs > 1) name = tr("%1 (%2 runs)").arg(name).arg(runs);
      rows.push_back({name, qt(problem)});
    }
  }
  const bool more = static_cast<int>(rows.size()) > problems_->rowCount();
  problems_->show_rows(rows);
  welcome_->show_errors(words.join(u'\n'));
  if (more) {
    problems_panel_->show();
    problems_panel_->raise();
    resizeDocks({values_panel_, statistics_panel_, problems_panel_}, {400, 400, 400},
                Qt::Horizontal);
  } else if (rows.empty()) {
    problems_panel_->hide();
  }
  int series = 0, ready = 0;
  for (const auto& run : document_->runs) {
    for (const Series& one : run->series) {
      for (const auto& on : one.on) {
        if (on == nullptr) continue;
        ++series;
        if (on->complete()) ++ready;
      }
    }
  }
  progress_->setRange(0, series);
  progress_->setValue(ready);
}

}  // namespace kvf::gui
