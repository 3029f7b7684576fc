// A view from a file, and the document that it is to show.
//
// No Qt.
#pragma once

#include "gui/document/document.h"
#include "gui/view/view_state.h"

namespace kvf::gui {

// Bound to the document's runs (bind.h); one without lanes says how, not what, and has those that are seen
// first, on their axis unless it names another than the usual.
ViewState saved_view(const Document& document, const ViewState& view);

}  // namespace kvf::gui
