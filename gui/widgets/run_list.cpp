#include "gui/widgets/run_list.h"

#include <QFileInfo>
#include <QHeaderView>
#include <QIcon>
#include <QPainter>
#include <QPixmap>
#include <QVBoxLayout>
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "gui/render/legend.h"
#include "gui/view/actions.h"
#include "gui/view/history.h"

namespace kvf::gui {
namespace {

constexpr int kShown = 0, kA = 1, kB = 2, kFootprint = 3, kPeak = 4;

std::string id_of(const QTreeWidgetItem* item) {
  return item->data(0, Qt::UserRole).toString().toStdString();
}

QString kind_words(const Run& run) {
  switch (run.kind) {
    case RunKind::predicted:
      return RunList::tr("predicted");
    case RunKind::captured:
      return RunList::tr("captured, %1").arg(qt(run.source));
    case RunKind::trace:
      return RunList::tr("trace, %1").arg(qt(run.source));
    case RunKind::what_if:  // its file says that it is one
      return run.pinned ? RunList::tr("baseline") : QString();
    case RunKind::simulated:
    case RunKind::difference:
      break;
  }
  return {};
}

QString percent(std::optional<double> share) {
  return share ? QStringLiteral("%1 %").arg(100 * *share, 0, 'f', 1) : QString();
}

QString with_kind(const QString& name, const QString& kind) {
  return kind.isEmpty() ? name : QStringLiteral("%1 (%2)").arg(name, kind);
}

// A piece of the run's line, as lanes draw it.
QIcon sample(const Mark& mark, double ratio) {
  const QSize size(22, 12);
  QPixmap pixmap(size * ratio);
  pixmap.setDevicePixelRatio(ratio);
  pixmap.fill(Qt::transparent);
  QPainter painter(&pixmap);
  painter.setPen(mark.pen());
  painter.drawLine(QPointF(0, size.height() / 2), QPointF(size.width(), size.height() / 2));
  return QIcon(pixmap);
}

QString tip_of(const Run& run) {
  QStringList lines{qt(run.file)};
  if (!run.model.empty()) lines << qt(run.model);
  for (const std::string& problem : run.problems) lines << QStringLiteral("! ") + qt(problem);
  return lines.join(QLatin1Char('\n'));
}

}  // namespace

RunList::RunList(QWidget* parent)
    : QWidget(parent), search_(new QLineEdit(this)), tree_(new QTreeWidget(this)) {
  search_->setPlaceholderText(tr("Filter runs"));
  search_->setAccessibleName(tr("Filter runs"));
  search_->setClearButtonEnabled(true);
  tree_->setObjectName(QStringLiteral("runs"));
  tree_->setAccessibleName(tr("Runs"));
  tree_->setAccessibleDescription(
      tr("Space shows or hides a run. Ctrl+Shift+A and Ctrl+Shift+B choose the two that are "
         "compared, Ctrl+Shift+I asks what if."));
  tree_->setHeaderLabels({tr("Run"), tr("A"), tr("B"), tr("Footprint"), tr("Peak")});
  tree_->headerItem()->setToolTip(kA, tr("Compared: what B is set against"));
  tree_->headerItem()->setToolTip(kB, tr("Compared: B less A is shown"));
  tree_->headerItem()->setToolTip(
      kFootprint, tr("KV footprint: entries that each row could attend, summed over all rows; "
                     "100 %: full attention"));
  tree_->headerItem()->setToolTip(
      kPeak, tr("Peak KV: the most entries held at once; 100 %: full attention"));
  tree_->setUniformRowHeights(true);
  tree_->setIconSize(QSize(22, 12));
  tree_->setTextElideMode(Qt::ElideMiddle);  // names differ at their ends
  tree_->setIndentation(14);
  tree_->header()->setStretchLastSection(false);
  tree_->header()->setMinimumSectionSize(26);
  tree_->header()->setSectionResizeMode(kShown, QHeaderView::Stretch);
  for (const int column : {kA, kB, kFootprint, kPeak}) {
    tree_->header()->setSectionResizeMode(column, QHeaderView::ResizeToContents);
  }
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(6, 6, 6, 6);
  column->addWidget(search_);
  column->addWidget(tree_);
  connect(search_, &QLineEdit::textChanged, this, &RunList::filter);
  connect(tree_, &QTreeWidget::itemChanged, this, &RunList::changed);
}

std::string RunList::selected() const {
  const QTreeWidgetItem* item = tree_->currentItem();
  return item != nullptr && item->parent() != nullptr ? id_of(item) : std::string();
}

void RunList::show_document(std::shared_ptr<const Document> document) {
  document_ = std::move(document);
  filling_ = true;
  const std::string before = selected();
  std::map<std::string, bool> was_expanded;  // what a user has opened and closed stays so
  for (int i = 0; i < tree_->topLevelItemCount(); ++i) {
    was_expanded[id_of(tree_->topLevelItem(i))] = tree_->topLevelItem(i)->isExpanded();
  }
  tree_->clear();
  struct Group {
    QTreeWidgetItem* item = nullptr;
    std::set<QString> kinds;  // said once where there is but one
  };
  std::set<std::string> files;
  std::map<std::pair<std::string, std::string>, Group> groups;
  for (const auto& run : document_->runs) {
    files.insert(run->file);
    groups[{run->file, run->task}].kinds.insert(kind_words(*run));
  }
  for (const auto& run : document_->runs) {
    auto& [group, kinds] = groups[{run->file, run->task}];
    const QString kind = kind_words(*run);
    if (group == nullptr) {
      const QString file = QFileInfo(qt(run->file)).fileName();
      QString name = run->task.empty() ? file : qt(run->task);
      if (files.size() > 1 && !run->task.empty()) name += QStringLiteral(" - ") + file;
      if (kinds.size() == 1) name = with_kind(name, kind);
      group = new QTreeWidgetItem(tree_, {name});
      group->setData(0, Qt::UserRole, qt(run->file + '\n' + run->task));
      group->setFirstColumnSpanned(true);
      group->setToolTip(kShown, qt(run->file));
      group->setFlags(group->flags() | Qt::ItemIsUserCheckable);
    }
    QString name = kinds.size() == 1 ? qt(run->label) : with_kind(qt(run->label), kind);
    if (!run->problems.empty()) name += QStringLiteral("  !");
    auto* item = new QTreeWidgetItem(group, {name});
    item->setData(0, Qt::UserRole, qt(run->id));
    item->setToolTip(kShown, tip_of(*run));
    item->setText(kFootprint, percent(run->footprint));
    item->setText(kPeak, percent(run->peak));
    for (const int column : {kFootprint, kPeak}) {
      item->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
    }
    item->setFlags(item->flags() | Qt::ItemIsUserCheckable | Qt::ItemNeverHasChildren);
  }
  filling_ = false;
  check_boxes();
  // The tasks that are shown are open, the others one click away.
  for (int i = 0; i < tree_->topLevelItemCount(); ++i) {
    QTreeWidgetItem* group = tree_->topLevelItem(i);
    const auto was = was_expanded.find(id_of(group));
    group->setExpanded(was != was_expanded.end() ? was->second
                                                 : group->checkState(kShown) != Qt::Unchecked);
    for (int j = 0; j < group->childCount(); ++j) {
      if (id_of(group->child(j)) == before) tree_->setCurrentItem(group->child(j));
    }
  }
  filter(search_->text());
}

void RunList::show_view(const ViewState& view) {
  const bool same = same_layout(view_, view);
  view_ = view;
  if (same) return;
  std::set<QTreeWidgetItem*> seen;
  const auto each_shown_group = [&](auto&& act) {
    for (int i = 0; i < tree_->topLevelItemCount(); ++i) {
      QTreeWidgetItem* group = tree_->topLevelItem(i);
      if (group->checkState(kShown) != Qt::Unchecked) act(group);
    }
  };
  each_shown_group([&](QTreeWidgetItem* group) { seen.insert(group); });
  check_boxes();
  // A task that comes into sight is opened; what a user has closed stays closed.
  each_shown_group([&](QTreeWidgetItem* group) {
    if (seen.count(group) == 0) group->setExpanded(true);
  });
}

void RunList::check_boxes() {
  filling_ = true;
  std::set<std::string> shown;
  for (const Run* run : shown_runs(*document_, view_)) shown.insert(run->id);
  const std::array<std::string, 2> pair = compared_runs(view_, *document_);
  const auto state = [](bool on) { return on ? Qt::Checked : Qt::Unchecked; };
  for (int i = 0; i < tree_->topLevelItemCount(); ++i) {
    QTreeWidgetItem* group = tree_->topLevelItem(i);
    int checked = 0;
    for (int j = 0; j < group->childCount(); ++j) {
      QTreeWidgetItem* item = group->child(j);
      const std::string id = id_of(item);
      item->setCheckState(kShown, state(shown.count(id) > 0));
      item->setIcon(kShown, sample(mark_in_lanes(*document_, view_, *document_->find(id)),
                                   devicePixelRatioF()));
      item->setCheckState(kA, state(id == pair[0]));
      item->setCheckState(kB, state(id == pair[1]));
      checked += shown.count(id) > 0 ? 1 : 0;
    }
    const bool some = checked > 0 && checked < group->childCount();
    group->setCheckState(kShown, some ? Qt::PartiallyChecked : state(checked > 0));
  }
  filling_ = false;
}

void RunList::filter(const QString& typed) {
  for (int i = 0; i < tree_->topLevelItemCount(); ++i) {
    QTreeWidgetItem* group = tree_->topLevelItem(i);
    const bool whole = group->text(kShown).contains(typed, Qt::CaseInsensitive);
    bool any = false;
    for (int j = 0; j < group->childCount(); ++j) {
      QTreeWidgetItem* item = group->child(j);
      const bool fits = whole || item->text(kShown).contains(typed, Qt::CaseInsensitive);
      item->setHidden(!fits);
      any = any || fits;
    }
    group->setHidden(!any);
    if (!typed.isEmpty() && any) group->setExpanded(true);
  }
}

void RunList::changed(QTreeWidgetItem* item, int column) {
  if (filling_) return;
  const bool checked = item->checkState(column) != Qt::Unchecked;
  if (column == kShown) {
    ViewState next = view_;
    if (item->parent() != nullptr) {
      next = show_run(next, *document_, id_of(item), checked);
    } else {
      for (int j = 0; j < item->childCount(); ++j) {
        next = show_run(next, *document_, id_of(item->child(j)), checked);
      }
    }
    Q_EMIT view_asked(next);
  } else if (checked) {
    compare(static_cast<std::size_t>(column - kA), item);
  } else {
    check_boxes();  // one run is always A, and one B
  }
}

void RunList::compare(std::size_t which, const QTreeWidgetItem* item) {
  if (item == nullptr || item->parent() == nullptr) return;
  Q_EMIT view_asked(set_compared(view_, *document_, which, id_of(item)));
}

}  // namespace kvf::gui
