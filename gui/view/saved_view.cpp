#include "gui/view/saved_view.h"

#include "gui/view/bind.h"

namespace kvf::gui {

ViewState saved_view(const Document& document, const ViewState& view) {
  ViewState next = bound_to(document, view);
  if (!next.lanes.empty()) return next;
  const ViewState first = first_view(document);
  next.lanes = first.lanes;
  if (next.axis == ViewState().axis) next.axis = first.axis;
  return next;
}

}  // namespace kvf::gui
