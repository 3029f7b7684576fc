// Step series: columns, maxima and differences against a walk over all points.
#include "timeline/step_series.h"

#include <algorithm>
#include <limits>
#include <random>
#include <stdexcept>
#include <vector>

#include "models/units.h"
#include "tests/catch.h"

using namespace kvf;

namespace {

using Numbers = std::vector<std::int64_t>;
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

// A point is in a column if it lies in it, or holds in a part of it. The last column has what lies at
// the very end, too.
StepColumn walked(const StepSeries& series, std::int64_t left, std::int64_t right,
                  bool last_column) {
  StepColumn column;
  for (std::int64_t i = 0; i < series.points(); ++i) {
    const std::int64_t from = series.x(i);
    const std::int64_t next = i + 1 < series.points() ? series.x(i + 1) : series.end();
    const std::int64_t to = series.gap_behind(i) ? from : next;
    const bool at_end = last_column && from == right && right == series.end();
    const bool lies = left <= from && (from < right || at_end);
    const bool holds = std::max(from, left) < std::min(to, right);
    const bool holds_there =
        left == right && from <= left &&
        (left < to || (from == left && i + 1 == series.points() && !series.gap_behind(i)));
    if (!lies && !holds && !holds_there) continue;
    const std::int64_t value = series.value(i);
    // Several points on the left edge: the last of them is what is held there.
    if (column.empty || from <= left) column.entry = value;
    if (column.empty || value > column.max) {
      column.max = value;
      column.max_point = i;
    }
    column.min = column.empty ? value : std::min(column.min, value);
    column.last = value;
    column.empty = false;
  }
  return column;
}

std::vector<StepColumn> walked(const StepSeries& series, const Numbers& edges) {
  std::vector<StepColumn> columns;
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
    columns.push_back(walked(series, edges[i], edges[i + 1], i + 2 == edges.size()));
  }
  return columns;
}

std::vector<StepColumn> asked(const StepSeries& series, const Numbers& edges) {
  std::vector<StepColumn> columns(edges.size() - 1);
  series.columns(edges, columns);
  return columns;
}

// How many columns are wrong: one assertion a case.
int wrong(const StepSeries& series, const Numbers& edges) {
  const auto is = asked(series, edges);
  const auto should = walked(series, edges);
  int count = 0;
  for (std::size_t i = 0; i < is.size(); ++i) count += is[i] == should[i] ? 0 : 1;
  return count;
}

enum class Times { uniform, bursty, equal };

StepSeries random_series(std::mt19937_64& random, Times times, std::int64_t points) {
  const auto upto = [&](std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(0, most)(random);
  };
  Numbers xs;
  Numbers values;
  std::int64_t x = upto(100) - 50;
  for (std::int64_t i = 0; i < points; ++i) {
    xs.push_back(x);
    values.push_back(upto(40) - 10);
    if (times == Times::uniform) x += 1 + upto(2);
    if (times == Times::bursty) x += upto(30) == 0 ? 500 + upto(5000) : upto(1);
    if (times == Times::equal) x += upto(9) == 0 ? 1 : 0;
  }
  return {std::move(xs), std::move(values), x + upto(1) * upto(20)};
}

Numbers random_edges(std::mt19937_64& random, const StepSeries& series, std::size_t columns) {
  std::uniform_int_distribution<std::int64_t> place(series.begin() - 30, series.end() + 30);
  Numbers edges;
  while (edges.size() <= columns) edges.push_back(place(random));
  std::sort(edges.begin(), edges.end());
  return edges;
}

}  // namespace

TEST_CASE("columns of a step series are what a walk over all points finds") {
  const Times times = GENERATE(Times::uniform, Times::bursty, Times::equal);
  std::mt19937_64 random(static_cast<std::uint64_t>(times) + 1);
  for (const std::int64_t points :
       {1, 2, 15, 16, 17, 31, 33, 255, 256, 257, 300, 4095, 4097, 4500}) {
    const StepSeries series = random_series(random, times, points);
    INFO("points: " << points);
    CHECK(wrong(series, random_edges(random, series, 300)) == 0);
    CHECK(wrong(series, {series.begin(), series.end()}) == 0);
    CHECK(wrong(series,
                {series.begin() - 1, series.begin(), series.begin() + 1,
                 series.end() - 1 < series.begin() + 1 ? series.begin() + 1 : series.end() - 1,
                 std::max(series.end(), series.begin() + 1), series.end() + 2}) == 0);
  }
}

TEST_CASE("in a gap nothing is held, and what is around it is as without") {
  const auto with_gaps = [](const Numbers& xs, const Numbers& values, std::int64_t end,
                            const Numbers& gaps) {
    return StepSeries(std::make_shared<const Ascending>(xs),
                      std::make_shared<const MinMaxPyramid>(values), end, gaps);
  };
  const StepSeries series = with_gaps({0, 10, 10, 20, 30}, {1, 2, 9, 3, 4}, 40, {2, 3});
  CHECK(series.holds_at(9));
  for (const std::int64_t x : {10, 15, 20, 29}) CHECK_FALSE(series.holds_at(x));
  CHECK(series.holds_at(30));
  const auto columns = asked(series, {0, 10, 12, 20, 22, 31});
  CHECK(columns[1] == StepColumn{false, 9, 2, 9, 9, 2});  // the points on its edge
  CHECK(columns[2].empty);
  CHECK(columns[4] == StepColumn{false, 4, 4, 4, 4, 4});

  std::mt19937_64 random(7);
  for (const Times times : {Times::uniform, Times::bursty, Times::equal}) {
    for (const std::int64_t points : {17, 300, 4500}) {
      const StepSeries whole = random_series(random, times, points);
      Numbers xs, values, gaps;
      for (std::int64_t i = 0; i < points; ++i) {
        xs.push_back(whole.x(i));
        values.push_back(whole.value(i));
        if (random() % 5 == 0) gaps.push_back(i);
      }
      const StepSeries gappy = with_gaps(xs, values, whole.end(), gaps);
      INFO("points: " << points);
      CHECK(wrong(gappy, random_edges(random, gappy, 300)) == 0);
      CHECK(wrong(gappy, {gappy.begin(), gappy.end()}) == 0);
    }
  }
}

TEST_CASE("a peak in the last point is in the last column, if that ends with the series") {
  const StepSeries series({0, 10, 20, 20}, {1, 2, 9, 3}, 20);
  const auto columns = asked(series, {0, 10, 20});
  CHECK(columns[0] == StepColumn{false, 1, 1, 1, 1, 0});
  CHECK(columns[1] == StepColumn{false, 2, 2, 9, 3, 2});
  CHECK(asked(series, {10, 19}).back().max == 2);
  CHECK(asked(series, {10, 20, 30})[0].max == 2);
  CHECK(asked(series, {10, 20, 30})[1].max == 9);
  CHECK(asked(series, {20, 20}).back().max == 9);
  // The first of several of one value.
  const StepSeries twice({0, 20, 20, 20}, {1, 9, 3, 9}, 20);
  CHECK(asked(twice, {20, 20}).back() == StepColumn{false, 9, 3, 9, 9, 1});
  CHECK(asked(twice, {10, 20}).back().max_point == 1);
}

TEST_CASE("near edges lose no point and move none by more than an eighth of a column") {
  const Times times = GENERATE(Times::uniform, Times::bursty, Times::equal);
  std::mt19937_64 random(static_cast<std::uint64_t>(times) + 20);
  int moved = 0;
  int broken = 0;
  for (const std::int64_t points : {1, 17, 257, 4097, 30000}) {
    const StepSeries series = random_series(random, times, points);
    for (const std::int64_t count : {1, 2, 7, 40, 300}) {
      // All of it, and a part of the middle.
      for (const std::int64_t cut : {std::int64_t{-3}, (series.end() - series.begin()) / 5}) {
        const std::int64_t begin = series.begin() + cut;
        const std::int64_t width = std::max(series.end() - cut, begin) - begin;
        Numbers edges;
        for (std::int64_t i = 0; i <= count; ++i) edges.push_back(begin + width * i / count);
        std::vector<StepColumn> near(edges.size() - 1);
        series.columns(edges, near, StepSeries::Edges::near);
        std::vector<StepColumn> lines(edges.size() - 1);
        series.columns(edges, lines, StepSeries::Edges::near, StepSeries::MaxPoint::unwanted);
        const std::vector<StepColumn> exact = asked(series, edges);
        for (std::size_t i = 0; i < near.size(); ++i) {
          // Points at most this far behind an edge may be before it.
          const std::int64_t slack = (width + count - 1) / count / 8;
          const std::int64_t inside = edges[i] + (i == 0 ? 0 : slack + 1);
          const std::int64_t beyond = edges[i + 1] + (i + 1 == near.size() ? 0 : slack + 1);
          const StepColumn outer = walked(series, edges[i], beyond, i + 1 == near.size());
          const StepColumn inner = inside < edges[i + 1]
                                       ? walked(series, inside, edges[i + 1], i + 1 == near.size())
                                       : exact[i];
          StepColumn unsought = lines[i];
          if (unsought.max_point == StepSeries::kUnknown) unsought.max_point = near[i].max_point;
          if (unsought != near[i]) ++broken;
          const StepColumn& is = near[i];
          moved += is == exact[i] ? 0 : 1;
          if (is.empty != exact[i].empty) ++broken;
          if (is.empty || exact[i].empty) continue;
          const bool holds = (inner.empty || (is.max >= inner.max && is.min <= inner.min)) &&
                             is.max <= outer.max && is.min >= outer.min &&
                             series.value(is.max_point) == is.max;
          // What it ends with, the next one begins with.
          const bool joins = i == 0 || near[i - 1].empty || is.entry == near[i - 1].last ||
                             series.point_at(edges[i]) != series.point_at(edges[i] - 1);
          if (!holds || !joins) ++broken;
        }
        const auto most = [](const std::vector<StepColumn>& columns) {
          std::int64_t greatest = kLeast;
          for (const StepColumn& column : columns) {
            if (!column.empty) greatest = std::max(greatest, column.max);
          }
          return greatest;
        };
        if (most(near) != most(exact)) ++broken;
      }
    }
  }
  CHECK(broken == 0);
  CHECK((times == Times::equal || moved > 0));
}

TEST_CASE("ascending numbers are found as by a walk, and near ones within the slack") {
  std::mt19937_64 random(30);
  int wrong_places = 0;
  int jumps = 0;
  for (const std::int64_t size : {0, 1, 15, 16, 17, 255, 256, 257, 4096, 4097, 5000}) {
    Numbers numbers;
    std::int64_t x = -40;
    for (std::int64_t i = 0; i < size; ++i) {
      numbers.push_back(x += static_cast<std::int64_t>(random() % 3));
    }
    const Ascending ascending(numbers);
    for (std::int64_t at = -45; at <= x + 3; ++at) {
      const auto first = std::lower_bound(numbers.begin(), numbers.end(), at) - numbers.begin();
      if (ascending.first_from(at) != first) ++wrong_places;
      const std::int64_t near = ascending.first_from(at, 20);
      if (near < first || near > size) ++wrong_places;
      if (near > first && (near % 16 != 0 || ascending[near - 1] > at + 20)) ++wrong_places;
      if (near > first) ++jumps;
    }
    for (std::int64_t i = 0; i < size; ++i) {
      if (ascending.coarse(i) != numbers[static_cast<std::size_t>(i)]) ++wrong_places;
    }
  }
  CHECK(wrong_places == 0);
  CHECK(jumps > 0);
  const Ascending all({kLeast, 0, kMost});
  CHECK(all.first_from(kLeast) == 0);
  CHECK(all.first_from(1) == 2);
  CHECK(all.first_from(kMost) == 2);
  CHECK_THROWS_AS(Ascending({1, 0}), std::invalid_argument);
}

TEST_CASE("a value is the same wherever a pyramid has it") {
  std::mt19937_64 random(31);
  for (const std::int64_t size : {1, 15, 16, 17, 255, 256, 257, 4096, 5000}) {
    Numbers values;
    for (std::int64_t i = 0; i < size; ++i) values.push_back(static_cast<std::int64_t>(random()));
    const MinMaxPyramid pyramid(values);
    int wrong = 0;
    for (std::int64_t i = 0; i < size; ++i) {
      if (pyramid.coarse(i) != values[static_cast<std::size_t>(i)]) ++wrong;
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("the most of any stretch of a step series is the first of several") {
  std::mt19937_64 random(4);
  Numbers xs;
  Numbers stairs;  // the most is at the right, many times
  for (std::int64_t i = 0; i < 700; ++i) {
    xs.push_back(i);
    stairs.push_back(i / 45);
  }
  const bool rising = GENERATE(false, true);
  const StepSeries series =
      rising ? StepSeries(xs, stairs, 700) : random_series(random, Times::uniform, 700);
  int wrong_stretches = 0;
  for (std::int64_t first = 0; first < 700; first += 3) {
    std::int64_t most = first;
    for (std::int64_t last = first + 1; last <= 700; ++last) {
      if (series.value(last - 1) > series.value(most)) most = last - 1;
      wrong_stretches += series.max_point(first, last) == most ? 0 : 1;
    }
  }
  CHECK(wrong_stretches == 0);
  CHECK(series.max_point(5, 5) == -1);
  CHECK(series.max_point(-3, 9000) == series.max_point(0, 700));
}

TEST_CASE("no peak of a single point is lost, at any zoom") {
  Numbers xs(100000);
  Numbers values(xs.size(), 5);
  for (std::size_t i = 0; i < xs.size(); ++i) xs[i] = static_cast<std::int64_t>(7 * i);
  const auto peak =
      static_cast<std::size_t>(GENERATE(0, 1, 15, 16, 4096, 33333, 65536, 99998, 99999));
  values[peak] = 6;
  const StepSeries series(xs, values, 700000);
  for (const std::int64_t columns : {1, 2, 3, 10, 1000, 1850}) {
    Numbers edges;
    for (std::int64_t i = 0; i <= columns; ++i) edges.push_back(700000 * i / columns);
    int with_peak = 0;
    for (const StepColumn& column : asked(series, edges)) {
      if (column.max == 6 && column.max_point == static_cast<std::int64_t>(peak)) ++with_peak;
    }
    INFO("columns: " << columns);
    // One, or two where its width of 7 lies over an edge.
    CHECK((with_peak == 1 || with_peak == 2));
  }
}

TEST_CASE("a step holds, and values of no width count") {
  //                        no width: 9      the last point is of no width
  const StepSeries series({10, 20, 20, 30}, {1, 9, 2, 7}, 30);
  CHECK(asked(series, {0, 10, 11, 20, 21, 29, 30, 31}) ==
        std::vector<StepColumn>{{},
                                {false, 1, 1, 1, 1, 0},
                                {false, 1, 1, 1, 1, 0},
                                {false, 2, 2, 9, 2, 1},
                                {false, 2, 2, 2, 2, 2},
                                {false, 2, 2, 2, 2, 2},
                                {false, 7, 7, 7, 7, 3}});
  // The value before a point on the edge is of the column before.
  CHECK(asked(series, {20, 25}) == std::vector<StepColumn>{{false, 2, 2, 9, 2, 1}});
  CHECK(asked(series, {19, 25}) == std::vector<StepColumn>{{false, 1, 1, 9, 2, 1}});
  // Between equal edges: what is held there.
  CHECK(asked(series, {9, 9, 15, 15, 20, 20, 30, 30, 31, 31}) ==
        std::vector<StepColumn>{{},
                                {false, 1, 1, 1, 1, 0},
                                {false, 1, 1, 1, 1, 0},
                                {false, 1, 1, 1, 1, 0},
                                {false, 2, 2, 2, 2, 2},
                                {false, 2, 2, 9, 2, 1},
                                {false, 7, 7, 7, 7, 3},
                                {false, 7, 7, 7, 7, 3},
                                {}});
  CHECK(series.point_at(9) == -1);
  CHECK(series.point_at(20) == 2);
  CHECK(series.point_at(1000) == 3);
  CHECK(series.first_point_from(20) == 1);
  CHECK(series.first_point_from(31) == 4);
  CHECK(series.holds_at(30));
  CHECK_FALSE(series.holds_at(31));
  CHECK_FALSE(StepSeries({10}, {1}, 12).holds_at(12));
}

TEST_CASE("step series of no point, and of one") {
  const StepSeries none;
  CHECK(none.empty());
  CHECK(none.begin() == 0);
  CHECK(none.end() == 0);
  CHECK(none.point_at(0) == -1);
  CHECK(none.max_point(0, 1) == -1);
  CHECK(asked(none, {0, 0, 5}) == std::vector<StepColumn>(2));
  CHECK(asked(StepSeries(Numbers{}, Numbers{}, 5), {0, 0, 5}) == std::vector<StepColumn>(2));

  const StepSeries one({3}, {-8}, 3);
  const StepColumn found{false, -8, -8, -8, -8, 0};
  CHECK(asked(one, {0, 3, 4, 5}) == std::vector<StepColumn>{{}, found, {}});
  CHECK(asked(StepSeries({3}, {-8}, 5), {0, 3, 4, 5, 6}) ==
        std::vector<StepColumn>{{}, found, found, {}});
}

TEST_CASE("step series reach from end to end of 64 bits") {
  const StepSeries series({kLeast, -1, 0, kMost}, {kMost, kLeast, 0, kMost}, kMost);
  CHECK(wrong(series, {kLeast, -1, 0, 1, kMost - 1, kMost}) == 0);
  CHECK(wrong(series, {kLeast, kMost}) == 0);
  const StepColumn all = asked(series, {kLeast, kMost}).front();
  CHECK(all.min == kLeast);
  CHECK(all.max == kMost);
  CHECK(all.max_point == 0);
  CHECK_THROWS_AS(difference(series, StepSeries({kLeast}, {-1}, kMost)), OverflowError);
}

TEST_CASE("step series refuse what is none") {
  CHECK_THROWS_AS(StepSeries({1, 0}, {1, 1}, 5), std::invalid_argument);
  CHECK_THROWS_AS(StepSeries({1, 2}, {1}, 5), std::invalid_argument);
  CHECK_THROWS_AS(StepSeries({1, 2}, {1, 1}, 1), std::invalid_argument);
  const StepSeries series({1, 2}, {1, 1}, 2);
  CHECK_THROWS_AS(asked(series, {1, 3, 2}), std::invalid_argument);
  std::vector<StepColumn> columns(2);
  CHECK_THROWS_AS(series.columns(Numbers{1, 2}, columns), std::invalid_argument);
}

TEST_CASE("the difference of two step series is that of their values wherever both are") {
  std::mt19937_64 random(9);
  const Times times = GENERATE(Times::uniform, Times::bursty);
  int wrong_places = 0;
  for (int round = 0; round < 60; ++round) {
    const StepSeries found = random_series(random, times, 1 + round * 3);
    const StepSeries expected = random_series(random, times, 1 + round * 2);
    const StepSeries less = difference(found, expected);
    const std::int64_t last =
        std::min<std::int64_t>(20000, std::max(found.end(), expected.end()) + 2);
    for (std::int64_t x = -60; x < last; ++x) {
      const bool both = found.holds_at(x) && expected.holds_at(x);
      if (less.holds_at(x) != both) ++wrong_places;
      if (!both || !less.holds_at(x)) continue;
      const std::int64_t should =
          found.value(found.point_at(x)) - expected.value(expected.point_at(x));
      if (less.value(less.point_at(x)) != should) ++wrong_places;
    }
  }
  CHECK(wrong_places == 0);
}

TEST_CASE("differences pair values of no width by their order") {
  const StepSeries found({0, 5, 5, 9}, {10, 30, 20, 15}, 9);
  const StepSeries expected({0, 5, 5, 9}, {1, 2, 3, 4}, 12);
  const StepSeries less = difference(found, expected);
  REQUIRE(less.points() == 4);
  CHECK(Numbers{less.value(0), less.value(1), less.value(2), less.value(3)} ==
        Numbers{9, 28, 17, 11});
  CHECK(less.end() == 9);
  // Of two against one, and of two against none, the last counts.
  const StepSeries fewer = difference(found, StepSeries({0, 5, 7}, {1, 2, 3}, 12));
  REQUIRE(fewer.points() == 4);
  CHECK(Numbers{fewer.x(0), fewer.x(1), fewer.x(2), fewer.x(3)} == Numbers{0, 5, 7, 9});
  CHECK(Numbers{fewer.value(0), fewer.value(1), fewer.value(2), fewer.value(3)} ==
        Numbers{9, 18, 17, 12});
  CHECK(difference(found, StepSeries({10}, {1}, 12)).empty());
  CHECK(difference(found, StepSeries({9}, {1}, 12)).points() == 1);
  CHECK(difference(found, {}).empty());
}

TEST_CASE("step series over the same points share them") {
  const auto xs = std::make_shared<const Ascending>(Numbers{1, 2});
  const auto values = std::make_shared<const MinMaxPyramid>(Numbers{7, 8});
  const StepSeries a(xs, values, 3);
  const StepSeries b(xs, std::make_shared<const MinMaxPyramid>(Numbers{5, 6}), 3);
  CHECK(a.shares_points_with(b));
  CHECK_FALSE(a.shares_points_with(StepSeries({1, 2}, {7, 8}, 3)));
  CHECK_FALSE(StepSeries().shares_points_with(StepSeries()));
}
