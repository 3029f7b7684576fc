// Lives of entries: which go when the number says how many.
#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "models/closed_form.h"
#include "sim/alloc/lifespans.h"
#include "sim/lives.h"
#include "tests/cases_under_law.h"
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

TEST_CASE("selections of every size are those of all scores sorted", "[lifespans]") {
  std::mt19937_64 random(11);
  const auto below = [&](std::int64_t n) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
  };
  int wrong = 0;
  for (int round = 0; round < 60; ++round) {
    // Scores that time lowers, and a few scores that many entries share.
    ScoreModel scores(ScoreModel::Synthetic{static_cast<std::uint64_t>(round), below(6),
                                            0.5 + static_cast<double>(below(2000)), 0.05});
    if (round % 3 == 0) {
      ScoreModel::Table table{1, {}};
      for (int i = 0; i < 500; ++i) table.values.push_back(static_cast<double>(below(7)));
      scores = ScoreModel(std::move(table));
    }
    const Retention retention{Tokens(below(4)), Tokens(below(9)), false};
    LifeTracker tracker(scores, 0, [](const Life&) {});
    std::vector<std::int64_t> alive;
    PassPlan passes;
    for (int i = 0; i < 5; ++i) passes.add(1, Tokens(1 + below(6000)), Phase::prefill);
    for (const PassRun& run : passes.runs) {
      const Pass pass = passes.pass(run, 0);
      const std::int64_t now = (pass.position + pass.rows).count();
      for (std::int64_t at = pass.position.count(); at < now; ++at) alive.push_back(at);
      const auto size = static_cast<std::int64_t>(alive.size());
      const std::int64_t between =
          std::max<std::int64_t>(size - (retention.first + retention.last).count(), 0);
      // Few, half, or nearly all of those that are not protected.
      const std::int64_t count = below(1 + between / (round % 2 == 0 ? 1 : 50));
      std::vector<std::pair<double, std::int64_t>> lowest;
      for (std::int64_t i = retention.first.count(); i < size - retention.last.count(); ++i) {
        const std::int64_t position = alive[static_cast<std::size_t>(i)];
        lowest.emplace_back(scores.score(0, position, now), position);
      }
      std::sort(lowest.begin(), lowest.end());
      for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t victim = lowest[static_cast<std::size_t>(i)].second;
        alive.erase(std::lower_bound(alive.begin(), alive.end(), victim));
      }
      tracker.play(pass, retention, Tokens(size - count));
      wrong += tracker.alive() == alive ? 0 : 1;
    }
  }
  CHECK(wrong == 0);
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

TEST_CASE("a long decoding tells when each entry was born", "[lifespans]") {
  // Births of which nothing is alive are forgotten now and then.
  const std::int64_t passes = 1000;
  const auto count = static_cast<std::size_t>(passes);
  std::vector<std::int64_t> stays(count, 3);
  stays[0] = 1;
  stays[1] = 2;
  const std::vector<Life> lives =
      lives_of(std::vector<std::int64_t>(count, 1), stays, {Tokens(1), Tokens(2), false});
  REQUIRE(lives.size() == count);
  for (std::size_t i = 0; i + 3 < count; ++i) {
    const auto position = static_cast<std::int64_t>(i) + 1;
    REQUIRE(lives[i] == Life{position, position, position, position + 2});
  }
  CHECK(lives[count - 3] == Life{0, 0, 0});
  CHECK(lives[count - 1] == Life{passes - 1, passes - 1, passes - 1});
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

namespace {

// Whether what the lives of every rule add up to is what the closed form says. Appended tokens that
// stay have no life, and are read.
bool lives_add_up(const test::LawCase& c, const Workload& workload) {
  LlmShape shape;
  shape.layers = 3;
  shape.kv_heads = 2;
  shape.query_heads = 4;
  const ScoreModel scores;
  const Schedule schedule = plan(c.policy, shape, workload, c.accounting, c.convention);
  const Result closed = closed_form(schedule);
  std::vector<bool> seen(schedule.rules.size());
  for (std::size_t g = 0; g < schedule.groups.size(); ++g) {
    const std::uint32_t r = schedule.groups[g].rule;
    if (seen[r]) continue;
    seen[r] = true;
    std::vector<Life> lives;
    RuleState state = initial_state(schedule.rules[r]);
    Area lifeless;
    Tokens held;
    play_lives(
        schedule, {g, 0}, scores, [&](const Life& life) { lives.push_back(life); },
        [&](const Pass& pass, const std::vector<std::int64_t>& alive) {
          const Tokens more = held - Tokens(static_cast<std::int64_t>(alive.size()));
          lifeless += Area(static_cast<Int128>(more.count()) * pass.rows.count());
          held = keep(schedule.rules[r], state, pass, held + pass.rows + pass.appended);
        });
    if (area_of(lives, schedule.plan) + lifeless != closed.rules[r].active_entries) return false;
  }
  return true;
}

void try_lives(std::int64_t step) {
  for (const test::LawCase& c : test::law_cases()) {
    std::string broken;
    for (std::int64_t prompt = 0; prompt <= 40; prompt += step) {
      for (const std::int64_t chunk : {1, 2, 3, 5, 8, 13, 21, 34, 41}) {
        for (const std::int64_t output : {0, 1, 12}) {
          if (lives_add_up(c, {Tokens(prompt), Tokens(output), Tokens(chunk)})) continue;
          broken = c.label + ", prompt " + std::to_string(prompt) + ", chunk " +
                   std::to_string(chunk) + ", output " + std::to_string(output);
        }
      }
    }
    CHECK(broken == "");
  }
}

}  // namespace

TEST_CASE("lives add up to the footprint of every policy", "[lifespans]") { try_lives(13); }

// Hidden, as the laws' own.
TEST_CASE("lives add up to the footprint in every small case", "[.exhaustive]") { try_lives(1); }

TEST_CASE("synthetic scores are the same everywhere", "[lifespans]") {
  const ScoreModel model;
  CHECK(model.score(0, 0, 100) == 4);
  CHECK(model.score(3, 50, 100) == model.score(3, 50, 100));
  CHECK(model.score(3, 50, 100) != model.score(4, 50, 100));
  CHECK(model.score(3, 50, 100) > model.score(3, 50, 200));
  CHECK_THROWS_AS(ScoreModel(ScoreModel::Table{2, {1, 2, 3}}), std::invalid_argument);
}
