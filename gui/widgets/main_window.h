// The window: menus, keys and panels around the lanes. Holds the document and the history of views;
// everything that is done is a step from a view to the next.
#pragma once

#include <QAction>
#include <QMainWindow>
#include <QString>
#include <QStringList>
#include <QTimer>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "gui/document/document.h"
#include "gui/view/history.h"
#include "gui/view/keys.h"
#include "gui/view/view_state.h"

class QDockWidget;
class QLabel;
class QMenu;
class QProgressBar;
class QStackedWidget;

namespace kvf::gui {

class Canvas;
class RunList;
class TextTable;
class Welcome;
class WhatIfPanel;

class MainWindow : public QMainWindow {
  Q_OBJECT

 public:
  // Writes a picture or a table of what is shown; gives why it could not. `scale`: dots a pixel of the window.
  using Export = std::function<QString(const QString& file, const Document&, const ViewState&,
                                       QSize, double scale)>;

  MainWindow();
  ~MainWindow() override;

  const ViewState& view() const { return history_.view(); }
  const Document& document() const { return *document_; }
  Canvas& canvas() { return *canvas_; }
  QAction* action(Command command) const { return actions_.at(command); }

  void set_export(Export write);

  // Of a view that was saved: before its document, it waits for that. The words of what is wrong.
  QString open_view(const QString& file);
  QString save_view(const QString& file) const;
  QString export_to(const QString& file) const;

 public Q_SLOTS:
  // What has been read of the files so far.
  void show_document(std::shared_ptr<const kvf::gui::Document> document);
  // Comes to what is shown, and takes the place of what it was; nullptr: there is none.
  void show_what_if(const std::shared_ptr<const kvf::gui::Run>& baseline,
                    const std::shared_ptr<const kvf::gui::Run>& now);
  void set_view(const kvf::gui::ViewState& view, const QString& gesture = {});
  void perform(Command command);
  // Panels follow the view when nothing else is to be done; this brings them up to it now.
  void refresh_panels();

 Q_SIGNALS:
  void open_asked(const QStringList& files);
  // A part of the axis is looked at: of a very long file its details may be read.
  void range_shown(kvf::gui::Axis axis, double begin, double end);

 protected:
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;
  void closeEvent(QCloseEvent* event) override;

 private:
  void make_actions();
  void make_toolbar();
  void make_panels();
  void show_panels();
  QDockWidget* add_panel(const QString& title, const QString& name, QWidget* widget,
                         Qt::DockWidgetArea area);
  void make_what_if();
  void begin_what_if();
  void toggle_what_if();
  void what_if_selected();
  // What was shown before; show_merged() brings all up to what is now.
  std::shared_ptr<const Document> merge_documents();
  void show_merged();
  void first_look();
  ViewState in_sight(const ViewState& view, bool focus_too) const;
  void refresh();
  void refresh_values();
  void refresh_statistics();
  void refresh_status();
  void refresh_problems();
  void ask_for_files();
  void ask_for_view();
  void ask_where_to_save();
  void ask_where_to_export();
  void complain(const QString& words);
  void find_lane();
  void offer_maps();
  void find_command();

  std::shared_ptr<const Document> files_ = std::make_shared<Document>();
  std::vector<std::shared_ptr<const Run>> what_if_runs_;
  std::shared_ptr<const Document> document_ = std::make_shared<Document>();  // both
  std::shared_ptr<const Document> drawn_ = document_;  // with the differences that lanes show
  History history_;
  bool asked_view_ = false;  // a saved view was opened: it is not replaced by the first one
  Export export_;

  std::map<Command, QAction*> actions_;
  QMenu* lane_menu_ = nullptr;
  QList<QAction*> map_actions_;  // of the lane menu
  QMenu* panels_menu_ = nullptr;
  QStackedWidget* pages_ = nullptr;
  Welcome* welcome_ = nullptr;
  Canvas* canvas_ = nullptr;
  RunList* runs_ = nullptr;
  WhatIfPanel* what_if_ = nullptr;
  TextTable* values_ = nullptr;
  TextTable* statistics_ = nullptr;
  TextTable* problems_ = nullptr;
  QDockWidget* runs_panel_ = nullptr;
  QDockWidget* values_panel_ = nullptr;
  QDockWidget* problems_panel_ = nullptr;
  QDockWidget* statistics_panel_ = nullptr;
  QDockWidget* what_if_panel_ = nullptr;
  QLabel* place_ = nullptr;
  QProgressBar* progress_ = nullptr;
  QTimer panels_timer_;
};

}  // namespace kvf::gui
