// What is seen before anything is open: what to do, and what could not be opened.
#pragma once

#include <QPushButton>
#include <QString>
#include <QWidget>

class QLabel;

namespace kvf::gui {

class Welcome : public QWidget {
  Q_OBJECT

 public:
  explicit Welcome(QWidget* parent = nullptr);

  // Offers the newest run file of the folder, if there is one.
  void look_in(const QString& folder);
  void show_errors(const QString& words);

 Q_SIGNALS:
  void open_asked();
  void file_asked(const QString& file);
  void what_if_asked();

 private:
  QLabel* errors_;
  QPushButton* newest_;
  QString newest_file_;
};

}  // namespace kvf::gui
