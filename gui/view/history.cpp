#include "gui/view/history.h"

#include <utility>

namespace kvf::gui {

bool same_layout(const ViewState& a, const ViewState& b) {
  ViewState other = b;
  other.cursor = a.cursor;
  other.selection = a.selection;
  other.focus = a.focus;
  other.scroll = a.scroll;
  return a == other;
}

void History::set(ViewState view, std::string_view gesture) {
  if (!same_layout(view_, view)) {
    const bool joins = !gesture.empty() && gesture == gesture_ && !past_.empty();
    if (!joins) past_.push_back(std::move(view_));
    if (past_.size() > kMost) past_.erase(past_.begin());
    future_.clear();
    gesture_ = gesture;
  }
  view_ = std::move(view);
}

void History::restart(ViewState view) {
  *this = History();
  view_ = std::move(view);
}

void History::undo() {
  if (past_.empty()) return;
  future_.push_back(std::exchange(view_, std::move(past_.back())));
  past_.pop_back();
  gesture_.clear();
}

void History::redo() {
  if (future_.empty()) return;
  past_.push_back(std::exchange(view_, std::move(future_.back())));
  future_.pop_back();
  gesture_.clear();
}

}  // namespace kvf::gui
