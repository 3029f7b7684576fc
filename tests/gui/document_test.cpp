// Run files as documents: outlines, all that is in them, details; where passes lie.
#include <algorithm>
#include <limits>
#include <optional>

#include "gui/document/load.h"
#include "gui/document/timeline_run.h"
#include "tests/catch.h"
#include "tests/gui/document_files.h"

using namespace kvf;
using namespace kvf::gui;
using namespace kvf::test;

namespace {

// What is wrong with an outline of these steps; "" if nothing.
std::string disagreement(const SeriesOnAxis& outline, const SeriesOnAxis& whole,
                         std::optional<std::int64_t> peak) {
  if (outline.begin != whole.begin || outline.end != whole.end) return "begin or end";
  if (whole.steps.begin() != whole.begin || whole.steps.end() != whole.end) return "steps' ends";
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  std::int64_t most = std::numeric_limits<std::int64_t>::min();
  for (std::size_t p = 0; p < outline.outline.size(); ++p) {
    least = std::min(least, outline.outline[p].min);
    most = std::max(most, outline.outline[p].max);
    if (outline.outline[p].begin > outline.outline[p].end) return "a piece of no width";
    if (p > 0 && outline.outline[p].begin != outline.outline[p - 1].end) return "a gap";
  }
  for (std::int64_t i = 0; i < whole.steps.points(); ++i) {
    const std::int64_t x = whole.steps.x(i);
    const std::int64_t value = whole.steps.value(i);
    bool inside = false;
    for (const OutlinePiece& piece : outline.outline) {
      inside |= piece.begin <= x && x <= piece.end && piece.min <= value && value <= piece.max;
    }
    if (!inside) return "point " + std::to_string(i) + " is in no piece";
  }
  const Numbers values = values_of(whole.steps);
  if (least != *std::min_element(values.begin(), values.end())) return "min";
  if (most != *std::max_element(values.begin(), values.end())) return "max";
  if (peak != most) return "peak";
  return "";
}

// The same of all series of two documents; and that phases and markers are where they were.
std::string disagreement(const Document& outline, const Document& whole) {
  if (outline.runs.size() != whole.runs.size()) return "runs";
  for (std::size_t r = 0; r < outline.runs.size(); ++r) {
    const Run& a = *outline.runs[r];
    const Run& b = *whole.runs[r];
    if (a.series.size() != b.series.size()) return "series";
    for (const Axis axis : kAxes) {
      const auto i = static_cast<std::size_t>(axis);
      for (std::size_t s = 0; s < a.series.size(); ++s) {
        const SeriesOnAxis* coarse = a.series[s].at(axis);
        const SeriesOnAxis* fine = b.series[s].at(axis);
        if ((coarse == nullptr) != (fine == nullptr)) return "axes of " + a.series[s].name;
        if (coarse == nullptr) continue;
        if (!coarse->steps.empty() || coarse->complete()) return "the outline has steps";
        if (!fine->complete()) return a.series[s].name + " is not complete";
        const std::string why = disagreement(*coarse, *fine, b.series[s].peak);
        if (!why.empty() || a.series[s].peak != b.series[s].peak) {
          return a.series[s].name + " on " + std::string(kAxisWords[i]) + ": " + why;
        }
      }
      if (a.phases[i].size() != b.phases[i].size()) return "phases";
      for (std::size_t p = 0; p < a.phases[i].size(); ++p) {
        if (a.phases[i][p].begin != b.phases[i][p].begin) return "a phase's begin";
        if (a.phases[i][p].end != b.phases[i][p].end) return "a phase's end";
      }
      if (a.markers[i].size() != b.markers[i].size()) return "markers";
      for (std::size_t m = 0; m < a.markers[i].size(); ++m) {
        if (a.markers[i][m].x != b.markers[i][m].x) return "a marker";
      }
    }
  }
  return "";
}

// Whether series are the same in [begin, end], column by column.
bool same_in(const SeriesOnAxis& a, const SeriesOnAxis& b, std::int64_t begin, std::int64_t end) {
  Numbers edges;
  for (std::int64_t x = begin; x <= end; x += std::max<std::int64_t>(1, (end - begin) / 500)) {
    edges.push_back(x);
  }
  std::vector<StepColumn> of_a(edges.size() - 1);
  std::vector<StepColumn> of_b(edges.size() - 1);
  a.steps.columns(edges, of_a);
  b.steps.columns(edges, of_b);
  for (std::size_t i = 0; i < of_a.size(); ++i) of_a[i].max_point = of_b[i].max_point = 0;
  return of_a == of_b;
}

}  // namespace

TEST_CASE("passes lie on rows, passes and seconds") {
  Timeline timeline;
  timeline.tracks = {
      {{"total", "", -1, 2}, {{0, 4, 5}, {4, 1, 1}, {0, 8, 7}, {8, 10, 9}, {8, 7, 9}}}};
  timeline.phases = {{"prefill", 0, 1}, {"decode", 1, 2}};
  timeline.markers = {{1, "evicts"}};
  const bool stored = GENERATE(false, true);
  timeline.curves = {{{"live", "cpu"}, {{3, 40}, {95, 50}}},
                     {{"passes", "", TrackUnit::passes}, {{10, 1}, {20, 2}, {40, 3}}}};
  Run run;
  if (stored) {
    const Written file({{sample_info(), timeline}});
    run = *complete(load_outline({file.file})).runs.at(0);
  } else {
    run = with_timeline({}, timeline);
  }
  REQUIRE(run.series.size() == 2);  // the clock is none
  const Series& total = run.series[0];
  CHECK(total.name == "total");
  CHECK(total.cells == 2);
  CHECK(total.peak == 10);
  CHECK(xs_of(total.at(Axis::row)->steps) == Numbers{0, 4, 4, 5, 5, 6});
  CHECK(xs_of(total.at(Axis::pass)->steps) == Numbers{0, 1, 1, 2, 2, 3});
  CHECK(xs_of(total.at(Axis::second)->steps) == Numbers{10, 20, 20, 40, 40, 95});
  for (const Axis axis : kAxes) {
    CHECK(values_of(total.at(axis)->steps) == Numbers{8, 8, 10, 7, 9, 9});
    CHECK(total.at(axis)->end == total.at(axis)->steps.end());
  }
  const auto& phases = run.phases;
  CHECK(phases[0].at(1).begin == 4);
  CHECK(phases[0].at(1).end == 6);
  CHECK(phases[1].at(1).begin == 1);
  CHECK(phases[1].at(1).end == 3);
  CHECK(phases[2].at(0).end == 20);
  CHECK(phases[2].at(1).end == 95);
  CHECK(run.markers[0].at(0).x == 4);
  CHECK(run.markers[2].at(0).x == 20);
  const Series& live = run.series[1];
  CHECK(live.device == "cpu");
  CHECK(live.at(Axis::row) == nullptr);
  CHECK(live.at(Axis::pass) == nullptr);
  CHECK(xs_of(live.at(Axis::second)->steps) == Numbers{3, 95});
  CHECK(live.peak == 50);
}

TEST_CASE("a clock that does not know all passes lays those that it knows") {
  using Points = std::vector<CurvePoint>;
  const bool steady = GENERATE(false, true);  // a point for each pass
  Timeline timeline;
  timeline.tracks = {
      {{"total", "", -1, 2}, {{0, 4, 5}, {4, 1, 1}, {0, 8, 7}, {8, 10, 9}, {8, 7, 9}}}};
  timeline.curves = {{{"passes", "", TrackUnit::passes},
                      steady ? Points{{10, 1}, {30, 2}} : Points{{10, 2}, {30, 2}}}};
  const Written file({{sample_info(), timeline}});
  const Document outline = load_outline({file.file});
  const Document whole = complete(outline);
  CHECK(disagreement(outline, whole) == "");
  CHECK(xs_of(whole.runs[0]->series[0].at(Axis::second)->steps) ==
        (steady ? Numbers{10, 30, 30, 30} : Numbers{10, 10, 10, 30}));
  CHECK(values_of(whole.runs[0]->series[0].at(Axis::second)->steps) == Numbers{8, 8, 10, 7});
}

TEST_CASE("a last point that counts no new pass ends the last one") {
  const std::int64_t passes = GENERATE(3, 4095, 4096, 5000);
  Timeline timeline;
  timeline.tracks = {{{"total", "", -1, 2}, {}}};
  TrackColumns& columns = timeline.tracks[0].columns;
  timeline.curves = {{{"passes", "", TrackUnit::passes}, {}}};
  for (std::int64_t pass = 0; pass < passes; ++pass) {
    columns.first_row.push_back(pass);
    columns.rows.push_back(1);
    columns.past.push_back(2 * pass);
    columns.held_during.push_back(2 * pass + 2);
    columns.held_after.push_back(2 * pass + 2);
    timeline.curves[0].points.push_back({10 * pass, pass + 1});
  }
  timeline.curves[0].points.push_back({10 * passes + 7, passes});
  timeline.phases = {{"prefill", 0, 2}, {"decode", 2, passes - 2}};
  const Written file({{sample_info(), timeline}});
  const Document outline = load_outline({file.file});
  const Document whole = complete(outline);
  CHECK(disagreement(outline, whole) == "");
  const auto& steps = whole.runs[0]->series[0].at(Axis::second)->steps;
  const Numbers xs = xs_of(steps);
  REQUIRE(std::ssize(xs) == 2 * passes);
  CHECK(xs[2] == 10);
  CHECK(xs.back() == 10 * passes + 7);
  const auto& phases = outline.runs[0]->phases[2];
  REQUIRE(phases.size() == 2);
  CHECK(phases[1].begin == 20);
  CHECK(phases[1].end == 10 * passes + 7);
}

TEST_CASE("a batch waits for its longest sequence") {
  Timeline timeline;
  Track one{{"sequence 1", "", -1, 1, 0},
            {{0, 4, 8, 9}, {4, 4, 1, 1}, {0, 4, 8, 9}, {4, 8, 9, 10}, {4, 8, 9, 10}}};
  Track two{{"sequence 2", "", -1, 1, 1}, {{0, 3, 3}, {3, 0, 1}, {0, 3, 3}, {3, 3, 4}, {3, 3, 4}}};
  timeline.tracks = {one, two};
  const Written file({{sample_info(), timeline}});
  const Document outline = load_outline({file.file});
  const Document whole = complete(outline);
  CHECK(disagreement(outline, whole) == "");
  const auto& series = whole.runs[0]->series;
  CHECK(xs_of(series[0].at(Axis::row)->steps) == Numbers{0, 4, 4, 8, 8, 9, 9, 10});
  CHECK(xs_of(series[1].at(Axis::row)->steps) == Numbers{0, 4, 4, 8, 8, 9});
  // A pass in which all wait has no width.
  timeline.tracks[0].columns.rows[1] = 0;
  const Run still = with_timeline({}, timeline);
  CHECK(xs_of(still.series[0].at(Axis::row)->steps) == Numbers{0, 4, 4, 4, 4, 5, 5, 6});
}

TEST_CASE("outlines contain what is then read, in long files and short ones") {
  const bool is_long = GENERATE(false, true);
  std::vector<std::pair<RunInfo, Timeline>> runs;
  if (is_long) {
    runs = {{recorded("host"), long_timeline(9000, 1)},
            {sample_info(), long_timeline(4096 + 5000, 3)}};
  } else {
    runs = {{sample_info(), sample_timeline()}, {bare_info(), {{}, {}, {}, sample_curves()}}};
  }
  const Written file(runs);
  const Document outline = load_outline({file.file});
  CHECK(outline.errors.empty());
  CHECK_FALSE(outline.complete);
  int seen = 0;
  const Document whole = complete(outline, [&](const Document& so_far) {
    ++seen;
    CHECK(so_far.runs.size() == 2);
  });
  CHECK(seen > 0);
  CHECK(whole.complete);
  CHECK(whole.errors.empty());
  CHECK(disagreement(outline, whole) == "");
  // As if it had been in memory all the time.
  for (std::size_t r = 0; r < runs.size(); ++r) {
    const Run expected = with_timeline({}, runs[r].second);
    const Run& found = *whole.runs[r];
    REQUIRE(found.series.size() == expected.series.size());
    for (std::size_t s = 0; s < expected.series.size(); ++s) {
      CHECK(found.series[s].before == expected.series[s].before);
      for (const Axis axis : kAxes) {
        const SeriesOnAxis* a = expected.series[s].at(axis);
        const SeriesOnAxis* b = found.series[s].at(axis);
        REQUIRE((a == nullptr) == (b == nullptr));
        if (a == nullptr) continue;
        CHECK(xs_of(a->steps) == xs_of(b->steps));
        CHECK(values_of(a->steps) == values_of(b->steps));
      }
    }
  }
}

TEST_CASE("tracks of a run share their points") {
  const Written file({{sample_info(), long_timeline(6000, 1)}});
  const Document whole = complete(load_outline({file.file}));
  const auto& series = whole.runs[0]->series;
  for (const Axis axis : kAxes) {
    CHECK(series[0].at(axis)->steps.shares_points_with(series[1].at(axis)->steps));
  }
}

TEST_CASE("details of a range are those of the whole") {
  const Written file({{sample_info(), long_timeline(20000, 1)}});
  const Document outline = load_outline({file.file});
  const Document whole = complete(outline);
  for (const Axis axis : kAxes) {
    const SeriesOnAxis& all = *whole.runs[0]->series[0].at(axis);
    for (const double from : {0.0, 0.3, 0.9}) {
      const std::int64_t length = all.end - all.begin;
      const auto begin = all.begin + static_cast<std::int64_t>(from * static_cast<double>(length));
      const auto end = std::min(all.end, begin + length / 9);
      const Document part = load_detail(outline, axis, begin, end);
      for (std::size_t s = 0; s < whole.runs[0]->series.size(); ++s) {
        const SeriesOnAxis* fine = whole.runs[0]->series[s].at(axis);
        const SeriesOnAxis* some = part.runs[0]->series[s].at(axis);
        if (fine == nullptr) continue;
        INFO(kAxisWords[static_cast<std::size_t>(axis)] << " " << begin << " " << s);
        CHECK(same_in(*some, *fine, begin, end));
        CHECK_FALSE(some->complete());
        CHECK(some->steps.points() < fine->steps.points() / 2);
        CHECK(some->end == fine->end);
        // What has no steps is still outlined.
        std::size_t covered = 0;
        for (const OutlinePiece& piece : outline.runs[0]->series[s].at(axis)->outline) {
          const auto& rest = some->outline;
          const bool outlined = std::find(rest.begin(), rest.end(), piece) != rest.end();
          covered +=
              outlined != (some->steps.begin() <= piece.begin && piece.end <= some->steps.end());
        }
        CHECK(covered == outline.runs[0]->series[s].at(axis)->outline.size());
      }
    }
  }
  // Details of another range take the place of these; too many are not read.
  const Document first = load_detail(outline, Axis::pass, 0, 10);
  const Document second = load_detail(first, Axis::pass, 19000, 19010);
  CHECK(second.runs[0]->series[0].at(Axis::pass)->steps.begin() > 10000);
  const Document none = load_detail(outline, Axis::pass, 0, 20000, {100});
  CHECK(none.runs[0]->series[0].at(Axis::pass)->steps.empty());
}

TEST_CASE("very long files keep their outlines") {
  const Written file(
      {{sample_info(), long_timeline(6000, 1)}, {sample_info(), long_timeline(6000, 2)}});
  const Document outline = load_outline({file.file});
  const Document some = complete(outline, {}, {}, {12000 + 5});
  CHECK(some.complete);
  CHECK(some.runs[0]->series[0].at(Axis::pass)->complete());
  CHECK_FALSE(some.runs[0]->series[1].at(Axis::pass)->complete());
  CHECK_FALSE(some.runs[1]->series[0].at(Axis::pass)->complete());
  CHECK(some.runs[1]->series[0].at(Axis::pass)->outline ==
        outline.runs[1]->series[0].at(Axis::pass)->outline);
}

TEST_CASE("reading stops when asked") {
  const Written file({{sample_info(), long_timeline(6000, 1)}});
  std::stop_source stop;
  stop.request_stop();
  const Document outline = load_outline({file.file});
  const Document stopped = complete(outline, {}, stop.get_token());
  CHECK_FALSE(stopped.complete);
  CHECK_FALSE(stopped.runs.at(0)->series[0].at(Axis::pass)->complete());
}
