// A view that was made elsewhere, and the document that is here: which runs it means, and why a lane of it
// shows nothing.
//
// No Qt.
#pragma once

#include <string>

#include "gui/document/document.h"
#include "gui/view/view_state.h"

namespace kvf::gui {

// The view with the ids that the document's runs have: one that is not there stands for the only run whose
// file has the same name, in whatever folder, and the same number. Others stay as they are.
ViewState bound_to(const Document& document, const ViewState& view);

// Why the lane shows nothing, in words; "" where it shows something. Of maps only whether they have a run.
std::string why_nothing(const Document& document, Axis axis, const Lane& lane);

}  // namespace kvf::gui
