// Critical footprints and Pareto fronts of tables that can be checked by hand.
#include "models/critical.h"

#include <limits>
#include <vector>

#include "tests/catch.h"

using namespace kvf;

namespace {

using Points = std::vector<std::pair<double, double>>;  // footprint, score

std::vector<Score> table(const Points& points, double full = 100) {
  std::vector<Score> scores;
  for (const auto& [footprint, score] : points)
    scores.push_back({"m", "t", footprint, score, full});
  return scores;
}

CriticalFootprint critical(const Points& points, double fraction = 0.9, double full = 100) {
  const auto results = critical_footprints(table(points, full), fraction);
  REQUIRE(results.size() == 1);
  return results[0];
}

CriticalFootprint is(double footprint, Bound bound) { return {"m", "t", footprint, bound}; }

}  // namespace

TEST_CASE("critical footprint: between the neighbours where the score falls", "[critical]") {
  CHECK(critical({{0.25, 50}, {0.5, 80}, {0.75, 100}}) == is(0.625, Bound::equal));
  // Unsorted.
  CHECK(critical({{0.75, 100}, {0.25, 50}, {0.5, 80}}) == is(0.625, Bound::equal));
  // A point that just reaches it is the answer, with no rounding.
  CHECK(critical({{0.1, 10}, {0.3, 90}, {0.7, 99}}) == is(0.3, Bound::equal));
  // A score above full attention's is a score like others: (0.5, 80) to (1, 120).
  CHECK(critical({{0.5, 80}, {1, 120}}) == is(0.625, Bound::equal));
  // The unit is the table's.
  CHECK(critical({{25, 50}, {50, 80}, {75, 100}}) == is(62.5, Bound::equal));
  CHECK(critical({{0, 0}, {1, 100}}, 0.5) == is(0.5, Bound::equal));
  CHECK(critical({{0, 0}, {1, 100}}, 1) == is(1, Bound::equal));
}

TEST_CASE("critical footprint: the first fall from the largest down counts", "[critical]") {
  // A dip, and a recovery below it.
  CHECK(critical({{0.125, 95}, {0.25, 70}, {0.5, 100}, {1, 100}}) ==
        is(0.5 - 0.25 / 3, Bound::equal));
  CHECK(critical({{0.1, 95}, {0.2, 95}, {0.5, 80}, {0.75, 100}}) == is(0.625, Bound::equal));
  // Recovery at the largest only.
  CHECK(critical({{0.25, 95}, {0.5, 80}, {1, 100}}) == is(0.75, Bound::equal));
}

TEST_CASE("critical footprint: bounds where the points do not reach", "[critical]") {
  CHECK(critical({{0.5, 95}}) == is(0.5, Bound::below));
  CHECK(critical({{0.5, 90}}) == is(0.5, Bound::below));
  CHECK(critical({{0.5, 89}}) == is(0.5, Bound::above));
  CHECK(critical({{0.75, 95}, {0.25, 91}, {0.5, 99}}) == is(0.25, Bound::below));
  CHECK(critical({{0.25, 10}, {0.75, 89}, {0.5, 20}}) == is(0.75, Bound::above));
  // The largest misses it, whatever others do.
  CHECK(critical({{0.25, 99}, {0.5, 80}}) == is(0.5, Bound::above));
  // Any score is a share of nothing.
  CHECK(critical({{0.5, 0}}, 0.9, 0) == is(0.5, Bound::below));
  CHECK(critical({{0.5, -1}}, 0.9, 0) == is(0.5, Bound::above));
}

TEST_CASE("critical footprint: of equal footprints the best score counts", "[critical]") {
  CHECK(critical({{0.5, 10}, {0.5, 95}, {0.5, 20}}) == is(0.5, Bound::below));
  CHECK(critical({{0.5, 80}, {0.75, 5}, {0.75, 100}, {0.5, 60}}) == is(0.625, Bound::equal));
  CHECK(critical({{0.5, 10}, {0.5, 10}}) == is(0.5, Bound::above));
}

TEST_CASE("critical footprint: extremes stay finite", "[critical]") {
  CHECK(critical({{0, -1e300}, {1e300, 1e300}}, 0.5, 0) == is(0.5e300, Bound::equal));
  constexpr double kTiny = std::numeric_limits<double>::denorm_min();
  CHECK(critical({{0, 0}, {1, kTiny}}, 1, kTiny) == is(1, Bound::equal));
}

TEST_CASE("critical footprints: each method on each task, in the order of the table",
          "[critical]") {
  const std::vector<Score> scores{{"b", "rag", 0.5, 40, 50},
                                  {"a", "rag", 0.5, 46, 50},
                                  {"b", "icl", 0.5, 80, 100},
                                  {"b", "rag", 1, 50, 50},
                                  {"b", "icl", 1, 100, 100}};
  CHECK(critical_footprints(scores, 0.9) ==
        std::vector<CriticalFootprint>{{"b", "rag", 0.75, Bound::equal},
                                       {"a", "rag", 0.5, Bound::below},
                                       {"b", "icl", 0.75, Bound::equal}});
  CHECK(critical_footprints({}, 0.9).empty());
}

TEST_CASE("Pareto front: what no other point of the task beats", "[critical]") {
  const auto front = [](const Points& points) {
    Points kept;
    for (const Score& score : pareto_front(table(points))) {
      kept.emplace_back(score.footprint, score.score);
    }
    return kept;
  };
  CHECK(front({}).empty());
  CHECK(front({{0.5, 50}}) == Points{{0.5, 50}});
  CHECK(front({{0.75, 40}, {0.5, 50}, {0.25, 30}}) == Points{{0.25, 30}, {0.5, 50}});
  // As good with more, or worse with as much: beaten. Equal: both stay.
  CHECK(front({{0.25, 50}, {0.5, 50}}) == Points{{0.25, 50}});
  CHECK(front({{0.5, 40}, {0.5, 50}}) == Points{{0.5, 50}});
  CHECK(front({{0.5, 50}, {0.5, 50}}) == Points{{0.5, 50}, {0.5, 50}});

  // A task is no other's rival.
  const std::vector<Score> tasks{{"a", "rag", 0.5, 40, 50},
                                 {"b", "icl", 0.25, 50, 50},
                                 {"b", "rag", 0.25, 30, 50},
                                 {"c", "rag", 0.5, 30, 50}};
  CHECK(pareto_front(tasks) == std::vector<Score>{tasks[2], tasks[0], tasks[1]});
}
