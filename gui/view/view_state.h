// What is looked at: a value that is saved as JSON, undone, and rendered. Nothing of it is in widgets.
//
// No Qt.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "gui/document/document.h"

namespace kvf::gui {

enum class LaneKind : std::uint8_t {
  lines,       // series of several runs, one over another; a device's limit
  stack,       // components of one run, each column at the true instant of its peak
  difference,  // the second run less the first
  residual,    // what was found less what was expected
  occupancy,   // blocks or tokens x time: free, live, pinned, waste
  heads,       // groups of heads x time: how much of what they hold at most
  attention,   // of a small case: active, inactive, evicted
};
inline constexpr std::array<std::string_view, 7> kLaneKindWords{
    "lines", "stack", "difference", "residual", "occupancy", "heads", "attention"};

// Lanes of two runs, whose series come from both.
inline constexpr bool is_comparison(LaneKind kind) {
  return kind == LaneKind::difference || kind == LaneKind::residual;
}

inline constexpr double kLeastHeight = 0.25, kMostHeight = 8;  // of a lane

struct Lane {
  LaneKind kind = LaneKind::lines;
  // Ids. Lines: all of these; stack, maps: the first; difference, residual: two, the second less the
  // first.
  std::vector<std::string> runs;
  std::string series;   // by name: "total", "cache"; a stack's total
  double height = 1;    // relative, kLeastHeight to kMostHeight
  bool pinned = false;  // stays on top when lanes scroll
  friend bool operator==(const Lane&, const Lane&) = default;
};

struct Interval {
  double begin = 0, end = 0;
  double width() const { return end - begin; }
  friend bool operator==(const Interval&, const Interval&) = default;
};

enum class Theme : std::uint8_t { light, dark };
inline constexpr std::array<std::string_view, 2> kThemeWords{"light", "dark"};

struct ViewState {
  Axis axis = Axis::row;
  Interval range;  // x that is shown; of no width: all there is
  std::vector<Lane> lanes;
  std::size_t focus = 0;  // the lane that keys act on
  double scroll = 0;      // of the lanes that are not pinned, in lane heights
  std::optional<double> cursor;
  std::optional<Interval> selection;
  std::vector<double> pins;  // vertical lines that stay, with their values; ascending
  // A and B, ids of runs: what a lane of their difference is made of. Empty: compared_runs().
  std::array<std::string, 2> compared;
  Theme theme = Theme::light;
  bool legend = true;
  bool phases = true;
  friend bool operator==(const ViewState&, const ViewState&) = default;
};

// Is no view, or not of this document: what was found, what was expected, in words for a user.
struct ViewError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// JSON with the names above; the first key says that it is a view: "kvfootprint-view": 1. What is left
// out is as in ViewState{}. Unknown keys and words are errors, and so are values out of range: the
// error has a line for each, FILE:LINE:COLUMN: error: what was found; what was expected.
std::string to_json(const ViewState& view);
ViewState view_from_json(const std::string& text, const std::string& file = "view");

// What a user wants to see first: the axis that all runs have, a lane of lines of each unit, and what
// their kinds ask for (components of one run; two runs: their difference; a prediction and a
// measurement: their residual). Of two files that is the first pair of runs of equal policy and task.
ViewState first_view(const Document& document);

// The runs that lanes show, in the order of the document, each once.
std::vector<const Run*> shown_runs(const Document& document, const ViewState& view);

// The whole of what the lanes show on the axis; where they show nothing, all that the document has.
// Never without width.
Interval full_range(const Document& document, const ViewState& view);
// The range of the view, or all there is if that has no width.
Interval shown_range(const Document& document, const ViewState& view);

}  // namespace kvf::gui
