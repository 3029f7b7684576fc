// What the window asks for: files, where to write, which lane or command.
#include <QDir>
#include <QFile>
#include <QFileDialog>
#include <QMenu>
#include <QMessageBox>
#include <QSaveFile>
#include <QStatusBar>
#include <array>
#include <utility>

#include "gui/render/frame.h"
#include "gui/view/actions.h"
#include "gui/view/saved_view.h"
#include "gui/widgets/canvas.h"
#include "gui/widgets/chooser.h"
#include "gui/widgets/help.h"
#include "gui/widgets/main_window.h"

namespace kvf::gui {
namespace {

// Titles of runs that a lane is of: two names, or how many.
QString runs_in_words(const Document& document, const Lane& lane) {
  QStringList names;
  for (const std::string& id : lane.runs) {
    if (const Run* run = document.find(id)) names << qt(run->label);
  }
  if (names.size() > 2) return MainWindow::tr("%1 runs").arg(names.size());
  return names.join(QStringLiteral(", "));
}

constexpr std::size_t kMostInMenu = 20;  // cells

struct Map {
  LaneKind kind;
  QString of;
  std::string cell;  // by name; "": a map that is not of a cell, or says why there is none
};

std::vector<Map> maps_of(const Run& run) {
  std::vector<Map> maps{{LaneKind::heads, MainWindow::tr("heads"), ""}};
  for (const auto& [kind, of] : {std::pair(LaneKind::occupancy, MainWindow::tr("blocks")),
                                 std::pair(LaneKind::attention, MainWindow::tr("attention"))}) {
    if (run.cells.empty()) maps.push_back({kind, of, ""});
    for (const CellLives& cell : run.cells) maps.push_back({kind, of, cell.name()});
  }
  return maps;
}

}  // namespace

void MainWindow::complain(const QString& words) {
  if (!words.isEmpty()) QMessageBox::warning(this, windowTitle(), words);
}

void MainWindow::ask_for_files() {
  const QStringList files = QFileDialog::getOpenFileNames(
      this, tr("Open files"), {},
      tr("Run files, traces, scenarios (*.kvf *.json *.json.gz *.pickle *.sqlite *.yaml);;"
         "All files (*)"));
  if (!files.isEmpty()) Q_EMIT open_asked(files);
}

void MainWindow::ask_for_view() {
  const QString file =
      QFileDialog::getOpenFileName(this, tr("Open a saved view"), {}, tr("Views (*.json)"));
  if (!file.isEmpty()) complain(open_view(file));
}

void MainWindow::ask_where_to_save() {
  const QString file = QFileDialog::getSaveFileName(
      this, tr("Save the view"), QStringLiteral("view.json"), tr("Views (*.json)"));
  if (!file.isEmpty()) complain(save_view(file));
}

void MainWindow::ask_where_to_export() {
  const QString file = QFileDialog::getSaveFileName(
      this, tr("Export what is shown"), QStringLiteral("figure.svg"),
      tr("Scalable picture (*.svg);;Page (*.pdf);;Picture (*.png);;Values as a table (*.csv);;"
         "View (*.json)"));
  if (file.isEmpty()) return;
  const QString words = export_to(file);
  complain(words);
  if (words.isEmpty()) statusBar()->showMessage(tr("Written: %1").arg(file), 8000);
}

QString MainWindow::open_view(const QString& name) {
  QFile file(name);
  if (!file.open(QIODevice::ReadOnly)) return tr("%1: %2").arg(name, file.errorString());
  try {
    const ViewState view =
        view_from_json(file.readAll().toStdString(), QFile::encodeName(name).toStdString());
    history_.set(saved_view(*document_, view), "open-view");
    // Also if its document is still being read.
    asked_view_ = true;
  } catch (const ViewError& error) {
    return qt(error.what());
  }
  refresh();
  return {};
}

QString MainWindow::save_view(const QString& name) const {
  QSaveFile file(name);
  const QByteArray text = QByteArray::fromStdString(to_json(view()));
  if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size() || !file.commit()) {
    return tr("%1: %2").arg(name, file.errorString());
  }
  return {};
}

QString MainWindow::export_to(const QString& name) const {
  if (name.endsWith(QStringLiteral(".json"))) return save_view(name);
  return export_(name, *drawn_, view(), canvas_->size(), canvas_->devicePixelRatioF());
}

void MainWindow::find_lane() {
  std::vector<Choice> choices;
  const ViewState& now = view();
  for (std::size_t i = 0; i < now.lanes.size(); ++i) {
    const Lane& lane = now.lanes[i];
    const QString kind = qt(kLaneKindWords[static_cast<std::size_t>(lane.kind)]);
    choices.push_back({tr("Lane %1: %2, %3").arg(i + 1).arg(qt(lane.series), kind),
                       runs_in_words(*document_, lane),
                       [this, i] { set_view(in_sight(focus_lane(view(), i), true)); }});
  }
  const auto add = [&](LaneKind kind, const Run& run, const std::string& series,
                       const QString& words) {
    Lane lane;
    lane.kind = kind;
    lane.runs = {run.id};
    lane.series = series;
    const QString of = run.task.empty() ? qt(run.label) : qt(run.label + ", " + run.task);
    choices.push_back(
        {words, of, [this, lane] { set_view(in_sight(add_lane(view(), lane), true)); }});
  };
  for (const Lane& lane : lanes_of_shown(*document_, now)) {
    choices.push_back({tr("Add %1 of the runs shown").arg(qt(lane.series)),
                       runs_in_words(*document_, lane),
                       [this, lane] { set_view(in_sight(add_lane(view(), lane), true)); }});
  }
  for (const auto& run : document_->runs) {
    for (const Series& series : run->series) {
      if (series.at(now.axis) == nullptr) continue;
      add(LaneKind::lines, *run, series.name, tr("Add %1").arg(qt(series.name)));
    }
  }
  for (const Run* run : shown_runs(*document_, now)) {
    add(LaneKind::stack, *run, "total", tr("Add components"));
    for (const Map& map : maps_of(*run)) {
      const QString words = tr("Add map of %1").arg(map.of);
      add(map.kind, *run, map.cell, map.cell.empty() ? words : words + u' ' + qt(map.cell));
    }
  }
  (new Chooser(tr("Find a lane, or add one"), tr("Type a part of a name"), std::move(choices),
               this))
      ->show();
}

// Of the run that the lane shows first. Many cells are left to the finder.
void MainWindow::offer_maps() {
  for (QAction* old : std::exchange(map_actions_, {})) {
    if (old->menu() != nullptr) {
      delete old->menu();  // with its action
    } else {
      delete old;
    }
  }
  const ViewState& now = view();
  const bool lane = now.focus < now.lanes.size() && !now.lanes[now.focus].runs.empty();
  const Run* run = lane ? document_->find(now.lanes[now.focus].runs.front()) : nullptr;
  if (run == nullptr) return;
  map_actions_ << lane_menu_->addSeparator();
  const bool submenus = run->cells.size() > 1;
  const bool too_many = run->cells.size() > kMostInMenu;
  QMenu* cells = nullptr;
  QString last;
  for (const Map& map : maps_of(*run)) {
    const QString words = tr("Add map of %1").arg(map.of);
    const auto add = [this, id = run->id, map] {
      set_view(in_sight(add_lane(view(), {map.kind, {id}, map.cell, 1, false}), true));
    };
    if (map.cell.empty() || !submenus) {
      map_actions_ << lane_menu_->addAction(words, this, add);
    } else if (map.of != std::exchange(last, map.of)) {
      if (too_many) {
        map_actions_ << lane_menu_->addAction(words + tr(" ..."), this, &MainWindow::find_lane);
        continue;
      }
      cells = new QMenu(words, lane_menu_);
      map_actions_ << lane_menu_->addMenu(cells);
      cells->addAction(qt(map.cell), this, add);
    } else if (!too_many) {
      cells->addAction(qt(map.cell), this, add);
    }
  }
}

void MainWindow::find_command() {
  std::vector<Choice> choices;
  for (const CommandInfo& command : commands()) {
    QAction* act = action(command.command);
    if (!act->isEnabled() || command.command == Command::palette) continue;
    choices.push_back({qt(command.words), keys_in_words(command), [act] { act->trigger(); }});
  }
  (new Chooser(tr("Find a command"), tr("Type what to do"), std::move(choices), this))->show();
}

}  // namespace kvf::gui
