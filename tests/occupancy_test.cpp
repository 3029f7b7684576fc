// Occupancy maps against counting slot by slot, and passes on an axis against their definition.
#include <algorithm>
#include <random>
#include <stdexcept>
#include <vector>

#include "tests/catch.h"
#include "timeline/occupancy.h"

using namespace kvf;

namespace {

// The other implementation: every slot of every block at every pass.
struct Counted {
  std::vector<Life> lives;
  std::int64_t block_tokens, passes, cells;

  std::int64_t count(std::int64_t block, std::int64_t pass, bool live) const {
    std::int64_t slots = 0;
    for (const Life& life : lives) {
      if (life.born > pass) continue;
      if (live && life.evicted != Life::kNever && life.evicted < pass) continue;
      for (std::int64_t token = life.first; token <= life.last; ++token) {
        slots += token / block_tokens == block ? 1 : 0;
      }
    }
    return slots;
  }
  BlockState state(std::int64_t block, std::int64_t pass) const {
    const std::int64_t written = count(block, pass, false);
    const std::int64_t live = count(block, pass, true);
    if (written == 0) return BlockState::unused;
    if (live == 0) return BlockState::freed;
    if (live < written) return BlockState::pinned;
    return written == block_tokens * cells ? BlockState::live : BlockState::filling;
  }
  // Of several blocks together, if they are of a row of several.
  BlockCell cell(std::int64_t first_block, std::int64_t end_block, std::int64_t first_pass,
                 std::int64_t end_pass, bool of_several) const {
    BlockCell cell;
    for (std::int64_t block = first_block; block < end_block; ++block) {
      for (std::int64_t pass = first_pass; pass < end_pass; ++pass) {
        const BlockState is = state(block, pass);
        cell.states |= static_cast<std::uint8_t>(1U << static_cast<unsigned>(is));
        if (is != BlockState::live && is != BlockState::pinned) continue;
        cell.live_min =
            std::min(cell.live_min, static_cast<std::uint16_t>(count(block, pass, true)));
      }
    }
    if (of_several && cell.live_min != BlockCell::kNone) {
      std::int64_t part = block_tokens * cells;
      while (part > cell.live_min) part /= 2;
      cell.live_min = static_cast<std::uint16_t>(std::max<std::int64_t>(part, 1));
    }
    return cell;
  }
};

// Passes of one token or some, of which each is evicted in its own pass, later, or never.
Counted random_case(std::mt19937& random) {
  const auto below = [&](std::int64_t limit) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(limit));
  };
  Counted counted{{}, 1 + below(9), 1 + below(40), 1 + below(3)};
  const bool evicts_much = below(2) == 0;
  for (std::int64_t cell = 0; cell < counted.cells; ++cell) {
    std::int64_t token = 0;
    for (std::int64_t pass = 0; pass < counted.passes; ++pass) {
      // The rows of a pass are the same in all cells.
      for (std::int64_t end = token + (pass * 7 + counted.passes) % 5; token < end;) {
        const std::int64_t last = std::min(end - 1, token + below(3));
        Life life{token, last, pass};
        if (below(evicts_much ? 5 : 2) != 0) life.evicted = pass + below(counted.passes - pass);
        counted.lives.push_back(life);
        token = last + 1;
      }
    }
  }
  std::shuffle(counted.lives.begin(), counted.lives.end(), random);
  return counted;
}

OccupancyMap map_of(const Counted& counted) {
  return {counted.lives, counted.block_tokens, counted.passes, counted.cells};
}

// Run by run what the map shows, as one cell a column.
std::vector<BlockCell> shown(const OccupancyMap& map, std::size_t level, std::int64_t row,
                             const std::vector<PassColumn>& columns) {
  std::vector<CellRun> runs;
  map.row(level, row, columns, runs);
  std::vector<BlockCell> cells;
  for (const CellRun& run : runs) {
    REQUIRE(run.end > static_cast<std::int64_t>(cells.size()));
    cells.resize(static_cast<std::size_t>(run.end), run.cell);
  }
  REQUIRE(cells.size() == columns.size());
  return cells;
}

// Whether every row of every level shows in these columns what counting gives.
bool agrees(const Counted& counted, const std::vector<PassColumn>& columns) {
  const OccupancyMap map = map_of(counted);
  bool same = true;
  for (std::size_t level = 0; level < map.levels(); ++level) {
    same &= map.blocks_per_row(level) == std::int64_t{1} << level;
    for (std::int64_t row = 0; row < map.rows(level); ++row) {
      const std::int64_t first = row << level;
      const std::int64_t end = std::min((row + 1) << level, map.blocks());
      const std::vector<BlockCell> cells = shown(map, level, row, columns);
      for (std::size_t i = 0; i < columns.size(); ++i) {
        same &= cells[i] == counted.cell(first, end, columns[i].first, columns[i].end, level > 0);
      }
    }
  }
  same &= map.levels() == 0 || map.rows(map.levels() - 1) == 1;
  return same;
}

}  // namespace

TEST_CASE("an occupancy map of any window is what counting slot by slot gives", "[occupancy]") {
  std::mt19937 random(7);
  for (int i = 0; i < 60; ++i) {
    const Counted counted = random_case(random);
    const PassAxis axis(counted.passes);
    const double passes = static_cast<double>(counted.passes);
    CHECK(agrees(counted, axis.columns(0, passes, counted.passes)));
    CHECK(agrees(counted, axis.columns(0, passes, 3)));
    CHECK(agrees(counted, axis.columns(passes / 3, passes / 2, 7)));
    CHECK(agrees(counted, axis.columns(-2.5, passes + 3, 11)));
  }
}

TEST_CASE("an occupancy map tells each block at each pass, and since when", "[occupancy]") {
  std::mt19937 random(8);
  for (int i = 0; i < 60; ++i) {
    const Counted counted = random_case(random);
    const OccupancyMap map = map_of(counted);
    bool same = true;
    for (std::int64_t block = 0; block < map.blocks(); ++block) {
      std::int64_t since = 0;
      for (std::int64_t pass = 0; pass < counted.passes; ++pass) {
        const BlockState state = counted.state(block, pass);
        if (pass > 0 && counted.state(block, pass - 1) != state) since = pass;
        const std::int64_t live = counted.count(block, pass, true);
        const std::int64_t dead = counted.count(block, pass, false) - live;
        same &= map.at(block, pass) == BlockReadout{block,
                                                    block * counted.block_tokens,
                                                    (block + 1) * counted.block_tokens - 1,
                                                    state,
                                                    live,
                                                    dead,
                                                    since};
      }
    }
    CHECK(same);
    CHECK_THROWS_AS(map.at(map.blocks(), 0), std::out_of_range);
    CHECK_THROWS_AS(map.at(0, counted.passes), std::out_of_range);
  }
}

TEST_CASE("blocks are written, pinned by what survives, and freed", "[occupancy]") {
  // Blocks of 4: tokens 0..5 in pass 0, then one a pass. 0 is kept, 1..3 go with pass 2, 4..5 with
  // pass 0, which still attends them.
  const std::vector<Life> lives{{4, 5, 0, 0}, {1, 3, 0, 2}, {0, 0, 0},
                                {6, 6, 1},    {7, 7, 2},    {8, 8, 3}};
  const OccupancyMap map(lives, 4, 5);
  REQUIRE(map.blocks() == 3);
  const auto states = [&](std::int64_t block) {
    std::vector<BlockState> all;
    for (std::int64_t pass = 0; pass < 5; ++pass) all.push_back(map.at(block, pass).state);
    return all;
  };
  using enum BlockState;
  CHECK(states(0) == std::vector{live, live, live, pinned, pinned});
  CHECK(states(1) == std::vector{filling, pinned, pinned, pinned, pinned});
  CHECK(states(2) == std::vector{unused, unused, unused, filling, filling});
  CHECK(map.at(0, 4) == BlockReadout{0, 0, 3, pinned, 1, 3, 3});
  CHECK(map.at(1, 4) == BlockReadout{1, 4, 7, pinned, 2, 2, 1});
}

TEST_CASE("a block that all leave is freed, and may be written again", "[occupancy]") {
  // All of the block is evicted in the pass that brought it; then its last slot is written.
  const OccupancyMap map(std::vector<Life>{{0, 2, 1, 1}, {3, 3, 3}}, 4, 4);
  using enum BlockState;
  CHECK(map.at(0, 0).state == unused);
  CHECK(map.at(0, 1).state == filling);
  CHECK(map.at(0, 2).state == freed);
  CHECK(map.at(0, 3).state == pinned);
  CHECK(map.at(0, 2).dead == 3);
  CHECK(map.at(0, 3).dead == 3);
}

TEST_CASE("a map of nothing, and of one entry", "[occupancy]") {
  const PassAxis axis(3);
  const OccupancyMap nothing({}, 16, 3);
  CHECK(nothing.blocks() == 0);
  CHECK(shown(nothing, 0, 0, axis.columns(0, 3, 2)) == std::vector<BlockCell>(2));
  const OccupancyMap one(std::vector<Life>{{0, 0, 1, 1}}, 16, 3);
  CHECK(one.blocks() == 1);
  CHECK(one.at(0, 1) == BlockReadout{0, 0, 15, BlockState::filling, 1, 0, 1});
  CHECK(one.at(0, 2).state == BlockState::freed);
}

TEST_CASE("one block that is pinned in one pass of 100,000 is seen from afar", "[occupancy]") {
  constexpr std::int64_t kPasses = 100'000;
  std::vector<Life> lives;
  for (std::int64_t pass = 0; pass < kPasses; ++pass) lives.push_back({pass, pass, pass});
  // Token 77,776 goes in pass 90,000; the others of its block one pass later.
  for (std::int64_t token = 77'776; token < 77'792; ++token) {
    lives[static_cast<std::size_t>(token)].evicted = token == 77'776 ? 90'000 : 90'001;
  }
  const OccupancyMap map(lives, 16, kPasses);
  const std::vector<PassColumn> columns = PassAxis(kPasses).columns(0, kPasses, 10);
  // 6250 blocks: the next level with 3125 rows is the first that is kept of those above.
  CHECK(map.rows(0) == 6250);
  CHECK(map.rows(1) == 3125);
  const std::size_t level = map.level_for(5);
  CHECK(map.rows(level) <= 5);
  CHECK(map.rows(level - 1) > 5);
  const std::int64_t row = 77'776 / 16 / map.blocks_per_row(level);
  const std::vector<BlockCell> cells = shown(map, level, row, columns);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    CHECK(cells[i].has(BlockState::pinned) == (i == 9));
    CHECK(cells[i].has(BlockState::freed) == (i == 9));
  }
  CHECK(cells[9].live_min == 8);  // 15 of 16, rounded down to a half
  CHECK(cells[8].live_min == 16);
}

TEST_CASE("levels of more rows than a screen has are not kept", "[occupancy]") {
  std::vector<Life> lives;
  for (std::int64_t token = 0; token < 10'000; ++token) lives.push_back({token, token, token});
  const OccupancyMap map(lives, 1, 10'000);
  CHECK(map.rows(0) == 10'000);
  CHECK(map.rows(1) == 2500);
  CHECK(map.blocks_per_row(1) == 4);
  CHECK(map.level_for(9'999) == 1);
  CHECK(map.level_for(10'000) == 0);
  // Token 3 is the last of its row to come.
  CHECK(shown(map, 1, 0, {{2, 3}, {3, 4}, {9'999, 10'000}}) ==
        std::vector<BlockCell>{{0b101, 1}, {0b100, 1}, {0b100, 1}});
}

TEST_CASE("an occupancy map refuses what is no case", "[occupancy]") {
  const std::vector<Life> one{{0, 0, 0}};
  CHECK_THROWS_AS(OccupancyMap(one, 0, 1), std::invalid_argument);
  CHECK_THROWS_AS(OccupancyMap(one, 65'535, 1), std::invalid_argument);
  CHECK_THROWS_AS(OccupancyMap(one, 1, 0), std::invalid_argument);
  CHECK_THROWS_AS(OccupancyMap(one, 1, std::int64_t{1} << 31), std::invalid_argument);
  CHECK_THROWS_AS(OccupancyMap(std::vector<Life>{{0, 1, 2, 1}}, 1, 5), std::invalid_argument);
  CHECK_THROWS_AS(OccupancyMap(std::vector<Life>{{0, 0, 0}, {0, 0, 0}}, 1, 1),
                  std::invalid_argument);
  CHECK_THROWS_AS(OccupancyMap(std::vector<Life>{{0, OccupancyMap::kMostTokens, 0}}, 1, 1),
                  std::invalid_argument);
}

TEST_CASE("columns show the pass they enter with and all that begin in them", "[occupancy]") {
  std::mt19937 random(9);
  for (int i = 0; i < 200; ++i) {
    // Steps of 0 are passes without rows.
    std::vector<std::int64_t> begins;
    std::int64_t x = static_cast<std::int64_t>(random() % 5);
    for (std::size_t n = random() % 20; n > 0; --n) {
      begins.push_back(x);
      x += static_cast<std::int64_t>(random() % 4);
    }
    const PassAxis axis(begins, x);
    const double begin = static_cast<double>(random() % 20) - 5;
    const double width = 0.25 * static_cast<double>(1 + random() % 40);
    const std::vector<PassColumn> columns = axis.columns(begin, begin + 4 * width, 4);
    for (std::size_t c = 0; c < 4; ++c) {
      const double from = begin + width * static_cast<double>(c);
      const double to = from + width;
      std::vector<std::int64_t> want;
      for (std::int64_t pass = 0; pass < axis.passes(); ++pass) {
        const auto starts = static_cast<double>(axis.begin(pass));
        const auto ends = static_cast<double>(axis.begin(pass + 1));
        const bool at_end = starts == static_cast<double>(x) && to >= starts && from < starts;
        const bool begins_in = starts >= from && starts < to && starts < static_cast<double>(x);
        if (begins_in || (starts < from && ends > from) || at_end) {
          want.push_back(pass);
        }
      }
      std::vector<std::int64_t> got;
      for (std::int64_t pass = columns[c].first; pass < columns[c].end; ++pass) got.push_back(pass);
      CHECK(got == want);
    }
  }
}

TEST_CASE("the pass at x is the one that has begun and not ended", "[occupancy]") {
  const PassAxis axis({2, 5, 5, 9}, 10);
  CHECK(axis.pass_at(1.9) == -1);
  CHECK(axis.pass_at(2) == 0);
  CHECK(axis.pass_at(4.9) == 0);
  CHECK(axis.pass_at(5) == 2);
  CHECK(axis.pass_at(9.5) == 3);
  CHECK(axis.pass_at(10) == -1);
  CHECK(PassAxis(3).pass_at(2.5) == 2);
  CHECK(PassAxis(3).pass_at(-0.5) == -1);
  CHECK_THROWS_AS(PassAxis({2, 1}, 3), std::invalid_argument);
  CHECK_THROWS_AS(PassAxis({2, 3}, 2), std::invalid_argument);
}
