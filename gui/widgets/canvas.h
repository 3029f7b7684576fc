// The lanes on the screen: draws a view, and turns what the mouse does into the next one.
//
// Keys are not its business (gui/view/keys.h); nor does it change the view itself: it asks.
#pragma once

#include <QImage>
#include <QPointF>
#include <QString>
#include <QWidget>
#include <memory>

#include "gui/document/document.h"
#include "gui/render/overlay.h"
#include "gui/render/render.h"
#include "gui/view/view_state.h"

namespace kvf::gui {

class Canvas : public QWidget {
  Q_OBJECT

 public:
  explicit Canvas(QWidget* parent = nullptr);

  void show_document(std::shared_ptr<const Document> document);
  void show_view(const ViewState& view);

  // Where things are now.
  const Layout& places() const;
  // Whether a range is being selected: what costs much can wait.
  bool is_selecting() const { return drag_ == Drag::select; }

  QSize sizeHint() const override { return {1100, 700}; }
  QSize minimumSizeHint() const override { return {320, 200}; }

 Q_SIGNALS:
  // The view that a gesture asks for; `gesture` as History::set takes it.
  void view_asked(const kvf::gui::ViewState& view, const QString& gesture);
  // What can be done with the focused lane, there.
  void lane_menu_asked(const QPoint& global);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void focusInEvent(QFocusEvent* event) override;
  void focusOutEvent(QFocusEvent* event) override;

 private:
  enum class Drag { none, pressed, select, pan };

  double x_at(QPointF position) const;
  void ask(const ViewState& view, const QString& gesture = {});
  const Overlay& overlay();
  // What has changed of the overlay is drawn anew.
  void renew_overlay();
  void draw_lanes();
  void draw_focus(QPainter& painter) const;

  std::shared_ptr<const Document> document_ = std::make_shared<Document>();
  ViewState view_;
  // The lanes as they were drawn last; empty: to be drawn again.
  QImage lanes_;
  mutable std::optional<Layout> places_;
  std::optional<Overlay> overlay_;
  std::optional<QPointF> pointer_;  // while it is over the canvas
  Drag drag_ = Drag::none;
  QPointF pressed_at_;
  double pressed_x_ = 0;
  int drags_ = 0;
};

}  // namespace kvf::gui
