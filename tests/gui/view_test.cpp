// What is looked at: JSON both ways, what is seen first, the whole of it, undo, figures of a range.
#include <algorithm>

#include "gui/view/actions.h"
#include "gui/view/bind.h"
#include "gui/view/derive.h"
#include "gui/view/history.h"
#include "gui/view/keys.h"
#include "gui/view/statistics.h"
#include "gui/view/view_state.h"
#include "tests/catch.h"
#include "tests/gui/sample_document.h"

namespace {

using namespace kvf;
using namespace kvf::gui;

ViewState full_view() {
  ViewState view;
  view.axis = Axis::second;
  view.range = {0.1, 1e18 / 3};
  view.lanes = {{LaneKind::stack, {"dir/a \"b\".kvf#1"}, "total", 1.0 / 3, true},
                {LaneKind::residual, {"a#1", "b#2"}, "", 2, false},
                {LaneKind::lines, {}, "cache", 1, false}};
  view.focus = 2;
  view.scroll = 0.25;
  view.cursor = -12.75;
  view.selection = Interval{3, 4.5};
  view.pins = {-1, 2, 9.25e18};
  view.compared = {"a#1", ""};
  view.theme = Theme::dark;
  view.legend = false;
  view.phases = false;
  return view;
}

// What view_from_json says of the text.
std::string words_of(const std::string& text) {
  try {
    view_from_json(text, "v.json");
  } catch (const ViewError& error) {
    return error.what();
  }
  return "no error";
}
std::string words_of_key(const std::string& key_and_value) {
  return words_of("{\"kvfootprint-view\": 1,\n" + key_and_value + "}");
}

TEST_CASE("A view is written as JSON and read back, to the last bit") {
  CHECK(view_from_json(to_json(full_view())) == full_view());
  CHECK(view_from_json(to_json(ViewState{})) == ViewState{});
  ViewState view;
  for (std::size_t kind = 0; kind < kLaneKindWords.size(); ++kind) {
    view.lanes.push_back({static_cast<LaneKind>(kind), {"r#1"}, "s", 1, false});
    if (is_comparison(static_cast<LaneKind>(kind))) view.lanes.back().runs.push_back("r#2");
  }
  for (const Axis axis : {Axis::row, Axis::pass, Axis::second}) {
    view.axis = axis;
    CHECK(view_from_json(to_json(view)) == view);
  }
}

TEST_CASE("A view has the keys that are promised") {
  CHECK(to_json(full_view()) == R"({
  "kvfootprint-view": 1,
  "axis": "second",
  "range": [0.1, 3.333333333333333e+17],
  "lanes": [
    {"kind": "stack", "runs": ["dir/a \"b\".kvf#1"], "series": "total", "height": 0.3333333333333333, "pinned": true},
    {"kind": "residual", "runs": ["a#1", "b#2"], "series": "", "height": 2, "pinned": false},
    {"kind": "lines", "runs": [], "series": "cache", "height": 1, "pinned": false}
  ],
  "focus": 2,
  "scroll": 0.25,
  "cursor": -12.75,
  "selection": [3, 4.5],
  "pins": [-1, 2, 9.25e+18],
  "compared": ["a#1", ""],
  "theme": "dark",
  "legend": false,
  "phases": false
}
)");
}

TEST_CASE("What a view leaves out is as in a new one, and pins are put in order") {
  CHECK(view_from_json(R"({"kvfootprint-view": 1})") == ViewState{});
  const ViewState view = view_from_json(
      R"({"pins": [5, 1, 5], "cursor": null, "selection": null, "kvfootprint-view": 1})");
  CHECK(view.pins == std::vector<double>{1, 5});
  CHECK_FALSE(view.cursor);
}

TEST_CASE("What is wrong with a view is said with its place, all of it at once") {
  CHECK(words_of("{}") == "v.json:1:1: error: the view has no 'kvfootprint-view'");
  CHECK(words_of("[]") == "v.json:1:1: error: the view is a list; expected a map");
  CHECK(words_of(R"({"kvfootprint-view": 2})") ==
        "v.json:1:22: error: 'kvfootprint-view' is 2; expected 1");
  CHECK(words_of_key(R"("rage": [1, 2])") ==
        "v.json:2:1: error: unknown key 'rage' in the view; did you mean 'range'?");
  CHECK(words_of_key(R"("axis": "row", "axis": "pass")") ==
        "v.json:2:16: error: 'axis' is given twice (first at 2:1)");
  CHECK(words_of_key(R"("axis": "time")") ==
        "v.json:2:9: error: 'axis' is 'time'; expected one of row, pass, second");
  CHECK(words_of_key(R"("range": [2, 1])") ==
        "v.json:2:10: error: 'range' is a list; expected [begin, end], ascending");
  CHECK(words_of_key(R"("range": 3)") ==
        "v.json:2:10: error: 'range' is 3; expected [begin, end], ascending");
  CHECK(words_of_key(R"("selection": [1, 2, 3])") ==
        "v.json:2:14: error: 'selection' is a list; expected [begin, end], ascending");
  CHECK(words_of_key(R"("cursor": 1e300)") ==
        "v.json:2:11: error: 'cursor' is 1e300; expected -9.3e+18 to 9.3e+18");
  CHECK(words_of_key(R"("focus": -1)") ==
        "v.json:2:10: error: 'focus' is -1; expected 0 to 1000000");
  CHECK(words_of_key(R"("legend": 1)") ==
        "v.json:2:11: error: 'legend' is 1; expected true or false");
  CHECK(words_of_key(R"("compared": ["a"])") ==
        "v.json:2:13: error: 'compared' has 1 runs; expected two");
  CHECK(
      words_of_key(
          R"("theme": "blue", "lanes": [{"kind": "line", "runs": 1, "height": 0, "x": 1}, 2])") ==
      "v.json:2:10: error: 'theme' is 'blue'; expected one of light, dark\n"
      "v.json:2:37: error: 'kind' is 'line'; expected one of lines, stack, difference, residual, "
      "occupancy, heads, attention\n"
      "v.json:2:53: error: 'runs' is 1; expected a list\n"
      "v.json:2:66: error: 'height' is 0; expected 0.25 to 8\n"
      "v.json:2:69: error: unknown key 'x' in a lane; expected one of kind, runs, series, height, "
      "pinned\n"
      "v.json:2:78: error: a lane is 2; expected a map");
  CHECK_THAT(words_of("{"), test::contains("v.json:1:"));
}

TEST_CASE("What is seen first: the runs of a task or all, in lanes by what they hold") {
  const Document document = test::sample_document();
  const std::vector<std::string> all{"a.kvf#1", "a.kvf#2", "a.kvf#3", "a.kvf#4"};
  const ViewState view = first_view(document);
  CHECK(view.axis == Axis::row);
  REQUIRE(view.lanes.size() == 2);
  CHECK(view.lanes[0] == Lane{LaneKind::lines, all, "cache", 2, false});
  CHECK(view.lanes[1] == Lane{LaneKind::lines, all, "total", 1, false});

  Document one;
  one.runs = {document.runs[0]};
  CHECK(first_view(one).lanes.back() == Lane{LaneKind::stack, {"a.kvf#1"}, "total", 1, false});

  Document two;
  two.runs = {document.runs[0], document.runs[1]};
  CHECK(first_view(two).lanes.back() ==
        Lane{LaneKind::difference, {"a.kvf#1", "a.kvf#2"}, "cache", 1, false});

  // What was measured is laid over what was expected, whichever was opened first.
  auto measured = std::make_shared<Run>(*document.runs[0]);
  measured->kind = RunKind::captured;
  two.runs = {measured, document.runs[1]};
  CHECK(first_view(two).lanes.back() ==
        Lane{LaneKind::residual, {"a.kvf#2", "a.kvf#1"}, "cache", 1, false});

  CHECK(first_view(Document{}) == ViewState{});
}

TEST_CASE("Of many predictions the one of what was measured is seen, with the residual") {
  Document document;
  const auto add = [&](const char* label, RunKind kind) {
    const auto number = std::ssize(document.runs) + 1;
    const std::string file = kind == RunKind::captured ? "c.kvf" : "s.yaml";
    auto run = std::make_shared<Run>(*test::run(file, static_cast<int>(number), label, "",
                                                {test::series("cache", {0}, {1}, 10)}));
    run->kind = kind;
    document.runs.push_back(std::move(run));
  };
  add("full", RunKind::predicted);
  add("streaming", RunKind::predicted);
  add("locret", RunKind::predicted);
  add("streaming", RunKind::captured);
  const std::vector<std::string> pair{"s.yaml#2", "c.kvf#4"};
  const ViewState view = first_view(document);
  REQUIRE(view.lanes.size() == 2);
  CHECK(view.lanes[0].runs == pair);
  CHECK(view.lanes[1].kind == LaneKind::residual);
  CHECK(view.lanes[1].runs == pair);
}

TEST_CASE("Curves of one name belong to different devices, and are told apart") {
  std::vector<Series> series{test::series("live", {0}, {16}, 10),
                             test::series("live", {0}, {900}, 10),
                             test::series("total", {0}, {1}, 10)};
  series[0].device = "cpu";
  series[1].device = "cuda:0";
  tell_devices_apart(series);
  CHECK(series[0].name == "live cpu");
  CHECK(series[1].name == "live");
  CHECK(series[2].name == "total");
}

TEST_CASE("Of many runs the first task is seen") {
  Document document;
  for (int i = 1; i <= 16; ++i) {
    document.runs.push_back(test::run("a.kvf", i, "policy", i % 2 == 1 ? "odd" : "even",
                                      {test::series("total", {0}, {i}, 10)}));
  }
  const ViewState view = first_view(document);
  REQUIRE(view.lanes.size() == 1);
  CHECK(view.lanes[0].runs.size() == 8);
  CHECK(view.lanes[0].runs[1] == "a.kvf#3");
}

TEST_CASE("A run of names that are not known shows its first series on the axis that it has") {
  Document document;
  document.runs.push_back(
      test::run("t.json", 1, "t", "", {test::series("odd", {5}, {1}, 10, Axis::second)}));
  const ViewState view = first_view(document);
  CHECK(view.axis == Axis::second);
  REQUIRE(view.lanes.size() == 1);
  CHECK(view.lanes[0].series == "odd");
}

TEST_CASE("The full range is that of what the lanes show") {
  const Document document = test::sample_document();
  ViewState view;
  CHECK(full_range(document, view) == Interval{0, 2000});
  view.lanes = {{LaneKind::lines, {"a.kvf#1", "a.kvf#9"}, "cache", 1, false}};
  CHECK(full_range(document, view) == Interval{0, 1000});
  view.axis = Axis::pass;
  CHECK(full_range(document, view) == Interval{0, 3});
  view.axis = Axis::second;
  CHECK(full_range(document, view) == Interval{0, 1});
  CHECK(full_range(Document{}, ViewState{}) == Interval{0, 1});
  view.range = {4, 9};
  CHECK(shown_range(document, view) == Interval{4, 9});
}

TEST_CASE("Undo gives back layouts, not cursors; what is repeated is one entry") {
  History history;
  ViewState view;
  history.restart(view);
  view.cursor = 3;
  history.set(view);
  CHECK_FALSE(history.can_undo());

  view.range = {1, 5};
  history.set(view, "zoom-in");
  view.range = {2, 4};
  history.set(view, "zoom-in");
  view.range = {2, 3};
  history.set(view, "zoom-out");
  view.legend = false;
  history.set(view);
  view.theme = Theme::dark;
  history.set(view);
  view.cursor = 9;
  history.set(view);

  history.undo();
  CHECK(history.view().theme == Theme::light);
  history.undo();
  CHECK(history.view().legend);
  history.undo();
  CHECK(history.view().range == Interval{2, 4});
  history.undo();
  CHECK(history.view().range == Interval{});
  CHECK(history.view().cursor == 3);
  CHECK_FALSE(history.can_undo());
  history.undo();

  history.redo();
  CHECK(history.view().range == Interval{2, 4});
  history.redo();
  history.redo();
  history.redo();
  CHECK(history.view() == view);
  CHECK_FALSE(history.can_redo());

  // A gesture after an undo is another one, and what was undone is gone.
  history.undo();
  view = history.view();
  view.phases = false;
  history.set(view, "zoom-out");
  CHECK_FALSE(history.can_redo());
}

TEST_CASE("A wheel that is turned again after undo or redo makes an entry") {
  History history;
  const auto turn_to = [&history](double end) {
    ViewState view = history.view();
    view.range = {0, end};
    history.set(view, "wheel");
  };
  ViewState light;
  light.range = {0, 100};
  history.set(light);
  turn_to(90);
  turn_to(80);
  history.undo();
  turn_to(70);
  history.undo();
  CHECK(history.view().range == Interval{0, 100});
  history.redo();
  turn_to(60);
  history.undo();
  CHECK(history.view().range == Interval{0, 70});
}

TEST_CASE("Every field of a view but where the user is, is undone") {
  const ViewState view = full_view();
  ViewState other = view;
  other.cursor.reset();
  other.selection.reset();
  other.focus = 0;
  other.scroll = 0;
  CHECK(same_layout(view, other));
  const auto differs = [&view](auto&& change) {
    ViewState changed = view;
    change(changed);
    return !same_layout(view, changed);
  };
  CHECK(differs([](ViewState& v) { v.axis = Axis::row; }));
  CHECK(differs([](ViewState& v) { v.range.end = 1; }));
  CHECK(differs([](ViewState& v) { v.lanes[0].height = 5; }));
  CHECK(differs([](ViewState& v) { v.pins.clear(); }));
  CHECK(differs([](ViewState& v) { v.compared[0] = "x"; }));
  CHECK(differs([](ViewState& v) { v.theme = Theme::light; }));
  CHECK(differs([](ViewState& v) { v.legend = true; }));
  CHECK(differs([](ViewState& v) { v.phases = true; }));
}

TEST_CASE("Figures of a range are exact") {
  const Document document = test::sample_document();
  ViewState view;
  view.lanes = {{LaneKind::lines, {"a.kvf#1", "a.kvf#2"}, "cache", 1, false},
                {LaneKind::stack, {"a.kvf#1"}, "cache", 1, false}};
  const auto rows = statistics(document, view, {90.5, 309.2}, true);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].run->id == "a.kvf#1");
  CHECK(rows[0].start == 40);
  CHECK(rows[0].end == 400);
  CHECK(rows[0].delta() == 360);
  CHECK(rows[0].min == 40);
  CHECK(rows[0].max == 400);
  CHECK(rows[0].max_at == 300);
  // From 90 to 310: 10 of 40, 200 of 80, 10 of 400.
  CHECK(rows[0].area == Area(400 + 16'000 + 4'000));
  CHECK(rows[1].area == Area(220 * 20));
  CHECK_FALSE(statistics(document, view, {90.5, 309.2}, false)[0].area);
  // Beyond the series nothing is held.
  CHECK(statistics(document, view, {2000, 3000}, true).empty());
  CHECK(statistics(document, view, {-50, 5000}, true)[0].area ==
        Area(4'000 + 16'000 + 8'000 + 38'000 + 2'400 + 17'400));
}

TEST_CASE("Lanes of two runs have two, and draw nothing without them") {
  CHECK_THAT(
      words_of_key(R"("lanes": [{"kind": "difference", "runs": ["a#1"], "series": "total"}])"),
      test::contains("v.json:2:11: error: a lane of kind 'difference' has 1 runs; expected two"));
  CHECK_THAT(words_of_key(R"("lanes": [{"kind": "residual", "runs": ["a#1", "b#1", "c#1"]}])"),
             test::contains("a lane of kind 'residual' has 3 runs; expected two"));
  const Document document = test::sample_document();
  for (const std::vector<std::string>& runs :
       {std::vector<std::string>{"a.kvf#1"}, {"a.kvf#1", "a.kvf#2", "a.kvf#3"}}) {
    CHECK(
        drawn_series(document, Axis::row, {LaneKind::difference, runs, "cache", 1, false}).empty());
  }
}

TEST_CASE("What a residual has is there only where it was compared") {
  Document document = test::sample_document();
  ViewState view;
  view.lanes = {{LaneKind::residual, {"a.kvf#1", "a.kvf#2"}, "cache", 1, false}};
  CHECK(runs_behind(document, view.lanes[0]).size() == 2);
  Series gappy = test::series("cache", {}, {}, 0);
  auto on = std::make_shared<SeriesOnAxis>();
  on->steps = StepSeries(std::make_shared<const Ascending>(std::vector<std::int64_t>{0, 10, 30}),
                         std::make_shared<const MinMaxPyramid>(std::vector<std::int64_t>{5, 7, 1}),
                         40, {1});
  on->end = 40;
  gappy.on[index_of(Axis::row)] = on;
  auto run = test::run("", 0, "b - a", "", {gappy});
  run->id = derived_id(view.lanes[0]);
  document.runs.push_back(run);
  CHECK(runs_behind(document, view.lanes[0]).back()->label == "b - a");
  const auto rows = statistics(document, view, {0, 40}, true);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].area == Area(5).times(10) + Area(1).times(10));
  CHECK(statistics(document, view, {15, 25}, true).empty());
  // What was held before a gap does not hide a peak behind it.
  view.range = {0, 40};
  view.cursor = 20;
  CHECK(go_to_peak(view, document, Direction::forward).cursor == 30);
}

TEST_CASE("Figures of a difference are those of what is drawn") {
  const Document document = test::sample_document();
  ViewState view;
  view.lanes = {{LaneKind::difference, {"a.kvf#1", "a.kvf#2"}, "cache", 1, false}};
  const Document derived = with_derived(document, view);
  const auto rows = statistics(derived, view, {0, 1000}, true);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].run->kind == RunKind::difference);
  CHECK(rows[0].max == 60);  // 160 - 100, from 500 to 510
  CHECK(rows[0].max_at == 500);
  CHECK(rows[0].min == -380);  // 20 - 400
}

TEST_CASE("A view means the runs of files of that name, in whatever folder") {
  Document document = test::sample_document();
  ViewState view;
  view.lanes = {
      {LaneKind::lines, {"./a.kvf#1", "/else/where/a.kvf#2", "b.kvf#1"}, "cache", 1, false}};
  view.compared = {"x/a.kvf#2", ""};
  const ViewState bound = bound_to(document, view);
  CHECK(bound.lanes[0].runs == std::vector<std::string>{"a.kvf#1", "a.kvf#2", "b.kvf#1"});
  CHECK(bound.compared == std::array<std::string, 2>{"a.kvf#2", ""});
  // Two of that name: which is meant is not known.
  document.runs.push_back(test::run("dir/a.kvf", 1, "full", "recall", {}));
  CHECK(bound_to(document, view).lanes[0].runs[0] == "./a.kvf#1");
  CHECK(bound_to(document, view).lanes[0].runs[1] == "a.kvf#2");
}

TEST_CASE("Why a lane shows nothing is said") {
  const Document document = test::sample_document();
  const auto why = [&](LaneKind kind, std::vector<std::string> runs, const char* series,
                       Axis axis) {
    return why_nothing(document, axis, {kind, std::move(runs), series, 1, false});
  };
  CHECK(why(LaneKind::lines, {"a.kvf#1"}, "cache", Axis::row).empty());
  CHECK(why(LaneKind::lines, {"a.kvf#1"}, "cache", Axis::second) ==
        "'cache' is not on the axis of seconds");
  CHECK(why(LaneKind::stack, {"a.kvf#1"}, "cahce", Axis::row) == "no run has a series 'cahce'");
  CHECK(why(LaneKind::lines, {"b.kvf#1"}, "cache", Axis::row) == "there is no run b.kvf#1");
  CHECK(why(LaneKind::lines, {}, "cache", Axis::row) == "no run is chosen");
  CHECK(why(LaneKind::heads, {"a.kvf#1"}, "", Axis::row).empty());
  const auto of_two = [&](const char* other, const char* series, Axis axis) {
    Lane lane{LaneKind::difference, {"a.kvf#1", other}, series, 1, false};
    ViewState view;
    view.lanes = {lane};
    return why_nothing(with_derived(document, view), axis, lane);
  };
  CHECK(of_two("a.kvf#2", "cache", Axis::row).empty());
  CHECK(of_two("b.kvf#1", "cache", Axis::row) == "there is no run b.kvf#1");
  CHECK(of_two("a.kvf#2", "layer 0 full", Axis::row) == "streaming has no series 'layer 0 full'");
  CHECK(of_two("a.kvf#2", "cache", Axis::pass) == "'cache' is not on the axis of passes");
  CHECK(why(LaneKind::difference, {"a.kvf#1"}, "cache", Axis::row) == "it is of two runs");
  CHECK(why(LaneKind::difference, {"a.kvf#1", "a.kvf#2"}, "cache", Axis::row) ==
        "the two runs have nothing in common");  // or nothing has been made of them
}

TEST_CASE("Of two files of several runs the first pair is seen, with its difference") {
  Document document;
  const auto add = [&](const char* file, int number, const char* label, const char* task) {
    document.runs.push_back(test::run(file, number, label, task,
                                      {test::series("cache", {0, 5}, {number, 2 * number}, 9)}));
  };
  add("a.kvf", 1, "quest", "rag");
  add("a.kvf", 2, "full", "recall");
  add("a.kvf", 3, "full", "rag");
  add("b.kvf", 1, "full", "rag");
  add("b.kvf", 2, "full", "recall");
  const ViewState view = first_view(document);
  REQUIRE(view.lanes.size() == 2);
  CHECK(view.lanes[0].runs == std::vector<std::string>{"a.kvf#2", "b.kvf#2"});
  CHECK(view.lanes[1].kind == LaneKind::difference);
  CHECK(view.lanes[1].runs == view.lanes[0].runs);
  // Nothing in common: all of it.
  document.runs.resize(2);
  add("b.kvf", 1, "other", "rag");
  CHECK(first_view(document).lanes.at(0).runs.size() == 3);
}

TEST_CASE("Every command is in its place of the table, with words, and no key is given twice") {
  std::vector<std::string> keys, names;
  for (std::size_t i = 0; i < commands().size(); ++i) {
    const CommandInfo& command = commands()[i];
    INFO(command.name);
    CHECK(static_cast<std::size_t>(command.command) == i);
    CHECK_FALSE(command.words.empty());
    CHECK_FALSE(command.keys.empty());
    names.emplace_back(command.name);
    std::string rest(command.keys);
    while (!rest.empty()) {
      const std::size_t bar = rest.find(" | ");
      keys.push_back(rest.substr(0, bar));
      rest = bar == std::string::npos ? "" : rest.substr(bar + 3);
    }
  }
  for (std::vector<std::string>* list : {&keys, &names}) {
    std::sort(list->begin(), list->end());
    CHECK(std::adjacent_find(list->begin(), list->end()) == list->end());
  }
  CHECK(commands().back().command == Command::help);
}

}  // namespace
