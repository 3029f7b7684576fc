#include "gui/widgets/text_table.h"

#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QPainter>
#include <algorithm>

namespace kvf::gui {
namespace {

constexpr int kMargins = 12;  // of a cell, both sides

}  // namespace

TextTable::TextTable(const QString& name, const QStringList& columns, QWidget* parent)
    : QTableWidget(0, static_cast<int>(columns.size()), parent) {
  setAccessibleName(name);
  setHorizontalHeaderLabels(columns);
  setEditTriggers(NoEditTriggers);
  setSelectionBehavior(SelectRows);
  setTabKeyNavigation(false);
  setWordWrap(false);
  setShowGrid(false);
  setAlternatingRowColors(true);
  verticalHeader()->hide();
  verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 6);
  horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  horizontalHeader()->setStretchLastSection(true);
}

void TextTable::show_rows(const std::vector<QStringList>& rows) {
  const bool other_rows = rowCount() != static_cast<int>(rows.size());
  bool changed = other_rows;
  setRowCount(static_cast<int>(rows.size()));
  for (int row = 0; row < rowCount(); ++row) {
    const QStringList& texts = rows[static_cast<std::size_t>(row)];
    for (int column = 0; column < columnCount(); ++column) {
      const QString text = texts.value(column);
      if (QTableWidgetItem* old = item(row, column)) {
        if (old->text() == text) continue;
        old->setText(text);
        changed = true;
        // A column does not jump with every value: it only grows.
        const int wanted = fontMetrics().horizontalAdvance(text) + kMargins;
        if (wanted > columnWidth(column) && !wordWrap()) setColumnWidth(column, wanted);
      } else {
        setItem(row, column, new QTableWidgetItem(text));
      }
      item(row, column)->setToolTip(text);
    }
  }
  // Not with every value: columns would jump, and measuring them costs more than all else.
  if (other_rows) resizeColumnsToContents();
  if (!wordWrap() || !changed) return;
  setColumnWidth(0, std::min(columnWidth(0), viewport()->width() * 2 / 5));
  resizeRowsToContents();
}

void TextTable::wrap_words() {
  setWordWrap(true);
  setTextElideMode(Qt::ElideMiddle);
  connect(horizontalHeader(), &QHeaderView::sectionResized, this,
          &QTableView::resizeRowsToContents);
}

QString TextTable::text() const {
  QStringList lines;
  const auto line = [&](auto&& cell) {
    QStringList cells;
    for (int column = 0; column < columnCount(); ++column) cells << cell(column);
    lines << cells.join(QLatin1Char('\t'));
  };
  line([this](int column) { return horizontalHeaderItem(column)->text(); });
  const QModelIndexList selected = selectionModel()->selectedRows();
  for (int row = 0; row < rowCount(); ++row) {
    if (!selected.isEmpty() && !selectionModel()->isRowSelected(row)) continue;
    line([this, row](int column) { return item(row, column)->text(); });
  }
  return lines.join(QLatin1Char('\n'));
}

void TextTable::paintEvent(QPaintEvent* event) {
  QTableWidget::paintEvent(event);
  if (rowCount() > 0 || hint_.isEmpty()) return;
  QPainter painter(viewport());
  painter.setPen(palette().color(QPalette::PlaceholderText));
  painter.drawText(viewport()->rect(), Qt::AlignCenter | Qt::TextWordWrap, hint_);
}

void TextTable::copy() const { QApplication::clipboard()->setText(text()); }

}  // namespace kvf::gui
