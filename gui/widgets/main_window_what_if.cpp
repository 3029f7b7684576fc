// The window's what-if panel, and how its case comes among the runs.
#include <QDockWidget>

#include "gui/view/actions.h"
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
  what_if_->set_what_if(what_if_->what_if());
}

// It begins with what is looked at.
void MainWindow::toggle_what_if() {
  if (what_if_panel_ != nullptr) {
    what_if_panel_->setVisible(!what_if_panel_->isVisible());
  } else if (document_->find(runs_->selected()) != nullptr) {
    what_if_selected();
  } else {
    const std::vector<const Run*> shown = shown_runs(*document_, view());
    make_what_if();
    what_if_->open_first(shown);
    what_if_panel_->show();
  }
  refresh();
}

void MainWindow::what_if_selected() {
  const Run* run = document_->find(runs_->selected());
  if (run == nullptr) return;
  if (what_if_panel_ == nullptr) make_what_if();
  what_if_panel_->show();
  what_if_->open_run(*run);
}

void MainWindow::show_what_if(const std::shared_ptr<const Run>& baseline,
                              const std::shared_ptr<const Run>& now) {
  const std::shared_ptr<const Document> before = document_;
  what_if_runs_.clear();
  for (const auto& run : {baseline, now}) {
    if (run != nullptr) what_if_runs_.push_back(run);
  }
  merge_documents();
  ViewState view = history_.view();
  for (const auto& run : what_if_runs_) {
    if (before->find(run->id) == nullptr) view = show_run(view, *document_, run->id, true);
  }
  // What a user has pinned is what the rest is set against.
  if (baseline != nullptr && now != nullptr && before->find(baseline->id) == nullptr) {
    view = set_compared(view, *document_, 0, baseline->id);
    view = set_compared(view, *document_, 1, now->id);
  }
  set_view(view);
}

}  // namespace kvf::gui
