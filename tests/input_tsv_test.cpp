// Tables of head scores.
#include <filesystem>
#include <string>
#include <vector>

#include "sim/input/problems.h"
#include "sim/input/tsv.h"
#include "tests/catch.h"

using namespace kvf;
namespace fs = std::filesystem;

TEST_CASE("scores are rows of layers and columns of heads", "[input]") {
  const HeadScores scores = input::parse_head_scores("0.5\t1\t0\n0 1e-1 -2\n", "a.tsv");
  CHECK(scores == HeadScores{"a.tsv", 2, 3, {0.5, 1, 0, 0, 0.1, -2}});
}

TEST_CASE("scores in the ways that programs write them", "[input]") {
  const std::vector<double> values{1, 0.25};
  for (const std::string text :
       {"1 0.25", "1\t0.25\r\n", "  1   0.25  \n\n", "# layers x heads\n1 .25 # last\n",
        "1.000000000000000000e+00 2.500000000000000000e-01\n", "1. 25e-2\n\n\n"}) {
    INFO(text);
    CHECK(input::parse_head_scores(text, "").values == values);
  }
  CHECK(input::parse_head_scores("1\n2\n3", "").layers == 3);
}

TEST_CASE("a file of scores is read once", "[input]") {
  input::HeadFiles files(fs::path(KVF_TESTS_DIR) / "data");
  const HeadScores& scores = files.read("heads-2x3.tsv");
  CHECK(scores.values == std::vector<double>{0.1, 0.9, 0.4, 0.9, 0.2, 0.6});
  CHECK(&files.read("heads-2x3.tsv") == &scores);
  CHECK(fs::exists(scores.file));
}

TEST_CASE("scores of tokens are rows of positions", "[input]") {
  const input::TokenScores want{2, {1, 0.5, 3, 4}};
  for (const std::string text :
       {"1\t.5\n3 4\n", "1,0.5\r\n3 , 4\r\n", "# keys\n\n 1 ,\t0.5\n3,4", "1 0.5 # of 0\n3,4\n"}) {
    INFO(text);
    CHECK(input::parse_token_scores(text, "") == want);
  }
  CHECK(input::parse_token_scores("1\n2\n3", "") == input::TokenScores{1, {1, 2, 3}});
}

TEST_CASE("bad scores of tokens are refused with their place", "[input]") {
  const auto refused = [](const std::string& text) -> std::string {
    try {
      input::parse_token_scores(text, "s.csv");
    } catch (const input::InputError& error) {
      return error.what();
    }
    return "";
  };
  const std::string number = " is not a number; expected a decimal number";
  CHECK(refused("1,2\n3,x\n") == "s.csv:2:3: error: 'x'" + number);
  CHECK(refused("1,,2\n") == "s.csv:1:3: error: ''" + number);
  CHECK(refused("1,\n") == "s.csv:1:3: error: ''" + number);
  CHECK(refused(",1\n") == "s.csv:1:1: error: ''" + number);
  CHECK(refused("nan\n") == "s.csv:1:1: error: 'nan'" + number);
  CHECK(refused("1,2\n3\n") == "s.csv:2:1: error: a row of 1; expected 2, as in the first row");
  CHECK(refused("# none\n") == "s.csv: error: holds no numbers; expected a row for each position");
}
