// Undo and redo of views.
//
// No Qt.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gui/view/view_state.h"

namespace kvf::gui {

// Whether they show the same, but for the cursor, the selection, and which lane keys act on or is
// scrolled to: what moves with every event and is not worth an undo.
bool same_layout(const ViewState& a, const ViewState& b);

class History {
 public:
  const ViewState& view() const { return view_; }

  // Makes an entry if the layout is another one. An entry of the same gesture as the one before it
  // is joined to that: turning a wheel is undone at once. "": never joined.
  void set(ViewState view, std::string_view gesture = {});
  // Forgets all entries.
  void restart(ViewState view);

  bool can_undo() const { return !past_.empty(); }
  bool can_redo() const { return !future_.empty(); }
  // Nothing happens where there is no entry.
  void undo();
  void redo();

 private:
  static constexpr std::size_t kMost = 500;

  ViewState view_;
  std::vector<ViewState> past_, future_;
  std::string gesture_;
};

}  // namespace kvf::gui
