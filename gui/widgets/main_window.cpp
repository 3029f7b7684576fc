#include "gui/widgets/main_window.h"

#include <QApplication>
#include <QCloseEvent>
#include <QDialog>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QFileInfo>
#include <QMenu>
#include <QMimeData>
#include <QSettings>
#include <QStackedWidget>
#include <QUrl>
#include <algorithm>
#include <utility>

#include "gui/view/actions.h"
#include "gui/view/derive.h"
#include "gui/view/saved_view.h"
#include "gui/widgets/canvas.h"
#include "gui/widgets/help.h"
#include "gui/widgets/look.h"
#include "gui/widgets/run_list.h"
#include "gui/widgets/text_table.h"
#include "gui/widgets/welcome.h"

namespace kvf::gui {
namespace {

constexpr int kPanelsAfter = 30;  // milliseconds: once for many moves of the pointer

bool is_everything(const ViewState& view, const Document& document) {
  return view.lanes.empty() && !document.runs.empty();
}

}  // namespace

MainWindow::MainWindow() {
  setWindowTitle(QStringLiteral("kvfootprint"));
  setAcceptDrops(true);
  canvas_ = new Canvas;
  welcome_ = new Welcome;
  pages_ = new QStackedWidget;
  pages_->addWidget(welcome_);
  pages_->addWidget(canvas_);
  setCentralWidget(pages_);
  make_actions();
  make_toolbar();
  make_panels();

  panels_timer_.setSingleShot(true);
  panels_timer_.setInterval(kPanelsAfter);
  connect(&panels_timer_, &QTimer::timeout, this, &MainWindow::refresh_panels);
  connect(canvas_, &Canvas::view_asked, this, &MainWindow::set_view);
  connect(canvas_, &Canvas::lane_menu_asked, this,
          [this](const QPoint& at) { lane_menu_->popup(at); });
  connect(runs_, &RunList::view_asked, this, [this](const ViewState& view) { set_view(view); });
  connect(welcome_, &Welcome::open_asked, this, &MainWindow::ask_for_files);
  connect(welcome_, &Welcome::file_asked, this,
          [this](const QString& file) { Q_EMIT open_asked({file}); });
  connect(welcome_, &Welcome::what_if_asked, this, [this] { perform(Command::what_if); });
  welcome_->look_in(QStringLiteral("."));

  ViewState view;
  view.theme = desktop_theme();
  history_.restart(view);
  QApplication::setPalette(window_palette(view.theme));
  refresh();
  refresh_panels();

  resize(1440, 900);
  const QSettings settings;
  restoreGeometry(settings.value(QStringLiteral("geometry")).toByteArray());
}

// The panel says when it goes: while there is somebody to hear it.
MainWindow::~MainWindow() { delete std::exchange(what_if_panel_, nullptr); }

void MainWindow::closeEvent(QCloseEvent* event) {
  QSettings().setValue(QStringLiteral("geometry"), saveGeometry());
  QMainWindow::closeEvent(event);
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
  if (event->mimeData()->hasUrls()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
  QStringList files;
  for (const QUrl& url : event->mimeData()->urls()) {
    if (url.isLocalFile()) files << url.toLocalFile();
  }
  if (files.isEmpty()) return;
  event->acceptProposedAction();
  Q_EMIT open_asked(files);
}

void MainWindow::set_export(Export write) {
  export_ = std::move(write);
  refresh();
}

void MainWindow::show_document(std::shared_ptr<const Document> document) {
  files_ = std::move(document);
  const std::shared_ptr<const Document> before = merge_documents();
  const bool other_runs =
      !std::equal(document_->runs.begin(), document_->runs.end(), before->runs.begin(),
                  before->runs.end(), [](const auto& a, const auto& b) { return a->id == b->id; });
  if (other_runs) {
    if (asked_view_) {  // its runs may be here only now
      history_.set(saved_view(*document_, history_.view()), "open-view");
    } else if (!history_.can_undo() || is_everything(history_.view(), *document_)) {
      first_look();
    } else {
      ViewState view = history_.view();
      for (const auto& run : files_->runs) {
        const bool known = before->find(run->id) != nullptr;
        if (!known) view = show_run(view, *document_, run->id, true);
      }
      history_.set(view);
    }
  }
  show_merged();
}

std::shared_ptr<const Document> MainWindow::merge_documents() {
  auto both = std::make_shared<Document>(*files_);
  both->runs.insert(both->runs.end(), what_if_runs_.begin(), what_if_runs_.end());
  return std::exchange(document_, std::move(both));
}

void MainWindow::show_merged() {
  QStringList names;
  for (const std::string& file : document_->files) {
    names << QFileInfo(QString::fromStdString(file)).fileName();
  }
  names << QStringLiteral("kvfootprint");
  setWindowTitle(names.join(QStringLiteral(" - ")));
  drawn_ = document_;
  canvas_->show_document(drawn_);
  runs_->show_view(view());  // before its runs: which tasks are open follows from it
  runs_->show_document(document_);
  refresh();
  refresh_problems();
}

// Of what the files hold; a what-if lies beside it.
void MainWindow::first_look() {
  ViewState first = first_view(files_->runs.empty() ? *document_ : *files_);
  first.theme = history_.view().theme;
  for (const auto& run : what_if_runs_) first = show_run(first, *document_, run->id, true);
  history_.restart(first);
}

void MainWindow::set_view(const ViewState& view, const QString& gesture) {
  history_.set(in_sight(view, false), gesture.toStdString());
  refresh();
}

void MainWindow::perform(Command command) {
  const CommandInfo& what = info(command);
  if (what.act != nullptr) {
    const ViewState next = in_sight(what.act(view(), *drawn_), true);
    history_.set(next, what.joins ? what.name : std::string_view());
    refresh();
    return;
  }
  switch (command) {
    case Command::open:
      return ask_for_files();
    case Command::open_view:
      return ask_for_view();
    case Command::save_view:
      return ask_where_to_save();
    case Command::export_picture:
      return ask_where_to_export();
    case Command::copy_values: {
      const auto* focused = qobject_cast<TextTable*>(QApplication::focusWidget());
      refresh_panels();
      return (focused != nullptr ? focused : values_)->copy();
    }
    case Command::quit:
      close();
      return;
    case Command::undo:
      history_.undo();
      return refresh();
    case Command::redo:
      history_.redo();
      return refresh();
    case Command::full_screen:
      setWindowState(windowState() ^ Qt::WindowFullScreen);
      return refresh();
    case Command::find:
      return find_lane();
    case Command::make_a:
      return runs_->compare_selected(0);
    case Command::make_b:
      return runs_->compare_selected(1);
    case Command::palette:
      return find_command();
    case Command::help:
      help_dialog(this)->show();
      return;
    case Command::what_if:
      return toggle_what_if();
    case Command::what_if_run:
      return what_if_selected();
    default:
      return;
  }
}

// As far as the lanes go, and with the focused one in sight.
ViewState MainWindow::in_sight(const ViewState& view, bool focus_too) const {
  const ViewState& now = history_.view();
  if (view.lanes == now.lanes && view.scroll == now.scroll && view.focus == now.focus) return view;
  ViewState next = view;
  const Layout places = layout_of(*document_, view, canvas_->size());
  if (focus_too && view.focus < places.lanes.size() && !view.lanes[view.focus].pinned) {
    const QRectF lane = places.lanes[view.focus];
    const double below = lane.bottom() - places.plot.bottom();
    const double above = places.pinned_bottom - lane.top();
    if (view.focus != now.focus || view.lanes != now.lanes) {
      if (below > 0) next.scroll += below / places.unit;
      if (above - std::max(below, 0.0) > 0)
        next.scroll -= (above - std::max(below, 0.0)) / places.unit;
    }
  }
  next.scroll = std::clamp(next.scroll, 0.0, places.most_scroll);
  return next;
}

void MainWindow::refresh() {
  const ViewState& now = view();
  const bool lacks = std::any_of(now.lanes.begin(), now.lanes.end(), [this](const Lane& lane) {
    const std::string id = derived_id(lane);
    return !id.empty() && drawn_->find(id) == nullptr;
  });
  if (lacks) {
    drawn_ = std::make_shared<const Document>(with_derived(*drawn_, now));
    canvas_->show_document(drawn_);
  }
  canvas_->show_view(now);
  runs_->show_view(now);
  if (!document_->runs.empty() && pages_->currentWidget() != canvas_) {
    pages_->setCurrentWidget(canvas_);
    show_panels();
    canvas_->setFocus();
  } else if (document_->runs.empty()) {
    pages_->setCurrentWidget(welcome_);
  }
  const QPalette look = window_palette(now.theme);
  if (QApplication::palette() != look) QApplication::setPalette(look);
  action(Command::undo)->setEnabled(history_.can_undo());
  action(Command::redo)->setEnabled(history_.can_redo());
  action(Command::export_picture)->setEnabled(export_ && !document_->runs.empty());
  action(Command::save_view)->setEnabled(!document_->runs.empty());
  action(Command::zoom_to_selection)->setEnabled(now.selection.has_value());
  action(Command::legend)->setChecked(now.legend);
  action(Command::phases)->setChecked(now.phases);
  action(Command::theme)->setChecked(now.theme == Theme::dark);
  action(Command::full_screen)->setChecked(isFullScreen());
  action(Command::what_if)->setChecked(what_if_panel_ != nullptr && what_if_panel_->isVisible());
  refresh_status();
  if (!panels_timer_.isActive()) panels_timer_.start();
}

}  // namespace kvf::gui
