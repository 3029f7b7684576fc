// A table of text that is selected and copied, with the keyboard too.
#pragma once

#include <QStringList>
#include <QTableWidget>
#include <vector>

namespace kvf::gui {

class TextTable : public QTableWidget {
  Q_OBJECT

 public:
  TextTable(const QString& name, const QStringList& columns, QWidget* parent = nullptr);

  // What has not changed stays, with the selection.
  void show_rows(const std::vector<QStringList>& rows);
  // Selected rows, or all; a line a row, tabs between columns, the names of the columns first.
  QString text() const;
  void copy() const;
  // Long texts take several lines; the first column takes a third at most.
  void wrap_words();
  // Shown while there are no rows.
  void set_hint(const QString& words) { hint_ = words; }
  const QString& hint() const { return hint_; }

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QString hint_;
};

}  // namespace kvf::gui
