// Lives of entries: which go when the number says how many.
#include <random>
#include <vector>

#include "sim/alloc/lifespans.h"
#include "tests/catch.h"

using namespace kvf;

namespace {

// Plays passes of `rows` rows each, after which `stays` entries stay.
std::vector<Life> lives_of(const std::vector<std::int64_t>& rows,
                           const std::vector<std::int64_t>& stays, const Retention& retention,
                           const ScoreModel& scores = ScoreModel(), PassPlan* plan = nullptr) {
  std::vector<Life> lives;
  LifeTracker tracker(scores, 0, [&](const Life& life) { lives.push_back(life); });
  PassPlan passes;
  for (const std::int64_t count : rows) passes.add(1, Tokens(count), Phase::prefill);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    tracker.play(passes.pass(passes.runs[i], 0), retention, Tokens(stays[i]));
  }
  tracker.finish();
  if (plan != nullptr) *plan = passes;
  return lives;
}

// Scores that fall with the position.
const ScoreModel kOldFirst(ScoreModel::Table{1, {9, 8, 7, 6, 5, 4, 3, 2, 1, 0}});

}  // namespace

TEST_CASE("sinks and a window need no scores", "[lifespans]") {
  // Two passes of 4, of which a sink and a window of 2 stay, then two decode passes.
  const std::vector<Life> want{{1, 1, 0, 0}, {2, 3, 0, 1}, {4, 5, 1, 1}, {6, 6, 1, 2},
                               {7, 7, 1, 3}, {0, 0, 0},    {8, 8, 2},    {9, 9, 3}};
  CHECK(lives_of({4, 4, 1, 1}, {3, 3, 3, 3}, {Tokens(1), Tokens(2), false}) == want);
}

TEST_CASE("of those in between the lowest scores go", "[lifespans]") {
  const std::vector<Life> want{{4, 5, 0, 0}, {0, 3, 0}, {6, 7, 0}};
  CHECK(lives_of({8}, {6}, {Tokens(1), Tokens(2), false}, kOldFirst) == want);
}

TEST_CASE("of equal scores the oldest goes", "[lifespans]") {
  const ScoreModel same(ScoreModel::Table{1, {1}});
  CHECK(lives_of({4}, {3}, {}, same) == std::vector<Life>{{0, 0, 0, 0}, {1, 3, 0}});
}

TEST_CASE("a chunk that is cut leaves older entries alone", "[lifespans]") {
  CHECK(lives_of({4, 4}, {2, 4}, {{}, Tokens(1), true},
                 ScoreModel(ScoreModel::Table{1, {9, 8, 1, 7, 6, 2, 3, 4}})) ==
        std::vector<Life>{{1, 2, 0, 0}, {5, 6, 1, 1}, {0, 0, 0}, {3, 3, 0}, {4, 4, 1}, {7, 7, 1}});
  CHECK(lives_of({4, 4}, {2, 4}, {{}, Tokens(0), true}, kOldFirst) ==
        std::vector<Life>{{2, 3, 0, 0}, {6, 7, 1, 1}, {0, 1, 0}, {4, 5, 1}});
}

TEST_CASE("what is protected goes last", "[lifespans]") {
  // Two of a window of 3 and two sinks: none is left between them.
  CHECK(lives_of({5}, {2}, {Tokens(2), Tokens(3), false}) ==
        std::vector<Life>{{2, 4, 0, 0}, {0, 1, 0}});
  // Nothing of the chunk stays, and one entry before it goes too: the newest.
  CHECK(lives_of({3, 2}, {3, 2}, {{}, {}, true}) ==
        std::vector<Life>{{2, 2, 0, 1}, {3, 4, 1, 1}, {0, 1, 0}});
}

TEST_CASE("lives add up to the footprint", "[lifespans]") {
  std::mt19937 draw(7);
  const auto below = [&](std::int64_t n) {
    return static_cast<std::int64_t>(draw() % static_cast<unsigned>(n));
  };
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::int64_t> rows;
    std::vector<std::int64_t> stays;
    std::int64_t past = 0;
    Int128 area = 0;
    for (std::int64_t passes = 1 + below(8); passes > 0; --passes) {
      rows.push_back(1 + below(6));
      area += rows.back() * past + rows.back() * (rows.back() + 1) / 2;
      past = below(past + rows.back() + 1);
      stays.push_back(past);
    }
    PassPlan plan;
    const std::vector<Life> lives = lives_of(
        rows, stays, {Tokens(below(4)), Tokens(below(4)), below(2) == 1}, ScoreModel(), &plan);
    std::int64_t entries = 0;
    for (const Life& life : lives) entries += life.last - life.first + 1;
    INFO(round);
    REQUIRE(entries == plan.rows().count());
    REQUIRE(area_of(lives, plan) == Area(area));
  }
}

TEST_CASE("synthetic scores are the same everywhere", "[lifespans]") {
  const ScoreModel model;
  CHECK(model.score(0, 0, 100) == 4);
  CHECK(model.score(3, 50, 100) == model.score(3, 50, 100));
  CHECK(model.score(3, 50, 100) != model.score(4, 50, 100));
  CHECK(model.score(3, 50, 100) > model.score(3, 50, 200));
  CHECK_THROWS_AS(ScoreModel(ScoreModel::Table{2, {1, 2, 3}}), std::invalid_argument);
}
