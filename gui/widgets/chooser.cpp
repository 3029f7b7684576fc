#include "gui/widgets/chooser.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

namespace kvf::gui {

Chooser::Chooser(const QString& title, const QString& prompt, std::vector<Choice> choices,
                 QWidget* parent)
    : QDialog(parent),
      choices_(std::move(choices)),
      line_(new QLineEdit(this)),
      list_(new QListWidget(this)) {
  setWindowTitle(title);
  setAttribute(Qt::WA_DeleteOnClose);
  line_->setPlaceholderText(prompt);
  line_->setAccessibleName(prompt);
  line_->setClearButtonEnabled(true);
  list_->setAccessibleName(title);
  list_->setUniformItemSizes(true);
  auto* column = new QVBoxLayout(this);
  column->addWidget(line_);
  column->addWidget(list_);
  resize(560, 420);

  line_->installEventFilter(this);
  connect(line_, &QLineEdit::textChanged, this, &Chooser::filter);
  connect(line_, &QLineEdit::returnPressed, this, &Chooser::choose);
  connect(list_, &QListWidget::itemActivated, this, &Chooser::choose);
  filter({});
}

void Chooser::filter(const QString& typed) {
  const QStringList words = typed.split(QLatin1Char(' '), Qt::SkipEmptyParts);
  list_->clear();
  for (std::size_t i = 0; i < choices_.size(); ++i) {
    const Choice& choice = choices_[i];
    const QString text = choice.words + QStringLiteral("    ") + choice.hint;
    const bool all = std::all_of(words.begin(), words.end(), [&text](const QString& word) {
      return text.contains(word, Qt::CaseInsensitive);
    });
    if (!all) continue;
    auto* item = new QListWidgetItem(text, list_);
    item->setData(Qt::UserRole, static_cast<int>(i));
  }
  list_->setCurrentRow(0);
}

void Chooser::choose() {
  const QListWidgetItem* item = list_->currentItem();
  if (item == nullptr) return;
  const auto act = choices_[static_cast<std::size_t>(item->data(Qt::UserRole).toInt())].act;
  accept();
  act();
}

// Up and down move in the list while one types.
bool Chooser::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::KeyPress) {
    constexpr int kPage = 10;
    const int key = static_cast<QKeyEvent*>(event)->key();
    const int rows = key == Qt::Key_Down       ? 1
                     : key == Qt::Key_Up       ? -1
                     : key == Qt::Key_PageDown ? kPage
                     : key == Qt::Key_PageUp   ? -kPage
                                               : 0;
    if (rows != 0) {
      list_->setCurrentRow(
          std::clamp(list_->currentRow() + rows, 0, std::max(0, list_->count() - 1)));
      return true;
    }
  }
  return QDialog::eventFilter(watched, event);
}

}  // namespace kvf::gui
