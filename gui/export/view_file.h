// What a view shows, as a file: a picture, or a table of its values.
#pragma once

#include <QSize>
#include <string>

#include "gui/document/document.h"
#include "gui/view/view_state.h"

namespace kvf::gui {

// .png, .svg and .pdf as the screen draws it, .csv as csv_of(). `document` has what with_derived()
// adds. A file does not scroll: lanes are as low as it takes to show all of them, and a size that is too
// low for that, or too narrow for a plot, is refused, with what is needed. `scale`: see figure_image().
// Throws FigureError.
void write_view(const std::string& file, const Document& document, const ViewState& view,
                QSize size, double scale = 1);

// A line a point of each series in the lanes and the range that are shown, and of the parts of a stack;
// of maps there is nothing. A value holds until the next line of its series; the first may have begun
// before the range.
std::string csv_of(const Document& document, const ViewState& view);

}  // namespace kvf::gui
