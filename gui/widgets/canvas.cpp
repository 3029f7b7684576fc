#include "gui/widgets/canvas.h"

#include <QContextMenuEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>
#include <utility>

#include "gui/render/theme.h"
#include "gui/view/actions.h"

namespace kvf::gui {
namespace {

constexpr double kDragPixels = 4;         // less is a click
constexpr double kNotch = 120;            // of a wheel, as Qt counts
constexpr double kZoomPerNotch = 1.2;     //
constexpr double kPanPerNotch = 0.1;      // of the width
constexpr double kScrollPerNotch = 0.25;  // of a lane
constexpr double kDoubleClickZoom = 2;

// Whether the lanes look the same: all but what is drawn over them.
bool same_picture(const ViewState& a, const ViewState& b) {
  ViewState other = b;
  other.cursor = a.cursor;
  other.selection = a.selection;
  other.pins = a.pins;
  other.focus = a.focus;
  other.compared = a.compared;
  return a == other;
}

// Whether the two differ, if at all, in what is an item of the overlay.
bool same_below_overlay(const ViewState& a, const ViewState& b) {
  return same_picture(a, b) && a.focus == b.focus && a.compared == b.compared;
}

}  // namespace

Canvas::Canvas(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("canvas"));
  setAccessibleName(tr("Memory over time"));
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setAttribute(Qt::WA_OpaquePaintEvent);
}

void Canvas::show_document(std::shared_ptr<const Document> document) {
  document_ = std::move(document);
  lanes_ = {};
  places_.reset();
  overlay_.reset();
  update();
}

void Canvas::show_view(const ViewState& view) {
  if (same_below_overlay(view_, view)) {
    const Overlay before = overlay();
    view_ = view;
    overlay_.reset();
    update(changed(before, overlay()));
    return;
  }
  if (!same_picture(view_, view)) {
    lanes_ = {};
    places_.reset();
  }
  view_ = view;
  overlay_.reset();
  update();
}

const Overlay& Canvas::overlay() {
  if (!overlay_) overlay_ = overlay_of(*document_, view_, size(), pointer_);
  return *overlay_;
}

void Canvas::renew_overlay() {
  const Overlay before = std::exchange(overlay_, std::nullopt).value_or(Overlay{});
  update(changed(before, overlay()));
}

const Layout& Canvas::places() const {
  if (!places_) places_ = layout_of(*document_, view_, size());
  return *places_;
}

double Canvas::x_at(QPointF position) const {
  const Layout& places = this->places();
  return places.x_of(std::clamp(position.x(), places.plot.left(), places.plot.right()));
}

void Canvas::ask(const ViewState& view, const QString& gesture) {
  if (view != view_) Q_EMIT view_asked(view, gesture);
}

void Canvas::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  lanes_ = {};
  places_.reset();
  overlay_.reset();
}

void Canvas::draw_lanes() {
  const double ratio = devicePixelRatioF();
  const QSize pixels(static_cast<int>(std::ceil(width() * ratio)),
                     static_cast<int>(std::ceil(height() * ratio)));
  if (!lanes_.isNull() && lanes_.size() == pixels) return;
  lanes_ = QImage(pixels, QImage::Format_RGB32);
  lanes_.setDevicePixelRatio(ratio);
  QPainter painter(&lanes_);
  render_lanes(painter, *document_, view_, size());
}

void Canvas::draw_focus(QPainter& painter) const {
  const Layout& places = this->places();
  if (!hasFocus() || view_.focus >= places.lanes.size()) return;
  const QRectF lane = places.lanes[view_.focus];
  const double top = view_.lanes[view_.focus].pinned ? places.plot.top() : places.pinned_bottom;
  painter.save();
  painter.setClipRect(QRectF(0, top - 3, width(), places.ruler.top() - top + 3));
  painter.setPen(QPen(kvf::gui::palette(view_.theme).focus, 4));
  painter.drawLine(QPointF(3, lane.top() + 2), QPointF(3, lane.bottom() - 1));
  painter.restore();
}

// The painter draws in the region of the event only: of a cursor that moves, little.
void Canvas::paintEvent(QPaintEvent*) {
  draw_lanes();
  QPainter painter(this);
  painter.drawImage(QPointF(0, 0), lanes_);
  paint_overlay(painter, overlay());
  draw_focus(painter);
}

void Canvas::focusInEvent(QFocusEvent* event) {
  QWidget::focusInEvent(event);
  update();
}

void Canvas::focusOutEvent(QFocusEvent* event) {
  QWidget::focusOutEvent(event);
  update();
}

void Canvas::mousePressEvent(QMouseEvent* event) {
  const bool left = event->button() == Qt::LeftButton;
  if (!left && event->button() != Qt::MiddleButton) return;
  pressed_at_ = event->position();
  pressed_x_ = x_at(pressed_at_);
  const bool pans = !left || event->modifiers().testFlag(Qt::ShiftModifier);
  drag_ = pans ? Drag::pan : Drag::pressed;
  ++drags_;
  if (pans) {
    setCursor(Qt::ClosedHandCursor);
    return;
  }
  ViewState next = move_cursor(view_, *document_, pressed_x_);
  const Layout& places = this->places();
  for (std::size_t i = 0; i < places.lanes.size(); ++i) {
    if (places.lanes[i].contains(pressed_at_)) next = focus_lane(next, i);
  }
  ask(next);
}

void Canvas::leaveEvent(QEvent* event) {
  QWidget::leaveEvent(event);
  pointer_.reset();
  renew_overlay();
}

void Canvas::mouseMoveEvent(QMouseEvent* event) {
  pointer_ = event->position();
  const double x = x_at(event->position());
  switch (drag_) {
    case Drag::none: {
      const ViewState next = move_cursor(view_, *document_, x);
      if (next == view_) renew_overlay();  // it has moved up or down
      ask(next);
      break;
    }
    case Drag::pressed:
      if (std::abs(event->position().x() - pressed_at_.x()) < kDragPixels) break;
      drag_ = Drag::select;
      [[fallthrough]];
    case Drag::select:
      ask(select(move_cursor(view_, *document_, x), *document_, pressed_x_, x));
      break;
    case Drag::pan: {
      // What was under the pointer stays there.
      const Layout& places = this->places();
      const double under = places.x_of(event->position().x());
      ask(pan(view_, *document_, (pressed_x_ - under) / places.range.width()),
          QStringLiteral("drag %1").arg(drags_));
      break;
    }
  }
}

void Canvas::mouseReleaseEvent(QMouseEvent* event) {
  const Drag was = std::exchange(drag_, Drag::none);
  if (was == Drag::pan) unsetCursor();
  if (was == Drag::select) Q_EMIT view_asked(view_, {});  // no longer selecting
  if (was != Drag::pressed || event->button() != Qt::LeftButton || !view_.selection) return;
  // A click beside the selection ends it; inside, it may be half of a double click.
  if (pressed_x_ < view_.selection->begin || pressed_x_ > view_.selection->end) {
    ViewState next = view_;
    next.selection.reset();
    ask(next);
  }
}

void Canvas::mouseDoubleClickEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  ask(view_.selection ? zoom_to_selection(view_, *document_)
                      : zoom(view_, *document_, kDoubleClickZoom, x_at(event->position())));
}

void Canvas::wheelEvent(QWheelEvent* event) {
  const double across = event->angleDelta().x() / kNotch;
  const double notches = event->angleDelta().y() / kNotch;
  if (event->modifiers().testFlag(Qt::ControlModifier)) {
    ask(zoom(view_, *document_, std::pow(kZoomPerNotch, notches), x_at(event->position())),
        QStringLiteral("wheel zoom"));
  } else if (event->modifiers().testFlag(Qt::ShiftModifier) || across != 0) {
    ask(pan(view_, *document_, -(across + notches) * kPanPerNotch), QStringLiteral("wheel pan"));
  } else {
    ViewState next = view_;
    next.scroll = std::clamp(view_.scroll - notches * kScrollPerNotch, 0.0, places().most_scroll);
    ask(next);
  }
  event->accept();
}

void Canvas::contextMenuEvent(QContextMenuEvent* event) {
  ViewState next = view_;
  const Layout& places = this->places();
  for (std::size_t i = 0; i < places.lanes.size(); ++i) {
    const bool there = places.lanes[i].contains(event->pos());
    if (there && event->reason() == QContextMenuEvent::Mouse) next = focus_lane(next, i);
  }
  ask(next);
  Q_EMIT lane_menu_asked(event->globalPos());
}

}  // namespace kvf::gui
