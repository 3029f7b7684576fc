// Actions on the range, the selection and pins.
#include <algorithm>
#include <cmath>
#include <utility>

#include "gui/view/actions.h"

namespace kvf::gui {
namespace {

// Pins this near to each other, as a share of the width, cannot be told apart.
constexpr double kNear = 0.004;

// The same width, moved into `whole`; not wider than that, nor narrower than can be told apart.
Interval inside(Interval range, Interval whole) {
  const bool is_inside = range.begin >= whole.begin && range.end <= whole.end;
  if (is_inside && range.width() >= kLeastWidth) return range;  // to the last bit
  const double width =
      std::min(std::max(range.width(), kLeastWidth), std::max(whole.width(), kLeastWidth));
  const double middle = range.begin + range.width() / 2;
  double begin = range.width() < width ? middle - width / 2 : range.begin;
  begin = std::max(std::min(begin, whole.end - width), whole.begin);
  return {begin, begin + width};
}

ViewState with_range(const ViewState& view, const Document& document, Interval range) {
  ViewState next = view;
  const Interval whole = full_range(document, view);
  next.range = inside(range, whole);
  // All of it, also when more of it has been read.
  if (next.range.begin <= whole.begin && next.range.end >= whole.end) next.range = {};
  return next;
}

double within(double x, Interval range) { return std::clamp(x, range.begin, range.end); }

}  // namespace

ViewState zoom(const ViewState& view, const Document& document, double factor, double x) {
  const Interval range = shown_range(document, view);
  const Interval whole = full_range(document, view);
  const double width =
      std::clamp(range.width() / factor, std::min(kLeastWidth, whole.width()), whole.width());
  const double share = (within(x, range) - range.begin) / range.width();
  const double begin = within(x, range) - share * width;
  return with_range(view, document, {begin, begin + width});
}

ViewState zoom(const ViewState& view, const Document& document, double factor) {
  const Interval range = shown_range(document, view);
  const bool seen = view.cursor && *view.cursor >= range.begin && *view.cursor <= range.end;
  return zoom(view, document, factor, seen ? *view.cursor : range.begin + range.width() / 2);
}

ViewState pan(const ViewState& view, const Document& document, double widths) {
  const Interval range = shown_range(document, view);
  const double by = widths * range.width();
  return with_range(view, document, {range.begin + by, range.end + by});
}

ViewState zoom_to(const ViewState& view, const Document& document, Interval range) {
  return with_range(view, document, range);
}

ViewState zoom_to_selection(const ViewState& view, const Document& document) {
  if (!view.selection) return view;
  ViewState next = with_range(view, document, *view.selection);
  next.selection.reset();
  return next;
}

ViewState show_all(const ViewState& view) {
  ViewState next = view;
  next.range = {};
  return next;
}

ViewState move_cursor(const ViewState& view, const Document& document, double x) {
  ViewState next = view;
  next.cursor = within(x, full_range(document, view));
  return next;
}

ViewState select(const ViewState& view, const Document& document, double from, double to) {
  ViewState next = view;
  const Interval whole = full_range(document, view);
  const auto [begin, end] = std::minmax({within(from, whole), within(to, whole)});
  next.selection.reset();
  if (begin < end) next.selection = Interval{begin, end};
  return next;
}

ViewState select_from_cursor(const ViewState& view, const Document& document) {
  if (!view.cursor) return view;
  double end = shown_range(document, view).end;
  if (view.selection && view.selection->end > *view.cursor) end = view.selection->end;
  return *view.cursor < end ? select(view, document, *view.cursor, end) : view;
}

ViewState select_to_cursor(const ViewState& view, const Document& document) {
  if (!view.cursor) return view;
  double begin = shown_range(document, view).begin;
  if (view.selection && view.selection->begin < *view.cursor) begin = view.selection->begin;
  return begin < *view.cursor ? select(view, document, begin, *view.cursor) : view;
}

ViewState clear(const ViewState& view) {
  ViewState next = view;
  if (next.selection) {
    next.selection.reset();
  } else {
    next.cursor.reset();
  }
  return next;
}

ViewState toggle_pin(const ViewState& view, const Document& document) {
  if (!view.cursor) return view;
  ViewState next = view;
  const double near = kNear * shown_range(document, view).width();
  const auto first = std::lower_bound(next.pins.begin(), next.pins.end(), *view.cursor - near);
  const auto last = std::upper_bound(first, next.pins.end(), *view.cursor + near);
  if (first == last) {
    next.pins.insert(first, *view.cursor);
  } else {
    next.pins.erase(first, last);
  }
  return next;
}

ViewState clear_pins(const ViewState& view) {
  ViewState next = view;
  next.pins.clear();
  return next;
}

}  // namespace kvf::gui
