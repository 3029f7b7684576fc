// What a figure does not show of what its view names, and why: a window can be looked at and asked, a file
// cannot.
#pragma once

#include <string>
#include <vector>

#include "gui/document/document.h"
#include "gui/view/view_state.h"

namespace kvf::gui {

// Of runs that the lanes name, a text a reason: "lane 2 does not show a.kvf#1 and 2 more: ...".
std::vector<std::string> missing_of(const Document& document, const ViewState& view);

// What is wrong with the data of runs, a text a reason, with those that have it: of all that are shown, and
// of those of which there is nothing that could be (`all`: whether the view names them or not).
std::vector<std::string> problems_of(const Document& document, const ViewState& view, bool all);

}  // namespace kvf::gui
