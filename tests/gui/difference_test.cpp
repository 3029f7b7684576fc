// Runs laid over each other.
#include "gui/document/difference.h"

#include "gui/document/run_names.h"
#include "gui/document/timeline_run.h"
#include "tests/catch.h"

using namespace kvf;
using namespace kvf::gui;

namespace {

using Numbers = std::vector<std::int64_t>;

Numbers values_of(const Series& series, Axis axis) {
  const StepSeries& steps = series.at(axis)->steps;
  Numbers values;
  for (std::int64_t i = 0; i < steps.points(); ++i) values.push_back(steps.value(i));
  return values;
}

Numbers xs_of(const Series& series, Axis axis) {
  const StepSeries& steps = series.at(axis)->steps;
  Numbers xs;
  for (std::int64_t i = 0; i < steps.points(); ++i) xs.push_back(steps.x(i));
  return xs;
}

// Prefill in passes of 2 rows, then decode.
Run run(const char* label, RunKind kind, std::int64_t prefill, const Numbers& during,
        const Numbers& after, std::int64_t before = 0, bool rows = true) {
  Timeline timeline;
  Track track;
  track.info.name = "cache";
  track.info.unit = TrackUnit::bytes;
  std::int64_t row = 0;
  for (std::size_t p = 0; p < during.size(); ++p) {
    const std::int64_t count = !rows ? 0 : static_cast<std::int64_t>(p) < prefill ? 2 : 1;
    track.columns.first_row.push_back(row);
    track.columns.rows.push_back(count);
    track.columns.past.push_back(p == 0 ? before : after[p - 1]);
    row += count;
  }
  track.columns.held_during = during;
  track.columns.held_after = after;
  timeline.tracks = {track};
  timeline.phases = {{"prefill", 0, prefill},
                     {"decode", prefill, static_cast<std::int64_t>(during.size()) - prefill}};
  Run made;
  made.label = label;
  made.kind = kind;
  return with_timeline(made, timeline);
}

}  // namespace

TEST_CASE("a difference is of what both runs have, on each axis") {
  const Run a = run("a", RunKind::simulated, 1, {4, 5}, {4, 5});
  const Run b = run("b", RunKind::simulated, 1, {9, 3}, {2, 3});
  const Run less = difference_run(a, b);
  CHECK(less.kind == RunKind::difference);
  CHECK(less.label == "b - a");
  REQUIRE(less.series.size() == 1);
  CHECK(values_of(less.series[0], Axis::pass) == Numbers{5, -2, -2, -2});
  CHECK(xs_of(less.series[0], Axis::row) == Numbers{0, 2, 2, 3});
  CHECK(less.series[0].at(Axis::second) == nullptr);
  CHECK(less.series[0].peak == 5);
  CHECK(less.phases[1].size() == 2);

  Run other = b, another = a;
  other.series[0].layers = Layers::at_once;
  another.series[0].layers = Layers::in_turn;
  CHECK(difference_run(other, other).series.at(0).layers == Layers::at_once);
  CHECK(difference_run(another, other).series.at(0).layers == Layers::unknown);
  other.series[0].unit = TrackUnit::entries;
  CHECK(difference_run(a, other).series.empty());
}

TEST_CASE("a residual aligns passes by phase and lies where they were expected") {
  const Run expected = run("predicted", RunKind::predicted, 1, {4, 5, 6}, {4, 5, 6});
  // One pass more of prefill, whose place is behind the one that was expected.
  const Run found = run("found", RunKind::captured, 2, {4, 8, 7, 6}, {4, 8, 4, 6});
  const Run residual = residual_run(expected, found);
  REQUIRE(residual.series.size() == 1);
  CHECK(values_of(residual.series[0], Axis::pass) == Numbers{0, 0, 2, -1, 0, 0});
  CHECK(xs_of(residual.series[0], Axis::row) == Numbers{0, 2, 2, 3, 3, 4});
  CHECK(residual.series[0].at(Axis::row)->steps.end() == 4);
  REQUIRE(residual.problems.size() == 1);
  CHECK(residual.problems[0] == "passes differ: prefill has 1 expected, 2 found");
}

TEST_CASE("where no pass was found beside the expected one, a residual has nothing") {
  // Of the three expected chunks and four decode passes two and one were found.
  const Run expected =
      run("predicted", RunKind::predicted, 3, {2, 4, 6, 7, 8, 9, 10}, {2, 4, 6, 7, 8, 9, 10});
  const Run found = run("found", RunKind::captured, 2, {2, 5, 9}, {2, 5, 9});
  const Run residual = residual_run(expected, found);
  CHECK(residual.problems ==
        std::vector<std::string>{"passes differ: prefill has 3 expected, 2 found",
                                 "passes differ: decode has 4 expected, 1 found"});
  REQUIRE(residual.series.size() == 1);
  const StepSeries& steps = residual.series[0].at(Axis::pass)->steps;
  CHECK(values_of(residual.series[0], Axis::pass) == Numbers{0, 0, 1, 1, 2, 2});
  const auto held = [](const StepSeries& of, std::int64_t from, std::int64_t to) {
    std::string text;
    for (std::int64_t x = from; x < to; ++x) text += of.holds_at(x) ? 'x' : '-';
    return text;
  };
  CHECK(held(steps, 0, 8) == "xx-x----");
  CHECK(held(residual.series[0].at(Axis::row)->steps, 0, 10) == "xxxx--x---");
  std::vector<StepColumn> columns(7);
  steps.columns(Numbers{0, 1, 2, 3, 4, 5, 6, 7}, columns);
  CHECK(columns[5].empty);
  // All that was expected is there: the last point is what the run ends with.
  CHECK(residual_run(found, found).series[0].at(Axis::pass)->steps.holds_at(3));
}

TEST_CASE("a difference tells runs of one name apart by file, or by where they come from") {
  Run a = run("full", RunKind::simulated, 1, {4, 5}, {4, 5});
  Run b = a;
  a.file = "x/a.kvf";
  b.file = "x/b.kvf";
  CHECK(difference_run(a, b).label == "full, b.kvf - full, a.kvf");
  b.file = "y/a.kvf";
  CHECK(difference_run(a, b).label == "full, y/a.kvf - full, x/a.kvf");
  b.file = "a.kvf";
  CHECK(difference_run(a, b).label == "full, a.kvf - full, x/a.kvf");
  a.task = "recall";
  b.task = "rag";
  CHECK(difference_run(a, b).label == "full, rag - full, recall");
  b.task = a.task;
  a.kind = RunKind::predicted;
  b.kind = RunKind::captured;
  b.source = "host";
  CHECK(residual_run(a, b).label == "full (host) - full (predicted)");
}

TEST_CASE("names tell a run apart from predictions of its name, too") {
  Run predicted = run("full", RunKind::predicted, 1, {4, 5}, {4, 5});
  predicted.file = "s.yaml";
  Run simulated = predicted;
  simulated.kind = RunKind::simulated;
  simulated.file = "a.kvf";
  Run other = predicted;
  other.label = "streaming";
  // Most are predictions, so that it is not said of each.
  const std::vector<const Run*> among{&predicted, &other, &other, &simulated};
  CHECK(name_of(predicted, among) == "full, s.yaml");
  CHECK(name_of(simulated, among) == "full, a.kvf");
  CHECK(name_of(other, among) == "streaming");
}

TEST_CASE("names say what is a what-if, and which one is pinned") {
  Run stored = run("full", RunKind::simulated, 1, {4, 5}, {4, 5});
  Run asked = run("full", RunKind::what_if, 1, {4, 5}, {4, 5});
  asked.file = "what-if";
  Run pinned = asked;
  pinned.pinned = true;
  const std::vector<const Run*> among{&stored, &asked, &pinned};
  CHECK(name_of(stored, among) == "full");
  CHECK(name_of(asked, among) == "full (what if)");
  CHECK(name_of(pinned, among) == "full (baseline)");
}

TEST_CASE("of a trace only what is held between passes counts, less what was there before") {
  const Run expected = run("predicted", RunKind::predicted, 1, {4, 5}, {4, 5});
  const Run found = run("trace", RunKind::trace, 1, {900, 1000}, {104, 107}, 100, false);
  const Run residual = residual_run(expected, found);
  REQUIRE(residual.series.size() == 1);
  CHECK(values_of(residual.series[0], Axis::pass) == Numbers{0, 0, 0, 2});
  // Two recordings: all of it counts.
  const Run again = residual_run(found, found);
  CHECK(values_of(again.series[0], Axis::pass) == Numbers{0, 0, 0, 0});
}

TEST_CASE("runs without a common track are compared by their curves") {
  Timeline a;
  a.curves = {{{"live", "cpu"}, {{0, 10}, {5, 20}}}};
  Timeline b;
  b.curves = {{{"live", "cpu"}, {{0, 10}, {7, 21}}}};
  Run trace;
  trace.kind = RunKind::trace;
  const Run residual = residual_run(with_timeline(trace, a), with_timeline(trace, b));
  REQUIRE(residual.series.size() == 1);
  CHECK(xs_of(residual.series[0], Axis::second) == Numbers{0, 5});
  CHECK(values_of(residual.series[0], Axis::second) == Numbers{0, -10});
}
