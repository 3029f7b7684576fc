// Attention maps of small cases, looked at: 24 tokens in chunks of 8, then 4 outputs.
#include <string>

#include "sim/input/policy.h"
#include "sim/lives.h"
#include "tests/catch.h"

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
