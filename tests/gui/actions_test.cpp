// What keys and gestures do to a view.
#include "gui/view/actions.h"

#include <random>

#include "gui/view/derive.h"
#include "gui/view/lane_series.h"
#include "tests/catch.h"
#include "tests/gui/sample_document.h"

namespace {

using namespace kvf;
using namespace kvf::gui;

constexpr Direction kBack = Direction::back, kForward = Direction::forward;

// Both policies on the first task: rows 0 to 1000.
struct Sample {
  Document document = test::sample_document();
  ViewState view;
  Sample() {
    view.lanes = {{LaneKind::lines, {"a.kvf#1", "a.kvf#2"}, "cache", 1, false},
                  {LaneKind::lines, {"a.kvf#1", "a.kvf#2"}, "total", 1, false}};
  }
};

std::vector<std::string> runs_of(const ViewState& view, std::size_t lane) {
  return view.lanes.at(lane).runs;
}

TEST_CASE("Zooming keeps what is under the pointer, within what there is") {
  Sample s;
  const ViewState closer = zoom(s.view, s.document, 2, 250);
  CHECK(closer.range == Interval{125, 625});
  CHECK(zoom(closer, s.document, 0.5, 250).range == Interval{});
  // At the border the point moves, but nothing beyond is shown.
  CHECK(zoom(closer, s.document, 0.625, 625).range == Interval{0, 800});
  CHECK(zoom(s.view, s.document, 1e9, 700).range.width() == kLeastWidth);
  CHECK(zoom(s.view, s.document, 1e9, 1000).range == Interval{992, 1000});
  CHECK(zoom(s.view, s.document, 1e-9, 700).range == Interval{});
  // With keys: at the cursor, or in the middle.
  CHECK(zoom(s.view, s.document, 2).range == Interval{250, 750});
  s.view.cursor = 0;
  CHECK(zoom(s.view, s.document, 2).range == Interval{0, 500});
  s.view.range = {500, 900};
  CHECK(zoom(s.view, s.document, 2).range == Interval{600, 800});
}

TEST_CASE("A document of less than the least width is shown whole") {
  Document document;
  document.runs.push_back(test::run("a", 1, "p", "t", {test::series("total", {0}, {1}, 3)}));
  const ViewState view = first_view(document);
  CHECK(zoom(view, document, 4, 1).range == Interval{});
  CHECK(pan(view, document, 1).range == Interval{});
}

TEST_CASE("Panning stops at the ends") {
  Sample s;
  s.view.range = {100, 300};
  CHECK(pan(s.view, s.document, 0.5).range == Interval{200, 400});
  CHECK(pan(s.view, s.document, -0.25).range == Interval{50, 250});
  CHECK(pan(s.view, s.document, -9).range == Interval{0, 200});
  CHECK(pan(s.view, s.document, 9).range == Interval{800, 1000});
  s.view.range = {};
  CHECK(pan(s.view, s.document, 0.5).range == Interval{});
}

TEST_CASE("A selection is zoomed to, and made by keys too") {
  Sample s;
  const ViewState selected = select(s.view, s.document, 600, 200);
  CHECK(selected.selection == Interval{200, 600});
  CHECK(select(s.view, s.document, -50, 5000).selection == Interval{0, 1000});
  CHECK_FALSE(select(selected, s.document, 7, 7).selection);
  const ViewState zoomed = zoom_to_selection(selected, s.document);
  CHECK(zoomed.range == Interval{200, 600});
  CHECK_FALSE(zoomed.selection);
  CHECK(zoom_to_selection(s.view, s.document) == s.view);
  CHECK(zoom_to(s.view, s.document, {300, 301}).range == Interval{296.5, 304.5});
  CHECK(show_all(zoomed).range == Interval{});

  CHECK(select_from_cursor(s.view, s.document) == s.view);
  s.view.cursor = 400;
  ViewState keyed = select_from_cursor(s.view, s.document);
  CHECK(keyed.selection == Interval{400, 1000});
  keyed.cursor = 700;
  CHECK(select_to_cursor(keyed, s.document).selection == Interval{400, 700});
  keyed.cursor = 300;
  CHECK(select_from_cursor(keyed, s.document).selection == Interval{300, 1000});
  CHECK(select_to_cursor(keyed, s.document).selection == Interval{0, 300});
}

TEST_CASE("Esc clears the selection first, then the cursor") {
  Sample s;
  s.view.cursor = 4;
  s.view.selection = Interval{1, 2};
  const ViewState once = clear(s.view);
  CHECK_FALSE(once.selection);
  CHECK(once.cursor == 4);
  CHECK_FALSE(clear(once).cursor);
}

TEST_CASE("Markers come and go where the cursor is") {
  Sample s;
  CHECK(toggle_pin(s.view, s.document) == s.view);
  s.view.cursor = 500;
  ViewState view = toggle_pin(s.view, s.document);
  view.cursor = 100;
  view = toggle_pin(view, s.document);
  CHECK(view.pins == std::vector<double>{100, 500});
  view.cursor = 502;  // near enough to mean it
  CHECK(toggle_pin(view, s.document).pins == std::vector<double>{100});
  view.range = {480, 520};  // from this near it is another place
  CHECK(toggle_pin(view, s.document).pins == std::vector<double>{100, 500, 502});
  CHECK(clear_pins(view).pins.empty());
  CHECK(move_cursor(view, s.document, 1e9).cursor == 1000);
}

TEST_CASE("The cursor goes from change to change of the focused lane") {
  Sample s;
  std::vector<double> seen;
  ViewState view = s.view;
  for (int i = 0; i < 12; ++i) {
    const ViewState next = step_cursor(view, s.document, kForward);
    if (next == view) break;
    view = next;
    seen.push_back(*view.cursor);
  }
  CHECK(seen == std::vector<double>{0, 100, 300, 320, 500, 510, 700, 710});
  CHECK(step_cursor(view, s.document, kBack).cursor == 700);
  view.cursor = 300.5;
  CHECK(step_cursor(view, s.document, kBack).cursor == 300);
  CHECK(step_cursor(view, s.document, kForward).cursor == 320);
  view.cursor.reset();
  CHECK(step_cursor(view, s.document, kBack).cursor == 710);
}

TEST_CASE("Phases are gone to one by one, and the range follows") {
  Sample s;
  ViewState view = go_to_phase(s.view, s.document, kForward);
  CHECK(view.cursor == 0);
  view = go_to_phase(view, s.document, kForward);
  CHECK(view.cursor == 400);
  CHECK(view.range == Interval{});
  view.range = {350, 450};
  view = go_to_phase(view, s.document, kForward);
  CHECK(view.cursor == 800);
  CHECK(view.range == Interval{750, 850});
  CHECK(go_to_phase(view, s.document, kForward) == view);
  CHECK(go_to_phase(view, s.document, kBack).cursor == 400);
}

TEST_CASE("Peaks are gone to one by one, of all runs of the focused lane") {
  Sample s;
  std::vector<double> seen;
  ViewState view = s.view;
  for (int i = 0; i < 12; ++i) {
    const ViewState next = go_to_peak(view, s.document, kForward);
    if (next == view) break;
    view = next;
    seen.push_back(*view.cursor);
  }
  CHECK(seen == std::vector<double>{300, 500, 700});
  view = go_to_peak(view, s.document, kBack);
  CHECK(view.cursor == 500);
  CHECK(go_to_peak(view, s.document, kBack).cursor == 300);
  s.view.lanes[0].runs = {"a.kvf#1"};
  s.view.cursor = 310;
  CHECK(go_to_peak(s.view, s.document, kForward).cursor == 700);
}

TEST_CASE("The next peak is the one that looking at every point finds") {
  std::mt19937 random(7);
  const auto draw = [&random](int most) {
    return static_cast<std::int64_t>(random() % static_cast<unsigned>(most));
  };
  for (int round = 0; round < 60; ++round) {
    std::vector<std::int64_t> xs, ys;
    std::int64_t x = draw(5);
    for (std::int64_t i = 0, points = 1 + draw(60); i < points; ++i) {
      xs.push_back(x);
      ys.push_back(draw(round % 2 == 0 ? 5 : 1000));
      x += 1 + draw(round % 3 == 0 ? 100 : 4);
    }
    Document document;
    document.runs.push_back(test::run("a", 1, "p", "t", {test::series("total", xs, ys, x)}));
    ViewState view = first_view(document);
    const auto reach = std::max<std::int64_t>(
        1, static_cast<std::int64_t>(full_range(document, view).width() / 50));
    std::vector<double> expected;
    for (std::size_t i = 0; i < xs.size(); ++i) {
      bool peak = i + 1 == xs.size() || ys[i + 1] <= ys[i];
      for (std::size_t j = 0; j < xs.size(); ++j) {
        // Held somewhere in [xs[i] - reach, xs[i] + reach].
        const std::int64_t until = j + 1 < xs.size() ? xs[j + 1] : x;
        if (xs[j] > xs[i] + reach || until <= xs[i] - reach) continue;
        if (ys[j] > ys[i] || (ys[j] == ys[i] && j < i)) peak = false;
      }
      if (peak) expected.push_back(static_cast<double>(xs[i]));
    }
    std::vector<double> forward, backward;
    for (const Direction direction : {kForward, kBack}) {
      ViewState at = view;
      auto& seen = direction == kForward ? forward : backward;
      while (seen.size() <= expected.size()) {
        const ViewState next = go_to_peak(at, document, direction);
        if (next == at) break;
        at = next;
        seen.push_back(*at.cursor);
      }
    }
    std::reverse(backward.begin(), backward.end());
    CHECK(forward == expected);
    CHECK(backward == expected);
  }
}

TEST_CASE("Lanes are focused, moved, sized, pinned, removed and added") {
  Sample s;
  CHECK(focus_next(s.view, kForward).focus == 1);
  CHECK(focus_next(s.view, kBack).focus == 0);
  CHECK(focus_lane(s.view, 7).focus == 0);

  const ViewState down = move_lane(s.view, kForward);
  CHECK(down.focus == 1);
  CHECK(down.lanes[1].series == "cache");
  CHECK(move_lane(down, kForward) == down);
  CHECK(move_lane(down, kBack) == s.view);

  CHECK(resize_lane(s.view, 2).lanes[0].height == 2);
  CHECK(resize_lane(s.view, 100).lanes[0].height == 8);
  CHECK(resize_lane(s.view, 0.001).lanes[0].height == 0.25);

  CHECK(pin_lane(s.view).lanes[0].pinned);
  CHECK(pin_lane(pin_lane(s.view)) == s.view);

  CHECK(scroll(s.view, 0.5).scroll == 0.5);
  CHECK(scroll(s.view, 50).scroll == 1);
  CHECK(scroll(s.view, -1).scroll == 0);
  CHECK(scroll(pin_lane(s.view), 50).scroll == 0);

  ViewState last = focus_next(s.view, kForward);
  last.scroll = 1;
  last = remove_lane(last);
  CHECK(last.lanes.size() == 1);
  CHECK(last.focus == 0);
  CHECK(last.scroll == 0);
  CHECK(remove_lane(remove_lane(last)).lanes.empty());

  const Lane lane{LaneKind::lines, {"a.kvf#1"}, "layer 0 full", 1, false};
  const ViewState added = add_lane(s.view, lane);
  CHECK(added.lanes[1] == lane);
  CHECK(added.focus == 1);
  CHECK(add_lane(focus_lane(added, 0), lane) == added);
}

TEST_CASE("Fitting a lane shows what it has; again, it becomes the tall one") {
  Sample s;
  s.view.lanes.push_back({LaneKind::lines, {"a.kvf#3"}, "cache", 1, false});
  CHECK(full_range(s.document, s.view) == Interval{0, 2000});
  const ViewState fit = fit_lane(s.view, s.document);
  CHECK(fit.range == Interval{0, 1000});
  const ViewState tall = fit_lane(fit, s.document);
  CHECK(tall.range == Interval{0, 1000});
  CHECK(tall.lanes[0].height == 4);
  CHECK(tall.lanes[1].height == 1);
  CHECK(fit_lane(ViewState{}, s.document) == ViewState{});
}

TEST_CASE("B less A comes and goes; a measurement less a prediction is a residual") {
  Sample s;
  const ViewState with = toggle_difference(s.view, s.document);
  REQUIRE(with.lanes.size() == 3);
  CHECK(with.lanes[1] == Lane{LaneKind::difference, {"a.kvf#1", "a.kvf#2"}, "cache", 1, false});
  CHECK(toggle_difference(with, s.document).lanes == s.view.lanes);

  // A is made the second run: they change places, and the lane follows.
  const ViewState other = set_compared(with, s.document, 0, "a.kvf#2");
  CHECK(other.compared == std::array<std::string, 2>{"a.kvf#2", "a.kvf#1"});
  CHECK(runs_of(other, 1) == std::vector<std::string>{"a.kvf#2", "a.kvf#1"});
  const ViewState third = set_compared(s.view, s.document, 1, "a.kvf#3");
  CHECK(compared_runs(third, s.document) == std::array<std::string, 2>{"a.kvf#1", "a.kvf#3"});
  CHECK(runs_of(toggle_difference(third, s.document), 1) ==
        std::vector<std::string>{"a.kvf#1", "a.kvf#3"});

  auto measured = std::make_shared<Run>(*s.document.runs[0]);
  measured->kind = RunKind::captured;
  s.document.runs[0] = measured;
  const ViewState residual = toggle_difference(s.view, s.document);
  CHECK(residual.lanes[1].kind == LaneKind::residual);
  CHECK(runs_of(residual, 1) == std::vector<std::string>{"a.kvf#2", "a.kvf#1"});

  // Of one run there is none.
  s.view.lanes[0].runs.pop_back();
  s.view.lanes[1].runs.pop_back();
  CHECK(toggle_difference(s.view, s.document) == s.view);
}

TEST_CASE("Components of a run come and go") {
  Sample s;
  s.view.focus = 1;
  const ViewState with = toggle_stack(s.view, s.document);
  REQUIRE(with.lanes.size() == 3);
  CHECK(with.lanes[2] == Lane{LaneKind::stack, {"a.kvf#1"}, "total", 1, false});
  CHECK(toggle_stack(with, s.document).lanes == s.view.lanes);
  CHECK(toggle_stack(ViewState{}, s.document) == ViewState{});
}

TEST_CASE("Unless a user says so, A and B are the first runs that differ") {
  Sample s;
  auto same = std::make_shared<Run>(*s.document.runs[0]);
  same->id = "same#1";
  s.document.runs.insert(s.document.runs.begin() + 1, same);
  for (Lane& lane : s.view.lanes) lane.runs.insert(lane.runs.begin() + 1, same->id);
  using Pair = std::array<std::string, 2>;
  CHECK(compared_runs(s.view, s.document) == Pair{"a.kvf#1", "a.kvf#2"});
  for (Lane& lane : s.view.lanes) lane.runs.resize(2);  // there is no other
  CHECK(compared_runs(s.view, s.document) == Pair{"a.kvf#1", "same#1"});
  s.view.compared = {"", "a.kvf#1"};
  CHECK(compared_runs(s.view, s.document) == Pair{"same#1", "a.kvf#1"});
  s.view.compared = {"same#1", ""};
  CHECK(compared_runs(s.view, s.document) == Pair{"same#1", "a.kvf#1"});
}

TEST_CASE("Runs are hidden and shown") {
  Sample s;
  const ViewState with = toggle_difference(s.view, s.document);
  const ViewState hidden = show_run(with, s.document, "a.kvf#2", false);
  REQUIRE(hidden.lanes.size() == 2);
  CHECK(runs_of(hidden, 0) == std::vector<std::string>{"a.kvf#1"});
  const ViewState back = show_run(hidden, s.document, "a.kvf#2", true);
  CHECK(runs_of(back, 1) == std::vector<std::string>{"a.kvf#1", "a.kvf#2"});
  CHECK(show_run(back, s.document, "a.kvf#2", true) == back);
  // At its place, also before those that stayed: colours do not move.
  const ViewState second = show_run(back, s.document, "a.kvf#1", false);
  CHECK(show_run(second, s.document, "a.kvf#1", true).lanes == back.lanes);
  CHECK(show_run(back, s.document, "none", true) == back);

  // A run of which no lane has a series brings its own.
  s.document.runs.push_back(
      test::run("t.json", 1, "t", "", {test::series("live", {0, 5}, {1, 2}, 10)}));
  const ViewState more = show_run(back, s.document, "t.json#1", true);
  REQUIRE(more.lanes.size() == 3);
  CHECK(more.lanes[2].series == "live");
  CHECK(shown_runs(s.document, more).size() == 3);
}

TEST_CASE("Another task shows the same policies") {
  Sample s;
  s.view.range = {5, 50};
  s.view.cursor = 8;
  s.view.pins = {9};
  s.view.compared = {"a.kvf#2", "a.kvf#1"};
  const ViewState next = go_to_task(s.view, s.document, kForward);
  CHECK(runs_of(next, 0) == std::vector<std::string>{"a.kvf#3", "a.kvf#4"});
  CHECK(next.compared == std::array<std::string, 2>{"a.kvf#4", "a.kvf#3"});
  CHECK(next.range == Interval{});
  CHECK_FALSE(next.cursor);
  CHECK(next.pins.empty());
  CHECK(go_to_task(next, s.document, kForward) == next);
  CHECK(go_to_task(next, s.document, kBack).lanes == s.view.lanes);
}

TEST_CASE("A task without the series of a lane is seen as at first") {
  Document document;
  for (const char* task : {"equal", "one long"}) {
    for (const char* label : {"full", "streaming"}) {
      const bool equal = std::string(task) == "equal";
      document.runs.push_back(
          test::run("b.kvf", static_cast<int>(document.runs.size()) + 1, label, task,
                    {test::series(equal ? "sequence 1 x4" : "sequence 1", {0, 5}, {1, 2}, 9),
                     test::series("total", {0, 5}, {1, 2}, 9, Axis::row, TrackUnit::entries)}));
    }
  }
  ViewState view;
  view.lanes = {{LaneKind::lines, {"b.kvf#1", "b.kvf#2"}, "total", 1, false}};
  CHECK(go_to_task(view, document, kForward).lanes[0].series == "total");
  view.lanes[0].series = "sequence 1 x4";
  const ViewState next = go_to_task(view, document, kForward);
  REQUIRE(next.lanes.size() == 2);
  CHECK(next.lanes[0].series == "total");
  CHECK(next.lanes[0].runs == std::vector<std::string>{"b.kvf#3", "b.kvf#4"});
  // Runs of both tasks: afterwards of one, each once.
  view.lanes = {{LaneKind::lines, {"b.kvf#1", "b.kvf#2", "b.kvf#3"}, "total", 1, false}};
  CHECK(runs_of(go_to_task(view, document, kForward), 0) ==
        std::vector<std::string>{"b.kvf#3", "b.kvf#4"});
}

TEST_CASE("In a lane of a difference steps are those of the difference") {
  Sample s;
  s.view.lanes = {{LaneKind::difference, {"a.kvf#1", "a.kvf#1"}, "cache", 1, false}};
  s.view.lanes[0].runs[1] = "a.kvf#2";
  const Document drawn = with_derived(s.document, s.view);
  s.view.cursor = 400;
  CHECK(step_cursor(s.view, drawn, kForward).cursor == 500);
  s.view.cursor = 450;
  CHECK(go_to_peak(s.view, drawn, kForward).cursor == 500);
  CHECK(step_cursor(s.view, s.document, kForward) == s.view);  // it has not been made
}

TEST_CASE("A lane can be added of all runs that are shown") {
  Sample s;
  const std::vector<Lane> lanes = lanes_of_shown(s.document, s.view);
  REQUIRE(lanes.size() == 2);
  CHECK(lanes[0].series == "total");
  CHECK(lanes[1].series == "cache");
  CHECK(lanes[1].runs == std::vector<std::string>{"a.kvf#1", "a.kvf#2"});
  s.view.axis = Axis::pass;  // on which only the first of them is
  CHECK(lanes_of_shown(s.document, s.view).empty());
  s.view.axis = Axis::row;
  s.view.lanes[0].runs = s.view.lanes[1].runs = {"a.kvf#1"};
  CHECK(lanes_of_shown(s.document, s.view).empty());
}

TEST_CASE("Axes on which nothing is are passed over; another axis begins anew") {
  Sample s;
  s.view.range = {5, 50};
  s.view.cursor = 8;
  s.view.selection = Interval{7, 8};
  s.view.pins = {9};
  const ViewState pass = next_axis(s.view, s.document);
  CHECK(pass.axis == Axis::pass);
  CHECK(pass.range == Interval{});
  CHECK_FALSE(pass.cursor);
  CHECK_FALSE(pass.selection);
  CHECK(pass.pins.empty());
  CHECK(next_axis(pass, s.document).axis == Axis::row);
  CHECK(next_axis(s.view, Document{}) == s.view);
}

TEST_CASE("Theme, legend and phases") {
  const ViewState view;
  CHECK(toggle_theme(view).theme == Theme::dark);
  CHECK(toggle_theme(toggle_theme(view)) == view);
  CHECK_FALSE(toggle_legend(view).legend);
  CHECK_FALSE(toggle_phases(view).phases);
}

TEST_CASE("No sequence of actions leads out of the document") {
  Sample s;
  std::mt19937 random(11);
  const auto draw = [&random](double most) {
    return most * (static_cast<double>(random() % 10'000) / 10'000.0);
  };
  ViewState view = s.view;
  bool inside = true;
  for (int i = 0; i < 20'000 && inside; ++i) {
    switch (random() % 6) {
      case 0:
        view = zoom(view, s.document, 0.5 + draw(1.5), draw(1000));
        break;
      case 1:
        view = pan(view, s.document, draw(4) - 2);
        break;
      case 2:
        view = zoom_to_selection(select(view, s.document, draw(1200), draw(1200)), s.document);
        break;
      case 3:
        view = go_to_peak(view, s.document, random() % 2 == 0 ? kForward : kBack);
        break;
      case 4:
        view = go_to_phase(view, s.document, random() % 2 == 0 ? kForward : kBack);
        break;
      default:
        view = zoom(view, s.document, 0.3);
    }
    const Interval range = shown_range(s.document, view);
    inside = range.begin >= 0 && range.end <= 1000 + 1e-9 && range.width() >= kLeastWidth - 1e-9 &&
             view.cursor.value_or(0) >= 0 && view.cursor.value_or(0) <= 1000;
  }
  CHECK(inside);
}

}  // namespace
