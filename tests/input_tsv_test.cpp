// Tables of head scores.
#include <filesystem>
#include <string>
#include <vector>

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
