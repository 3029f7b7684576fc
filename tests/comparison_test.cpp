// Timelines laid over each other: residuals by hand, and faults that must be found where they are.
#include <limits>

#include "tests/catch.h"
#include "tests/run_file_sample.h"
#include "timeline/comparison.h"

using namespace kvf;
using test::played;

namespace {

// Chunks of 32 of 100 tokens, then 10 steps, in 2 cells that keep at most 64 entries.
Timeline run(std::int64_t capacity = 64) {
  return {{{{"total", "", -1, 2}, played(100, 32, 10, 2, capacity)},
           {{"cache", "", -1, 2, -1, 1, TrackUnit::bytes}, played(100, 32, 10, 512, capacity)}},
          {{"prefill", 0, 4}, {"decode", 4, 10}},
          {}};
}

TrackColumns& total(Timeline& timeline) { return timeline.tracks[0].columns; }

TrackInfo named(const char* name) {
  TrackInfo info;
  info.name = name;
  return info;
}

Curve curve(std::vector<CurvePoint> points) { return {{"live", "cpu"}, std::move(points)}; }

}  // namespace

TEST_CASE("a timeline is as expected of itself") {
  const Comparison same = compare(run(), run(), {});
  CHECK(same.passes());
  REQUIRE(same.tracks.size() == 2);
  CHECK(same.tracks[0].passes == 14);
  CHECK(same.tracks[0].largest_residual == 0);
  CHECK(same.tracks[0].expected_peak == 192);
  CHECK(same.tracks[0].found_peak == 192);
  CHECK(same.tracks[0].area_error == 0);
  CHECK(same.residual.phases == run().phases);
  for (const Track& track : same.residual.tracks) {
    CHECK(track.columns.held_during == std::vector<std::int64_t>(14, 0));
  }
  CHECK_FALSE(compare(Timeline{}, Timeline{}, {}).passes());  // nothing was compared
  const Timeline none{{{named("total"), {}}}, {}, {}};
  const Comparison nothing = compare(none, none, {});
  REQUIRE(nothing.tracks.size() == 1);
  CHECK_FALSE(nothing.tracks[0].within);
  CHECK_FALSE(nothing.passes());
}

TEST_CASE("one entry too many is found at its pass and moment") {
  const auto moment = GENERATE(0, 1, 2);
  const std::size_t pass = GENERATE(0U, 3U, 4U, 13U);
  Timeline found = run();
  std::vector<std::int64_t>& column = moment == 0   ? total(found).past
                                      : moment == 1 ? total(found).held_during
                                                    : total(found).held_after;
  column[pass] += 1;
  const Comparison result = compare(run(), found, {});
  CHECK_FALSE(result.passes());
  const TrackComparison& track = result.tracks[0];
  CHECK_FALSE(track.within);
  CHECK(track.largest_residual == 1);
  CHECK(track.worst_pass == static_cast<std::int64_t>(pass));
  CHECK(track.worst_moment == (moment == 0 ? "before" : moment == 1 ? "during" : "after"));
  CHECK(track.worst_phase ==
        (pass < 4 ? "prefill " + std::to_string(pass) : "decode " + std::to_string(pass - 4)));
  CHECK(track.area_error > 0);
  CHECK(result.tracks[1].within);
  CHECK(result.residual.tracks[0].info.name == "total above");
  CHECK((result.residual.tracks[0].columns.*(moment == 0   ? &TrackColumns::past
                                             : moment == 1 ? &TrackColumns::held_during
                                                           : &TrackColumns::held_after))[pass] ==
        1);
  CHECK(compare(run(), found, {Moments::all, {1, 0}}).passes());
  CHECK(compare(run(), found, {Moments::between, {}}).passes() == (moment == 1));
}

TEST_CASE("what is missing is below") {
  Timeline found = run();
  total(found).held_after[5] -= 7;
  const Comparison result = compare(run(), found, {});
  CHECK(result.tracks[0].largest_residual == -7);
  CHECK(result.residual.tracks[1].info.name == "total below");
  CHECK(result.residual.tracks[1].columns.held_after[5] == 7);
  CHECK(result.residual.tracks[0].columns.held_after[5] == 0);
  CHECK(result.tracks[0].area_error < 0);
}

TEST_CASE("a tolerance is an amount or a share of the expected peak, and signs do not matter") {
  Timeline found = run();
  total(found).held_during[2] -= 19;
  CHECK_FALSE(compare(run(), found, {Moments::all, {18, 0.05}}).passes());
  CHECK(compare(run(), found, {Moments::all, {19, 0}}).passes());
  CHECK(compare(run(), found, {Moments::all, {0, 0.1}}).passes());  // 19.2 of 192
}

TEST_CASE("passes are aligned by phase, and those without a partner are a difference") {
  Timeline found = run();
  // One chunk more before, two steps fewer at the end.
  for (const auto& column : kTrackColumns) {
    for (Track& track : found.tracks) {
      auto& values = track.columns.*column.values;
      values.insert(values.begin() + 4, 12345);
      values.resize(values.size() - 2);
    }
  }
  found.phases = {{"prefill", 0, 5}, {"decode", 5, 8}};
  const Comparison result = compare(run(), found, {});
  CHECK(result.phases == std::vector<PhaseDifference>{{"prefill", 4, 5}, {"decode", 10, 8}});
  CHECK_FALSE(result.passes());
  CHECK(result.tracks[0].passes == 12);
  CHECK(result.tracks[0].largest_residual == 0);
  Timeline wrong = found;
  total(wrong).held_after[7] += 3;  // decode 2, which is pass 6 of the expected one
  CHECK(compare(run(), wrong, {}).tracks[0].worst_pass == 6);
  CHECK(compare(run(), wrong, {}).tracks[0].worst_phase == "decode 2");

  found.phases[1].name = "generate";
  const Comparison other = compare(run(), found, {});
  CHECK(other.phases ==
        std::vector<PhaseDifference>{{"prefill", 4, 5}, {"decode", 10, 0}, {"generate", 0, 8}});
  CHECK(other.tracks[0].passes == 4);

  found.phases.clear();
  CHECK(compare(run(), found, {}).phases == std::vector<PhaseDifference>{{"passes", 14, 13}});
}

TEST_CASE("the turns of a conversation stand beside each other") {
  Timeline expected{{{named("total"), test::noise(6, 100, 1)}},
                    {{"prefill", 0, 1}, {"decode", 1, 2}, {"prefill", 3, 1}, {"decode", 4, 2}},
                    {}};
  CHECK(compare(expected, expected, {}).passes());
  Timeline found = expected;
  total(found).held_after[4] += 3;
  CHECK(compare(expected, found, {}).tracks[0].worst_pass == 4);
}

TEST_CASE("what lay there before is taken off, where that is asked for") {
  Timeline found = run();
  for (Track& track : found.tracks) {
    for (const auto member :
         {&TrackColumns::past, &TrackColumns::held_during, &TrackColumns::held_after}) {
      for (std::int64_t& value : track.columns.*member) value += 1000;
    }
  }
  CHECK_FALSE(compare(run(), found, {}).passes());
  ComparisonOptions options;
  options.subtract_base = true;
  const Comparison result = compare(run(), found, options);
  CHECK(result.passes());
  CHECK(result.tracks[0].base == 1000);
}

TEST_CASE("tracks are matched by name and unit") {
  Timeline found = run();
  found.tracks[0].info.unit = TrackUnit::blocks;
  found.tracks.push_back({named("device"), {}});
  const Comparison result = compare(run(), found, {});
  CHECK(result.only_expected == std::vector<std::string>{"total"});
  CHECK(result.only_found == std::vector<std::string>{"total", "device"});
  CHECK(result.tracks.size() == 1);
  CHECK(result.passes());
}

TEST_CASE("the greatest count does not overflow unseen") {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  const Timeline zero{{{named("a"), {{0}, {1}, {0}, {0}, {0}}}}, {}, {}};
  const Timeline most{{{named("a"), {{0}, {1}, {kMost}, {kMost}, {kMost}}}}, {}, {}};
  CHECK(compare(zero, most, {}).tracks[0].largest_residual == kMost);
  CHECK(compare(most, zero, {}).tracks[0].largest_residual == -kMost);
  CHECK_FALSE(compare(zero, most, {}).tracks[0].area_error);
  CHECK(compare(zero, zero, {}).tracks[0].area_error == 0.0);
  CHECK(compare(most, zero, {}).tracks[0].area_error == -1.0);
}

TEST_CASE("curves are laid over each other with the offset that leaves the least between them") {
  const Curve expected = curve({{0, 10}, {100, 30}, {200, 20}, {300, 0}});
  CurveComparison same = compare(expected, expected, {});
  CHECK(same.offset_ns == 0);
  CHECK(same.within);

  Curve moved = expected;
  for (CurvePoint& point : moved.points) point.time_ns += 5'000;
  CHECK(compare(expected, moved, {}).offset_ns == -5'000);
  CHECK(compare(expected, moved, {}).within);

  // An early point that the other one does not have: the peaks lie upon each other.
  moved.points.insert(moved.points.begin(), {1'000, 10});
  CHECK(compare(expected, moved, {}).offset_ns == -5'000);

  // A peak of its own before that: only the last points lie upon each other.
  CHECK(
      compare(expected, curve({{1'000, 40}, {1'001, 10}, {5'100, 30}, {5'200, 20}, {5'300, 0}}), {})
          .offset_ns == -5'000);

  Curve higher = expected;
  higher.points[1].value = 35;
  const CurveComparison result = compare(expected, higher, {});
  CHECK(result.peak_error() == 5);
  CHECK(result.largest_residual == 5);
  CHECK(result.worst_time_ns == 100);
  // 10 x 100 + 30 x 100 + 20 x 100 expected, 500 more found.
  CHECK(result.area_error.value() == Approx(500.0 / 6000));
  CHECK_FALSE(result.within);
  CHECK(compare(expected, higher, {Moments::all, {5, 0}}).within);

  // Freed later: the same peak, another mean.
  Curve late = expected;
  late.points[2].time_ns = 290;
  CHECK(compare(expected, late, {}).peak_error() == 0);
  CHECK_FALSE(compare(expected, late, {Moments::all, {2, 0}}).within);
  CHECK(compare(expected, late, {Moments::all, {3, 0}}).within);  // 900 / 300
}

TEST_CASE("an empty curve is not within anything") {
  CHECK_FALSE(compare(curve({}), curve({{0, 1}}), {}).within);
  CHECK_FALSE(compare(curve({{0, 1}}), curve({}), {}).within);
}

TEST_CASE("a base is taken off a curve") {
  ComparisonOptions options;
  options.subtract_base = true;
  const CurveComparison result =
      compare(curve({{0, 0}, {5, 7}, {9, 0}}), curve({{0, 100}, {5, 107}, {9, 100}}), options);
  CHECK(result.base == 100);
  CHECK(result.within);
}
