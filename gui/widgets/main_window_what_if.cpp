// The window's what-if panel, and how its case comes among the runs.
#include <QDockWidget>

#include "gui/view/actions.h"
#include "gui/view/saved_view.h"
#include "gui/whatif/panel.h"
#include "gui/widgets/main_window.h"
#include "gui/widgets/run_list.h"

namespace kvf::gui {

void MainWindow::make_what_if() {
  what_if_ = new WhatIfPanel;
  what_if_panel_ =
      add_panel(tr("What if"), QStringLiteral("what-if-panel"), what_if_, Qt::RightDockWidgetArea);
  connect(what_if_panel_, &QDockWidget::visibilityChanged, this, &MainWindow::refresh);
  connect(what_if_, &WhatIfPanel::changed, this, &MainWindow::show_what_if);
  what_if_panel_->show();
}

void MainWindow::toggle_what_if() {
  if (what_if_panel_ != nullptr) {
    what_if_panel_->setVisible(!what_if_panel_->isVisible());
    return refresh();
  }
  make_what_if();
  begin_what_if();
  refresh();
}

// With what is looked at.
void MainWindow::begin_what_if() {
  if (document_->runs.empty()) return what_if_->set_what_if(what_if_->what_if());
  // The runs of files stay where they are while that of the what-if comes.
  what_if_->begin(document_->find(runs_->selected()), shown_runs(*document_, view()));
}

void MainWindow::what_if_selected() {
  if (what_if_panel_ == nullptr) make_what_if();
  what_if_panel_->show();
  begin_what_if();
  // Who asks for it wants to see it, and beside what it comes from.
  ViewState next = show_run(view(), *document_, runs_->selected(), true);
  for (const auto& run : what_if_runs_) next = show_run(next, *document_, run->id, true);
  set_view(next);
}

void MainWindow::show_what_if(const std::shared_ptr<const Run>& baseline,
                              const std::shared_ptr<const Run>& now) {
  what_if_runs_.clear();
  for (const auto& run : {baseline, now}) {
    if (run != nullptr) what_if_runs_.push_back(run);
  }
  const std::shared_ptr<const Document> before = merge_documents();
  ViewState view = history_.view();
  for (const auto& run : what_if_runs_) {
    if (before->find(run->id) != nullptr) continue;
    if (asked_view_) view = saved_view(*document_, view);  // that waits for it
    view = show_run(view, *document_, run->id, true);
  }
  // What a user has pinned is what the rest is set against.
  if (baseline != nullptr && now != nullptr && before->find(baseline->id) == nullptr) {
    view = set_compared(view, *document_, 0, baseline->id);
    view = set_compared(view, *document_, 1, now->id);
  }
  if (view.lanes.empty()) {
    first_look();
  } else {
    history_.set(in_sight(view, false));
  }
  show_merged();
}

}  // namespace kvf::gui
