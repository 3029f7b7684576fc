#include "gui/widgets/welcome.h"

#include <QDir>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>
#include <algorithm>

namespace kvf::gui {
namespace {

constexpr int kWidth = 620;

// Words that wrap, as high as they need to be: a layout in a layout is not asked for that anew when
// something else in it is shown.
void set_words(QLabel& label, const QString& words) {
  label.setWordWrap(true);
  label.setText(words);
  label.setMinimumHeight(std::max(label.heightForWidth(kWidth), 0));  // -1 without words
}

}  // namespace

Welcome::Welcome(QWidget* parent)
    : QWidget(parent),
      errors_(new QLabel(this)),
      newest_(new QPushButton(tr("Open the newest run file here"), this)) {
  auto* title = new QLabel(tr("Memory over time of KV caches"), this);
  QFont large = title->font();
  large.setPointSizeF(large.pointSizeF() * 1.8);
  title->setFont(large);
  auto* words = new QLabel(this);
  set_words(
      *words,
      tr("Open run files (*.kvf), scenarios (*.yaml), which are computed at once, or traces of "
         "PyTorch, Kineto and Nsight Systems (*.pickle, *.json, *.sqlite): several at once are "
         "laid over each other. Files can be dropped here."));
  auto* command = new QLabel(
      tr("To make a run file:   kvfootprint run scenarios/paper-128k.yaml -o paper-128k.kvf"),
      this);
  command->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  words->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  auto* open = new QPushButton(tr("Open files ..."), this);
  open->setDefault(true);
  auto* what_if = new QPushButton(tr("What if: try policies without a file"), this);
  errors_->setAccessibleName(tr("What could not be opened"));
  errors_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  errors_->hide();
  newest_->hide();

  auto* page = new QWidget(this);
  page->setFixedWidth(kWidth);
  auto* column = new QVBoxLayout(page);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(14);
  for (QWidget* widget : {static_cast<QWidget*>(title), static_cast<QWidget*>(errors_),
                          static_cast<QWidget*>(words), static_cast<QWidget*>(command)}) {
    column->addWidget(widget);
  }
  for (QPushButton* button : {newest_, open, what_if}) {
    button->setMinimumHeight(34);
    column->addWidget(button, 0, Qt::AlignLeft);
  }
  // Not by an alignment: that would take the height that the words need at another width.
  auto* row = new QHBoxLayout;
  row->addStretch(1);
  row->addWidget(page);
  row->addStretch(1);
  auto* middle = new QVBoxLayout(this);
  middle->addStretch(1);
  middle->addLayout(row);
  middle->addStretch(2);

  connect(open, &QPushButton::clicked, this, &Welcome::open_asked);
  connect(what_if, &QPushButton::clicked, this, &Welcome::what_if_asked);
  connect(newest_, &QPushButton::clicked, this, [this] { Q_EMIT file_asked(newest_file_); });
}

void Welcome::look_in(const QString& folder) {
  QFileInfoList files = QDir(folder).entryInfoList({QStringLiteral("*.kvf")},
                                                   QDir::Files | QDir::Readable, QDir::Time);
  files.removeIf([](const QFileInfo& file) { return file.size() == 0; });
  newest_->setVisible(!files.isEmpty());
  if (files.isEmpty()) return;
  newest_file_ = files.front().filePath();
  newest_->setText(tr("Open %1, the newest run file here").arg(files.front().fileName()));
}

void Welcome::show_errors(const QString& words) {
  set_words(*errors_, words);
  errors_->setVisible(!words.isEmpty());
}

}  // namespace kvf::gui
