// A list that is searched by typing: commands, lanes.
#pragma once

#include <QDialog>
#include <QString>
#include <functional>
#include <vector>

class QLineEdit;
class QListWidget;

namespace kvf::gui {

struct Choice {
  QString words;
  QString hint;  // at the right: keys, what it is of
  std::function<void()> act;
};

// Enter acts on the choice and closes; each word that is typed must be in words or hint.
class Chooser : public QDialog {
  Q_OBJECT

 public:
  Chooser(const QString& title, const QString& prompt, std::vector<Choice> choices,
          QWidget* parent = nullptr);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void filter(const QString& typed);
  void choose();

  std::vector<Choice> choices_;
  QLineEdit* line_;
  QListWidget* list_;
};

}  // namespace kvf::gui
