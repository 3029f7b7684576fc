// The runs of the document, by file and task: which are shown, which are A and B, what is wrong.
#pragma once

#include <QLineEdit>
#include <QTreeWidget>
#include <QWidget>
#include <memory>

#include "gui/document/document.h"
#include "gui/view/view_state.h"

namespace kvf::gui {

class RunList : public QWidget {
  Q_OBJECT

 public:
  explicit RunList(QWidget* parent = nullptr);

  void show_document(std::shared_ptr<const Document> document);
  void show_view(const ViewState& view);
  QTreeWidget& tree() { return *tree_; }
  // The run that is selected; "" where none is.
  std::string selected() const;
  // Makes the run that is selected A (0) or B (1).
  void compare_selected(std::size_t which) { compare(which, tree_->currentItem()); }

 Q_SIGNALS:
  void view_asked(const kvf::gui::ViewState& view);

 private:
  void check_boxes();
  void filter(const QString& typed);
  void changed(QTreeWidgetItem* item, int column);
  void compare(std::size_t which, const QTreeWidgetItem* item);

  std::shared_ptr<const Document> document_ = std::make_shared<Document>();
  ViewState view_;
  QLineEdit* search_;
  QTreeWidget* tree_;
  bool filling_ = false;
};

}  // namespace kvf::gui
