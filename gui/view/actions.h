// What keys and gestures do: functions from a view to the next one.
//
// No Qt. Of lanes of differences the document has the runs that with_derived() makes. What cannot be done
// (no next phase, no lane) gives the view as it is. A range never goes beyond what the lanes show, nor
// below kLeastWidth.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "gui/view/view_state.h"

namespace kvf::gui {

inline constexpr double kLeastWidth = 8;  // tokens, passes or nanoseconds

enum class Direction { back, forward };

// The range.
// factor above 1: closer, and `x` stays where it is.
ViewState zoom(const ViewState& view, const Document& document, double factor, double x);
// The same at the cursor, or in the middle if that is not in sight.
ViewState zoom(const ViewState& view, const Document& document, double factor);
// By a share of the width: 0.1 shows what lies a tenth to the right.
ViewState pan(const ViewState& view, const Document& document, double widths);
ViewState zoom_to(const ViewState& view, const Document& document, Interval range);
ViewState zoom_to_selection(const ViewState& view, const Document& document);
ViewState show_all(const ViewState& view);

// The cursor, the selection, pins. The places are within what the lanes show.
ViewState move_cursor(const ViewState& view, const Document& document, double x);
// To where the focused lane changes next.
ViewState step_cursor(const ViewState& view, const Document& document, Direction direction);
ViewState select(const ViewState& view, const Document& document, double from, double to);
// One end to the cursor; the other one stays, or is that of the range.
ViewState select_from_cursor(const ViewState& view, const Document& document);
ViewState select_to_cursor(const ViewState& view, const Document& document);
// The selection; where there is none, the cursor.
ViewState clear(const ViewState& view);
// At the cursor; one that is there already, or next to it, is taken away.
ViewState toggle_pin(const ViewState& view, const Document& document);
ViewState clear_pins(const ViewState& view);
// The cursor goes there, and the range follows it.
ViewState go_to_phase(const ViewState& view, const Document& document, Direction direction);
// A peak is the most that a series of the focused lane holds within a fiftieth of the width on
// either side, and does not rise from: closer up there are more of them.
ViewState go_to_peak(const ViewState& view, const Document& document, Direction direction);

// Lanes. Keys act on the focused one.
ViewState focus_lane(const ViewState& view, std::size_t lane);
ViewState focus_next(const ViewState& view, Direction direction);
// By heights of lanes.
ViewState scroll(const ViewState& view, double heights);
ViewState pin_lane(const ViewState& view);
ViewState resize_lane(const ViewState& view, double factor);
ViewState move_lane(const ViewState& view, Direction direction);
ViewState remove_lane(const ViewState& view);
// Below the focused lane, and focused. A lane of the same kind, runs and series is only focused.
ViewState add_lane(const ViewState& view, const Lane& lane);
// Lanes that could be added: of each series that two or more of the runs shown have on the axis.
std::vector<Lane> lanes_of_shown(const Document& document, const ViewState& view);
// Shows the whole of what the lane has; if it does already, the lane becomes the tall one.
ViewState fit_lane(const ViewState& view, const Document& document);

// Runs.
// A and B of the view; without them the first that lanes show, and the first whose series are not the
// same, or else the next one. "" where there is none.
std::array<std::string, 2> compared_runs(const ViewState& view, const Document& document);
// Makes the run A (0) or B (1), also in lanes of differences.
ViewState set_compared(const ViewState& view, const Document& document, std::size_t which,
                       const std::string& run);
// A lane of B less A, of the series of the focused lane; of what was found less what was expected
// if one of them was measured. Takes such a lane away.
ViewState toggle_difference(const ViewState& view, const Document& document);
// A lane of the components of the first run of the focused lane.
ViewState toggle_stack(const ViewState& view, const Document& document);
// In lanes of lines; other lanes of a run that is hidden go.
ViewState show_run(const ViewState& view, const Document& document, const std::string& run,
                   bool shown);
// The same policies on another task of their files, in all lanes. If that has not the series of a lane, what
// is seen of it first.
ViewState go_to_task(const ViewState& view, const Document& document, Direction direction);

// Looks.
// Axes on which nothing is are passed over. Another axis shows all, without cursor, selection, pins.
ViewState next_axis(const ViewState& view, const Document& document);
ViewState toggle_theme(const ViewState& view);
ViewState toggle_legend(const ViewState& view);
ViewState toggle_phases(const ViewState& view);

}  // namespace kvf::gui
