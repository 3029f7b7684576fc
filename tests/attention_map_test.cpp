// Attention maps of small cases, looked at: 24 tokens in chunks of 8, then 4 outputs.
#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "sim/input/policy.h"
#include "sim/lives.h"
#include "tests/cases_under_law.h"
#include "tests/catch.h"
#include "timeline/attention_map.h"

using namespace kvf;

namespace {

std::string map_of(const std::string& policy, std::int64_t head = 0) {
  LlmShape shape;
  shape.kv_heads = 2;
  shape.query_heads = 2;
  const Schedule schedule =
      plan(input::parse_policy(policy), shape, {Tokens(24), Tokens(4), Tokens(8)});
  return "\n" + attention_map(schedule, find_cell(schedule, 0, head), ScoreModel());
}

}  // namespace

TEST_CASE("streaming keeps its sinks and its window", "[lifespans]") {
  CHECK(map_of("streaming:sink_tokens=2,window_tokens=4") == R"(
prefill     0 |#                          |
            1 |##                         |
            2 |###                        |
            3 |####                       |
            4 |#####                      |
            5 |######                     |
            6 |#######                    |
            7 |########                   |
prefill     8 |##..#####                  |
            9 |##..######                 |
           10 |##..#######                |
           11 |##..########               |
           12 |##..#########              |
           13 |##..##########             |
           14 |##..###########            |
           15 |##..############           |
prefill    16 |##..........#####          |
           17 |##..........######         |
           18 |##..........#######        |
           19 |##..........########       |
           20 |##..........#########      |
           21 |##..........##########     |
           22 |##..........###########    |
 decode    23 |##.................#####   |
 decode    24 |##..................#####  |
 decode    25 |##...................##### |
 decode    26 |##....................#####|
)");
}

TEST_CASE("post-fill evicts once, when the prompt is in", "[lifespans]") {
  CHECK(map_of("snapkv:capacity_tokens=12,window_tokens=2") == R"(
prefill     0 |#                          |
            1 |##                         |
            2 |###                        |
            3 |####                       |
            4 |#####                      |
            5 |######                     |
            6 |#######                    |
            7 |########                   |
            8 |#########                  |
            9 |##########                 |
           10 |###########                |
           11 |############               |
           12 |#############              |
           13 |##############             |
           14 |###############            |
           15 |################           |
           16 |#################          |
           17 |##################         |
           18 |###################        |
           19 |####################       |
           20 |#####################      |
           21 |######################     |
           22 |#######################    |
 decode    23 |####..#..#.#.#....#.####   |
 decode    24 |####..#..#.#.#....#.#####  |
 decode    25 |####..#..#.#.#....#.###### |
 decode    26 |####..#..#.#.#....#.#######|
)");
}

TEST_CASE("naive eviction cuts each chunk to half, its last two forced", "[lifespans]") {
  CHECK(map_of("snapkv:sparsity=0.5,window_tokens=2,eviction=naive") == R"(
prefill     0 |#                          |
            1 |##                         |
            2 |###                        |
            3 |####                       |
            4 |#####                      |
            5 |######                     |
            6 |#######                    |
            7 |########                   |
prefill     8 |##....###                  |
            9 |##....####                 |
           10 |##....#####                |
           11 |##....######               |
           12 |##....#######              |
           13 |##....########             |
           14 |##....#########            |
           15 |##....##########           |
prefill    16 |##....##.#...####          |
           17 |##....##.#...#####         |
           18 |##....##.#...######        |
           19 |##....##.#...#######       |
           20 |##....##.#...########      |
           21 |##....##.#...#########     |
           22 |##....##.#...##########    |
 decode    23 |##....##.#...###....####   |
 decode    24 |##....##.#...###....#####  |
 decode    25 |##....##.#...###....###### |
 decode    26 |##....##.#...###....#######|
)");
}

TEST_CASE("patched eviction scores by appended tokens, which are no rows", "[lifespans]") {
  // Half of each chunk stays, wherever the scores say: the window is appended, and dropped. The last
  // chunk has nothing appended, and keeps int(7 / 2) = 3, of which 2 are its window.
  CHECK(map_of("snapkv:sparsity=0.5,window_tokens=2,eviction=patched") == R"(
prefill     0 |#                          |
            1 |##                         |
            2 |###                        |
            3 |####                       |
            4 |#####                      |
            5 |######                     |
            6 |#######                    |
            7 |########                   |
prefill     8 |####....#                  |
            9 |####....##                 |
           10 |####....###                |
           11 |####....####               |
           12 |####....#####              |
           13 |####....######             |
           14 |####....#######            |
           15 |####....########           |
prefill    16 |####.....###.#..#          |
           17 |####.....###.#..##         |
           18 |####.....###.#..###        |
           19 |####.....###.#..####       |
           20 |####.....###.#..#####      |
           21 |####.....###.#..######     |
           22 |####.....###.#..#######    |
 decode    23 |####.....###.#......####   |
 decode    24 |####.....###.#......#####  |
 decode    25 |####.....###.#......###### |
 decode    26 |####.....###.#......#######|
)");
}

TEST_CASE("a sparse read stores all, and reads six", "[lifespans]") {
  CHECK(map_of("quest:active_tokens=6") == R"(
prefill     0 |#                           |
            1 |##                          |
            2 |###                         |
            3 |####                        |
            4 |#####                       |
            5 |######                      |
            6 |#######                     |
            7 |########                    |
prefill     8 |#########                   |
            9 |##########                  |
           10 |###########                 |
           11 |############                |
           12 |#############               |
           13 |##############              |
           14 |###############             |
           15 |################            |
prefill    16 |#################           |
           17 |##################          |
           18 |###################         |
           19 |####################        |
           20 |#####################       |
           21 |######################      |
           22 |#######################     |
           23 |########################    |
 decode    24 |####oooooooooooooooo#ooo#   |
 decode    25 |####oooooooooooooooo#oooo#  |
 decode    26 |####oooooooooooooooo#ooooo# |
 decode    27 |####oooooooooooooooo#oooooo#|
)");
}

TEST_CASE("heads of two roles have two maps", "[lifespans]") {
  const std::string roles = "head-roles:streaming_heads=0.5,sink_tokens=2,window_tokens=4";
  CHECK(map_of(roles, 1) == map_of("streaming:sink_tokens=2,window_tokens=4"));
  // As full attention, of which no map has an evicted entry.
  CHECK(map_of(roles, 0).find('.') == std::string::npos);
  CHECK_THROWS_AS(map_of(roles, 2), std::out_of_range);
}

TEST_CASE("a cell is found by the number of its head in the layer", "[lifespans]") {
  LlmShape shape;
  shape.layers = 3;
  shape.kv_heads = 4;
  shape.query_heads = 4;
  const Schedule schedule = plan(input::parse_policy("prulong:streaming_heads=0.5"), shape, {});
  for (std::int64_t layer = 0; layer < 3; ++layer) {
    for (std::int64_t head = 0; head < 4; ++head) {
      const CellRef cell = find_cell(schedule, layer, head);
      CHECK(schedule.groups[cell.group].layer == layer);
      CHECK(head_in_layer(schedule, cell) == head);
    }
  }
  CHECK_THROWS_WITH(find_cell(schedule, 3, 0), "there is no layer 3; expected 0 to 2");
  CHECK_THROWS_WITH(find_cell(schedule, 1, 4), "layer 1 has no head 4; expected 0 to 3");
}

namespace {

// A map as the command prints it, from lives and rows alone.
std::string text_of(const AttentionMap& map, const Schedule& schedule) {
  std::string text;
  std::vector<Phase> phases;
  for (const PassRun& run : schedule.plan.runs) {
    phases.insert(phases.end(), static_cast<std::size_t>(run.count), run.phase);
  }
  for (std::int64_t row = 0; row < map.tokens(); ++row) {
    const std::int64_t pass = map.pass_of(row);
    const bool first = row == 0 || map.pass_of(row - 1) != pass;
    const bool prefill = phases[static_cast<std::size_t>(pass)] == Phase::prefill;
    std::string line;
    for (std::int64_t key = 0; key < map.tokens(); ++key) {
      line += " .o#?"[static_cast<std::size_t>(map.at(row, key))];
    }
    text += fmt::format("{:>7} {:>5} |{}|\n",
                        !first    ? ""
                        : prefill ? "prefill"
                                  : "decode",
                        row, line);
  }
  return text;
}

AttentionMap map_of(const Schedule& schedule, const CellRef& cell, const SparseReads& reads) {
  std::vector<Life> lives;
  std::vector<std::int64_t> first_row;
  std::vector<std::int64_t> rows;
  play_lives(
      schedule, cell, ScoreModel(), [&](const Life& life) { lives.push_back(life); },
      [&](const Pass& pass, const std::vector<std::int64_t>&) {
        first_row.push_back(pass.position.count());
        rows.push_back(pass.rows.count());
      });
  return {lives, first_row, rows, reads};
}

// What the schedule says of reads, in words of this test.
SparseReads reads_of(const Schedule& schedule, const ScoreModel& scores, std::int64_t cell) {
  if (!schedule.active_read) return {};
  std::vector<bool> sparse;
  for (const PassRun& run : schedule.plan.runs) {
    sparse.insert(sparse.end(), static_cast<std::size_t>(run.count),
                  schedule.active_read->applies(run.phase));
  }
  const ActiveRead read = *schedule.active_read;
  return {[=](std::int64_t pass, std::int64_t entries) {
            if (!sparse[static_cast<std::size_t>(pass)]) return entries;
            if (read.tokens) return std::min(read.tokens->count(), entries);
            return static_cast<std::int64_t>(read.share * static_cast<double>(entries));
          },
          [=](std::int64_t key, std::int64_t now) { return scores.score(cell, key, now); }};
}

}  // namespace

TEST_CASE("lives and rows make the map that the simulation makes, for every policy",
          "[lifespans]") {
  LlmShape shape;
  shape.layers = 3;
  shape.kv_heads = 2;
  shape.query_heads = 4;
  const ScoreModel scores;
  for (const test::LawCase& c : test::law_cases()) {
    const Schedule schedule =
        plan(c.policy, shape, {Tokens(21), Tokens(6), Tokens(8)}, c.accounting, c.convention);
    const CellRef cell{schedule.groups.size() - 1, 0};
    std::int64_t number = cell.head;
    for (std::size_t g = 0; g < cell.group; ++g) number += schedule.groups[g].heads.count();
    const AttentionMap map = map_of(schedule, cell, reads_of(schedule, scores, number));
    INFO(c.label);
    CHECK(text_of(map, schedule) == attention_map(schedule, cell, scores));
  }
}

TEST_CASE("without scores it is not known which entries a sparse row reads", "[lifespans]") {
  LlmShape shape;
  const Schedule schedule =
      plan(input::parse_policy("quest:active_tokens=6"), shape, {Tokens(8), Tokens(2), Tokens(8)});
  SparseReads reads = reads_of(schedule, ScoreModel(), 0);
  reads.score = nullptr;
  const AttentionMap map = map_of(schedule, {}, reads);
  CHECK(map.at(7, 7) == KeyState::active);
  CHECK(map.at(8, 0) == KeyState::stored);
  CHECK(map.at(9, 9) == KeyState::stored);
  CHECK(map.at(8, 9) == KeyState::unseen);
}

TEST_CASE("an attention map refuses what is no small case", "[lifespans]") {
  using Counts = std::vector<std::int64_t>;
  const std::vector<Life> one{{0, 0, 0}};
  CHECK(AttentionMap({}, Counts{}, Counts{}).tokens() == 0);
  CHECK(AttentionMap(one, Counts{0}, Counts{1}).at(0, 0) == KeyState::active);
  CHECK_THROWS_AS(AttentionMap(one, Counts{0}, Counts{513}), std::invalid_argument);
  CHECK_THROWS_AS(AttentionMap(one, Counts{0, 2}, Counts{1, 1}), std::invalid_argument);
  CHECK_THROWS_AS(AttentionMap(one, Counts{0}, Counts{1, 1}), std::invalid_argument);
  CHECK_THROWS_AS(AttentionMap(std::vector<Life>{{0, 1, 0}}, Counts{0}, Counts{1}),
                  std::invalid_argument);
  CHECK_THROWS_AS(AttentionMap(std::vector<Life>{{1, 1, 0}}, Counts{0, 1}, Counts{1, 1}),
                  std::invalid_argument);
}
